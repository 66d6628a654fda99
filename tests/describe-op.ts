/**
 * Runs an op on a list of cases, on every class of kernels: the numbers of its plain twin, the gradient that central differences of the
 * twin give, the same bits twice, zeros in the pad lanes.
 */
import { describe, expect, test } from "vitest";
import { layoutOf } from "../src/gpu/layout.ts";
import { type AdapterProfile, targetWorkgroups } from "../src/gpu/profile.ts";
import { gradients } from "../src/graph/gradient.ts";
import { topologicalOrder } from "../src/graph/order.ts";
import { compile } from "../src/graph/program.ts";
import { apply, input, isInput, type Node, type Op, parameter, ShapeError } from "../src/kernels/op.ts";
import { type Shape, sizeOf, type Tensor } from "../src/tensor.ts";
import { centralDifference, sampledElements } from "./central-differences.ts";
import { device } from "./device.ts";
import { type Values, values } from "./reference/values.ts";
import { uniform } from "./uniform.ts";

/** One call of an op. */
export interface OpCase<Options = unknown> {
  /** Why the case is there. */
  readonly name: string;
  /** Of the operands, in order; an optional operand that is left out before the options is `undefined`. */
  readonly shapes: readonly (Shape | undefined)[];
  /** The argument after the operands, where there is one. */
  readonly options?: Options;
  /** The operands' elements: a range, or a function of operand, element and a random number in [0, 1). From −1 to 1 by default. */
  readonly values?: readonly [low: number, high: number] | ((operand: number, element: number, random: number) => number);
  /** How many products each output sums, where the op's own rule does not say. */
  readonly terms?: number;
  /**
   * False where differences do not tell the gradient: an operand lies on a kink of the op, so that they see both sides of it, or numbers
   * far above the gradient cancel in it or drown the differences in their rounding.
   */
  readonly smooth?: boolean;
  /** Places of operands that the op has no gradient by, such as labels. */
  readonly constants?: readonly number[];
}

/** A function of operands and, in the last place, options. */
type Call<Result> = (...operands: never[]) => Result;

/** The options of an op: its last parameter, unless that is an operand. */
export type OptionsOf<Build extends Call<Node>> =
  Required<Parameters<Build>> extends [...unknown[], infer Last] ? Exclude<Last, Node | undefined> : never;

/** Profiles of the adapter at hand under which each class of kernels is chosen by someone. */
const profiles: Readonly<Record<string, (found: AdapterProfile) => AdapterProfile>> = {
  "as found": (found) => found,
  "without subgroups": (found) => ({ ...found, class: "software", subgroupSize: 0 }),
  "as a GPU": (found) => ({ ...found, class: "unknown", targetWorkgroups: targetWorkgroups.unknown }),
};

/**
 * Compares an op with its twin, which takes the same arguments with values in place of nodes.
 *
 * `terms` says how many products each output sums: the error of a sum in float32 grows with its root. Where every op in the graph has a
 * gradient, that of L = Σ y · r, with r from −1 to 1, is compared too. Each product in an output is one in the gradient by each operand,
 * so an element of that sums |y| · terms / |operand| on average, which gives its tolerance.
 */
