/** Runs an op on a list of cases, on every class of kernels: the numbers of its plain twin, the same bits twice, zeros in the pad lanes. */
import { describe, expect, test } from "vitest";
import { layoutOf } from "../src/gpu/layout.ts";
import type { AdapterProfile } from "../src/gpu/profile.ts";
import { compile } from "../src/graph/program.ts";
import { apply, input, type Node, type Op, parameter, ShapeError } from "../src/kernels/op.ts";
import { type Shape, sizeOf, type Tensor } from "../src/tensor.ts";
import { device } from "./device.ts";
import { type Values, values } from "./reference/values.ts";

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
  "as a GPU": (found) => ({ ...found, class: "unknown" }),
};

/**
 * Compares an op with its twin, which takes the same arguments with values in place of nodes.
 *
 * `terms` says how many products each output sums: the error of a sum in float32 grows with its root.
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
    return {
      title: titleOf(opCase),
      options: opCase.options,
      operands,
      expected: call(reference, operands.map(widen), opCase.options),
      tolerance: 2e-6 + (sums === undefined ? 0 : (1e-6 * Math.sqrt(sums)) / 8),
    };
  });
  describe.each(Object.entries(profiles))(`${name}, adapter %s`, (_, profileFrom) => {
    for (const { title, options, operands, expected, tolerance } of prepared) {
      test(title, async ({ skip }) => {
        const profile = await profileOrSkip(profileFrom, skip);
        const y = call(build, operands.map(asInput), options);
        const [first, second] = await runTwice(y, operands, profile);
        expectClose(first, expected, tolerance);
        expectSameBits(first, second);
      });

      const { channels, blocks } = layoutOf(expected.shape);
      if (channels < blocks * 4)
        test(`${title}, pad lanes hold zeros`, async ({ skip }) => {
          const profile = await profileOrSkip(profileFrom, skip);
          const y = apply(withPadLanes, [call(build, operands.map(asInput), options)], {});
          const [stored] = await runTwice(y, operands, profile);
          const leaks = [...stored.data].filter((value, i) => channelOf(stored.shape, i) >= channels && value !== 0);
          expect(leaks).toEqual([]);
        });

      if (operands.filter(Boolean).length > 1)
        test(`${title}, all but the first operand as parameters`, async ({ skip }) => {
          const profile = await profileOrSkip(profileFrom, skip);
          const y = call(
            build,
            operands.map((operand, i) => (i === 0 ? asInput(operand, i) : operand && parameter(nameOf(i), operand.shape, operand))),
            options,
          );
          const [first] = await runTwice(y, operands.slice(0, 1), profile);
          expectClose(first, expected, tolerance);
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

/** Checks values against float64 ones; the error may be `tolerance` times the largest expected magnitude. */
export function expectClose(actual: Tensor, expected: Values, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const limit = tolerance * expected.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const errors = expected.data.map((value, i) => Math.abs(actual.data[i] - value));
  const wrong = [...errors.keys()].filter((i) => !(errors[i] <= limit));
  if (wrong.length === 0) return;
  const worst = wrong.reduce((worst, i) => (errors[i] > errors[worst] || Number.isNaN(errors[i]) ? i : worst));
  const describeValue = (i: number): string =>
    `[${indexOf(actual.shape, i).join(", ")}] is ${actual.data[i]}, expected ${expected.data[i]}`;
  expect.fail(
    `${wrong.length} of ${errors.length} values are off by more than ${limit} (${tolerance} of the largest): ` +
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

/** The results of two runs of one program. */
async function runTwice(y: Node, operands: readonly (Tensor | undefined)[], profile: AdapterProfile): Promise<[Tensor, Tensor]> {
  const feeds = Object.fromEntries(operands.flatMap((operand, i) => (operand ? [[nameOf(i), operand]] : [])));
  const program = await compile(await device(), { y }, { profile });
  try {
    const run = async (): Promise<Tensor> => {
      const { y } = await program.run(feeds);
      return { shape: y.shape, data: y.data.slice() };
    };
    return [await run(), await run()];
  } finally {
    program.destroy();
  }
}

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

/** A number in [0, 1) that follows from the seed and the counter alone (the finaliser of MurmurHash3). */
function uniform(seed: number, counter: number): number {
  let bits = Math.imul(counter + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca77);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 8) / 2 ** 24;
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