export function describeOp<Build extends Call<Node>>(
  name: string,
  build: Build,
  reference: Call<Values>,
  cases: readonly OpCase<OptionsOf<Build>>[],
  terms?: (shapes: readonly Shape[], options: OptionsOf<Build> | undefined) => number,
): void {
  const prepared = cases.map((opCase) => {
    const operands = operandsOf(opCase);
    const sums =
      opCase.terms ??
      terms?.(
        opCase.shapes.map((shape) => shape ?? []),
        opCase.options,
      );
    const twin = (operands: readonly (Values | undefined)[]): Values => call(reference, operands, opCase.options);
    const expected = twin(operands.map(widen));
    return {
      title: titleOf(opCase),
      options: opCase.options,
      operands,
      constants: opCase.constants ?? [],
      expected,
      tolerance: toleranceOf(sums ?? 0),
      differentiated:
        opCase.smooth !== false && isDifferentiable(call(build, operands.map(asInput), opCase.options))
          ? differences(twin, operands, opCase.constants ?? [], expected, sums ?? 1)
          : undefined,
    };
  });
  describe.each(Object.entries(profiles))(`${name}, adapter %s`, (_, profileFrom) => {
    for (const { title, options, operands, constants, expected, tolerance, differentiated } of prepared) {
      test(title, async ({ skip }) => {
        const profile = await profileOrSkip(profileFrom, skip);
        const y = call(build, operands.map(asInput), options);
        const [first, second] = await runTwice({ y }, operandsByName(operands), profile);
        expectClose(first.y, expected, tolerance);
        expectSameBits(first.y, second.y);
      });

      const { channels, blocks } = layoutOf(expected.shape);
      if (channels < blocks * 4)
        test(`${title}, pad lanes hold zeros`, async ({ skip }) => {
          const profile = await profileOrSkip(profileFrom, skip);
          const y = apply(withPadLanes, [call(build, operands.map(asInput), options)], {});
          const [stored] = await runTwice({ y }, operandsByName(operands), profile);
          expect(leaksOf(stored.y, channels)).toEqual([]);
        });

      if (operands.filter(Boolean).length > 1)
        test(`${title}, all but the first operand as parameters`, async ({ skip }) => {
          const profile = await profileOrSkip(profileFrom, skip);
          const y = call(
            build,
            operands.map((operand, i) => (i === 0 ? asInput(operand, i) : operand && parameter(nameOf(i), operand.shape, operand))),
            options,
          );
          const [first] = await runTwice({ y }, operandsByName(operands.slice(0, 1)), profile);
          expectClose(first.y, expected, tolerance);
        });

      if (differentiated)
        test(`${title}, gradient`, async ({ skip }) => {
          const profile = await profileOrSkip(profileFrom, skip);
          const nodes = operands.map(asInput);
          const present = nodes.flatMap((node, i) => (node && !constants.includes(i) ? [{ name: nameOf(i), node }] : []));
          const seed = input("seed", expected.shape);
          const found = gradients(
            call(build, nodes, options),
            present.map(({ node }) => node),
            seed,
          );
          const outputs = Object.fromEntries(present.map(({ name }, i) => [name, apply(withPadLanes, [found[i]], {})]));
          const given = { ...operandsByName(operands), seed: differentiated.seed };
          // Not every gradient depends on every operand.
          const isRead = new Set(topologicalOrder(found).map((node) => isInput(node) && node.attrs.name));
          const feeds = Object.fromEntries(Object.entries(given).filter(([name]) => isRead.has(name)));
          const [first, second] = await runTwice(outputs, feeds, profile);
          for (const { name, operand, tolerance, elements, derivatives } of differentiated.operands()) {
            const stored = first[name];
            const { channels } = layoutOf(operand.shape);
            const gradient = withoutPadLanes(stored, operand.shape);
            expect(leaksOf(stored, channels), `pad lanes of the gradient by ${name}`).toEqual([]);
            expectSameBits(stored, second[name]);
            expectClose(gradient, derivatives, tolerance, { elements, what: `the gradient by ${name}` });
          }
        });
    }
  });
}

/** Checks that an op refuses each case with a ShapeError about itself. */
export function describeShapeErrors<Build extends Call<Node>>(
  name: string,
  build: Build,
  cases: readonly OpCase<OptionsOf<Build>>[],
): void {
  for (const { name: problem, shapes, options } of cases)
    test(`${name} refuses ${problem}`, () => {
      const nodes = shapes.map((shape, i) => shape && input(nameOf(i), shape));
      const attempt = (): Node => call(build, nodes, options);
      expect(attempt).toThrow(ShapeError);
      expect(attempt).toThrow(new RegExp(`^${name}: \\S`));
    });
}

/** Differences of a twin for the gradient of Σ y · seed; worked out on first use, once for all classes of kernels. */
function differences(
  twin: (operands: readonly (Values | undefined)[]) => Values,
  operands: readonly (Tensor | undefined)[],
  constants: readonly number[],
  y: Values,
  terms: number,
): Differences {
  const seed: Tensor = { shape: y.shape, data: Float32Array.from(y.data, (_, i) => 2 * uniform(operands.length, i) - 1) };
  const wide = operands.map(widen);
  const byOperand = (): Difference[] =>
    wide.flatMap((operand, place) => {
      if (!operand || constants.includes(place)) return [];
      const elements = sampledElements(operand, place);
      const derivatives = values(operand.shape);
      for (const i of elements) derivatives.data[i] = centralDifference(twin, wide, seed.data, place, i);
      const tolerance = toleranceOf((y.data.length * terms) / operand.data.length);
      return [{ name: nameOf(place), operand, elements, derivatives, tolerance }];
    });
  let known: Difference[] | undefined;
  return { seed, operands: () => (known ??= byOperand()) };
}

interface Differences {
  readonly seed: Tensor;
  operands(): readonly Difference[];
}

interface Difference {
  readonly name: string;
  readonly operand: Values;
  /** Those that were differentiated by; `derivatives` is zero elsewhere. */
  readonly elements: readonly number[];
  readonly derivatives: Values;
  readonly tolerance: number;
}

/** Relative to the largest value, for sums of so many products in float32. */
const toleranceOf = (terms: number): number => 2e-6 + (1e-6 * Math.sqrt(terms)) / 8;

/** Whether every op between the operands and y has a gradient. */
const isDifferentiable = (y: Node): boolean => topologicalOrder([y]).every(({ inputs, op }) => inputs.length === 0 || op.gradient);

/**
 * Checks values against float64 ones; the error may be `tolerance` times the largest expected magnitude, and what is below 2⁻¹⁰⁰ counts
 * as zero, since adapters may flush small numbers.
 */
export function expectClose(
  actual: Tensor,
  expected: Values,
  tolerance: number,
  { elements = [...expected.data.keys()], what = "the result" }: { readonly elements?: readonly number[]; readonly what?: string } = {},
): void {
  expect(actual.shape, what).toEqual(expected.shape);
  const limit = Math.max(2 ** -100, tolerance * elements.reduce((largest, i) => Math.max(largest, Math.abs(expected.data[i])), 0));
  const errors = expected.data.map((value, i) => Math.abs(actual.data[i] - value));
  const wrong = elements.filter((i) => !(errors[i] <= limit));
  if (wrong.length === 0) return;
  const worst = wrong.reduce((worst, i) => (errors[i] > errors[worst] || Number.isNaN(errors[i]) ? i : worst));
  const describeValue = (i: number): string =>
    `[${indexOf(actual.shape, i).join(", ")}] is ${actual.data[i]}, expected ${expected.data[i]}`;
  expect.fail(
    `${what}: ${wrong.length} of ${elements.length} values are off by more than ${limit} (${tolerance} of the largest): ` +
      `the first, ${describeValue(wrong[0])}; the worst, ${describeValue(worst)}, by ${errors[worst]}`,
  );
}

function expectSameBits(first: Tensor, second: Tensor): void {
  const [a, b] = [first, second].map(({ data }) => new Uint32Array(data.buffer, data.byteOffset, data.length));
  const differs = a.findIndex((bits, i) => bits !== b[i]);
  if (differs >= 0) {
    const index = indexOf(first.shape, differs).join(", ");
    expect.fail(`two runs differ, first at [${index}]: ${first.data[differs]} and ${second.data[differs]}`);
  }
}

/** A value with its pad lanes as channels of their own: a view, since that is how it lies in memory. */
const withPadLanes: Op = {
  name: "withPadLanes",
  inputs: ["x"],
  shape: ([x]) => x.with(x.length > 1 ? 1 : 0, layoutOf(x).blocks * 4),
};

/** The reverse of `withPadLanes`. */
function withoutPadLanes({ shape: padded, data }: Tensor, shape: Shape): Tensor {
  const { channels } = layoutOf(shape);
  return { shape, data: data.filter((_, i) => channelOf(padded, i) < channels) };
}

/** What a value with its pad lanes holds in them that is not zero. */
const leaksOf = ({ shape, data }: Tensor, channels: number): number[] =>
  [...data].filter((value, i) => channelOf(shape, i) >= channels && value !== 0);

/** The results of two runs of one program. */
async function runTwice(
  outputs: Readonly<Record<string, Node>>,
  feeds: Readonly<Record<string, Tensor>>,
  profile: AdapterProfile,
): Promise<[Record<string, Tensor>, Record<string, Tensor>]> {
  const program = await compile(await device(), outputs, { profile });
  try {
    return [await program.run(feeds), await program.run(feeds)];
  } finally {
    program.destroy();
  }
}

const operandsByName = (operands: readonly (Tensor | undefined)[]): Record<string, Tensor> =>
  Object.fromEntries(operands.flatMap((operand, i) => (operand ? [[nameOf(i), operand]] : [])));

/** The profile to compile for; a test is skipped where changing it changes nothing. */
async function profileOrSkip(
  profileFrom: (found: AdapterProfile) => AdapterProfile,
  skip: (reason: string) => void,
): Promise<AdapterProfile> {
  const { profile } = await device();
  const changed = profileFrom(profile);
  if (changed !== profile && changed.subgroupSize === profile.subgroupSize && changed.class === profile.class)
    skip("it is the adapter as found");
  return changed;
}

/** Calls an op or its twin. That operands come first and options last is checked where the cases are typed, by `OptionsOf`. */
const call = <Result>(callee: Call<Result>, operands: readonly unknown[], options: unknown): Result =>
  callee(...([...operands, ...(options === undefined ? [] : [options])] as never[]));

function operandsOf({ shapes, values = [-1, 1] }: OpCase): (Tensor | undefined)[] {
  const element =
    typeof values === "function"
      ? values
      : (_operand: number, _element: number, random: number) => values[0] + random * (values[1] - values[0]);
  return shapes.map(
    (shape, operand) =>
      shape && { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => element(operand, i, uniform(operand, i))) },
  );
}

const nameOf = (operand: number): string => `operand${operand}`;
const asInput = (operand: Tensor | undefined, i: number): Node | undefined => operand && input(nameOf(i), operand.shape);
const widen = (operand: Tensor | undefined): Values | undefined => operand && values(operand.shape, Float64Array.from(operand.data));

function titleOf({ name, shapes, options }: OpCase): string {
  const listed = shapes.map((shape) => (shape ? `[${shape.join(", ")}]` : "none")).join(" ");
  return `${name}: ${listed}${options === undefined ? "" : ` ${JSON.stringify(options)}`}`;
}

/** The position on each axis of an element in row-major order. */
function indexOf(shape: Shape, element: number): number[] {
  const index: number[] = [];
  for (const size of shape.toReversed()) {
    index.unshift(element % size);
    element = Math.floor(element / size);
  }
  return index;
}

const channelOf = (shape: Shape, element: number): number => indexOf(shape, element)[shape.length > 1 ? 1 : 0];
