/** Parameters take their new values after a run, all computed from the old ones, in place where nothing is against it. */
import { describe, expect, test } from "vitest";
import { leastProfile } from "../../src/gpu/profile.ts";
import { bytesOf, type Plan } from "../../src/graph/plan.ts";
import { type CompileOptions, compile, planFor } from "../../src/graph/program.ts";
import { relu } from "../../src/kernels/activation.ts";
import { add, mul, sub } from "../../src/kernels/arithmetic.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { flat } from "../../src/kernels/flat.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, type Node, parameter, ShapeError } from "../../src/kernels/op.ts";
import { scale } from "../../src/kernels/scale.ts";
import { tensor } from "../../src/tensor.ts";
import { accumulate } from "../../src/training/accumulate.ts";
import { weight } from "../compute.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";

const plan = (outputs: Readonly<Record<string, Node>>, options: CompileOptions): Plan => planFor(outputs, options, leastProfile);
const values = (...numbers: number[]) => tensor([numbers.length], Float32Array.from(numbers));
const vector = (name: string, ...numbers: number[]): Node => parameter(name, [numbers.length], values(...numbers));

/** What parameters hold after so many runs without inputs. */
async function heldAfter(runs: number, outputs: Readonly<Record<string, Node>>, { updates = [] }: CompileOptions): Promise<number[][]> {
  using program = await compile(await device(), outputs, { updates });
  for (let i = 0; i < runs; i++) await program.run({});
  return (await program.read(updates.map(({ parameter }) => parameter))).map(({ data }) => [...data]);
}

describe("updates", () => {
  test("are simultaneous: two parameters change places", async () => {
    const [a, b] = [vector("a", 1, 2, 3), vector("b", 4, 5, 6)];
    const updates = [
      { parameter: a, value: b },
      { parameter: b, value: a },
    ];
    expect(await heldAfter(1, {}, { updates })).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(await heldAfter(2, {}, { updates })).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test("are computed from old values, as outputs are", async () => {
    const [a, b] = [vector("a", 1, 1), vector("b", 1, 2)];
    const updates = [
      { parameter: a, value: add(a, b) },
      { parameter: b, value: add(a, scale(b, 2)) },
    ];
    using program = await compile(await device(), { a, sum: add(a, b) }, { updates });
    let [x, y] = [
      [1, 1],
      [1, 2],
    ];
    for (let run = 0; run < 3; run++) {
      const { a: old, sum } = await program.run({});
      expect([...old.data]).toEqual(x);
      expect([...sum.data]).toEqual(x.map((value, i) => value + y[i]));
      [x, y] = [x.map((value, i) => value + y[i]), y.map((value, i) => x[i] + 2 * value)];
    }
    expect((await program.read([b, a])).map(({ data }) => [...data])).toEqual([y, x]);
  });

  test("run again what depends on them, and once what does not", () => {
    const x = input("x", [1, 8, 4, 4]);
    const [trained, frozen] = [weight("trained", [8, 8, 1, 1]), weight("frozen", [8, 8, 1, 1])];
    const y = conv2d(relu(conv2d(x, frozen)), trained);
    const shaders = (steps: Plan["steps"]): unknown[] => steps.map(({ launch }) => launch.shader);
    const updated = plan({ y }, { updates: [{ parameter: trained, value: scale(trained, 0.5) }] });
    expect(shaders(updated.once)).toEqual(["pack-filters"]);
    expect(shaders(updated.steps).filter((shader) => shader === "pack-filters")).toHaveLength(1);
    expect(shaders(plan({ y }, { writable: [frozen, trained] }).once)).toEqual([]);
  });

  test("reach the packed weight of the next run", async () => {
    const w = weight("w", [4, 3]);
    const x = input("x", [9, 3]);
    using program = await compile(await device(), { y: linear(x, w) }, { updates: [{ parameter: w, value: scale(w, 2) }] });
    const feed = { x: generated("x", [9, 3]) };
    const [first, second] = [await program.run(feed), await program.run(feed)];
    expect([...second.y.data]).toEqual([...first.y.data].map((value) => 2 * value));
  });

  const a = vector("a", 1, 2);
  test.each<[string, () => Plan, string]>([
    [
      "of something else than a parameter",
      () => plan({}, { updates: [{ parameter: relu(a), value: a }] }),
      "update: activation [2] is no parameter",
    ],
    [
      "of another shape",
      () => plan({}, { updates: [{ parameter: a, value: vector("b", 1) }] }),
      "update: a [2] and its value differ, got [2] and [1]",
    ],
    [
      "of a parameter twice",
      () => {
        const both = flat([a, vector("b", 1)]);
        return plan(
          {},
          {
            updates: [
              { parameter: a, value: relu(a) },
              { parameter: both, value: relu(both) },
            ],
          },
        );
      },
      "update: a [2] is updated twice",
    ],
  ])("are refused: %s", (_, attempt, message) => {
    expect(attempt).toThrow(message);
  });

  test("are refused in f16", async () => {
    const updates = [{ parameter: a, value: relu(a) }];
    await expect(compile(await device(), {}, { updates, precision: "f16" })).rejects.toThrow(
      /^(compile: parameters are updated in f32 only, got precision f16|device: .* has no shader-f16, use precision f32)$/,
    );
  });
});

describe("in place", () => {
  const phase = vector("phase", 0, 1, 1);
  const lanes = 256;
  const counted = (name: string, first: number): Node => parameter(name, [lanes], tensor([lanes], new Float32Array(lanes).fill(first)));

  test("an op overwrites a parameter that only it reads", async () => {
    const [sum, x] = [counted("sum", 1), counted("x", 2)];
    const updates = [{ parameter: sum, value: accumulate(sum, x, phase) }];
    const planned = plan({}, { updates });
    expect(planned.copies).toEqual([]);
    expect(bytesOf(planned, "activation")).toBe(0);
    expect((await heldAfter(3, {}, { updates }))[0]).toEqual(new Array(lanes).fill(7));
  });

  test("its readers come first, even those that the graph names later", async () => {
    const [sum, x, mirror] = [counted("sum", 1), counted("x", 2), counted("mirror", 0)];
    const updates = [
      { parameter: sum, value: accumulate(sum, x, phase) },
      { parameter: mirror, value: scale(sum, 10) },
    ];
    const planned = plan({}, { updates });
    expect(planned.copies.map(({ to }) => to.node)).toEqual([mirror]);
    expect(planned.steps.map(({ launch }) => launch.shader)).toEqual(["scale", "accumulate"]);
    expect((await heldAfter(2, {}, { updates })).map(([first]) => first)).toEqual([5, 30]);
  });

  test("nothing is overwritten that a later launch or an output reads", async () => {
    const [sum, x, other] = [counted("sum", 1), counted("x", 2), counted("other", 0)];
    const next = accumulate(sum, x, phase);
    const updates = [
      { parameter: sum, value: next },
      { parameter: other, value: mul(next, sum) },
    ];
    expect(plan({}, { updates }).copies).toHaveLength(2);
    expect((await heldAfter(2, {}, { updates })).map(([first]) => first)).toEqual([5, 15]);
    expect(plan({ sum }, { updates: [updates[0]] }).copies).toHaveLength(1);
  });

  test("two that read each other are computed aside", async () => {
    const [a, b] = [counted("a", 1), counted("b", 10)];
    const updates = [
      { parameter: a, value: accumulate(a, b, phase) },
      { parameter: b, value: accumulate(b, a, phase) },
    ];
    expect((await heldAfter(2, {}, { updates })).map(([first]) => first)).toEqual([22, 22]);
  });

  test("a value that is no update is computed aside too", async () => {
    const [sum, x] = [counted("sum", 1), counted("x", 2)];
    using program = await compile(await device(), { y: accumulate(sum, x, phase) });
    for (let run = 0; run < 2; run++) expect((await program.run({})).y.data.every((value) => value === 3)).toBe(true);
  });

  test("parameters end to end are updated together, and keep their shapes, names and pads", async () => {
    const [w, v] = [weight("w", [3, 5]), weight("v", [2, 3, 2, 2])];
    const together = flat([w, v]);
    const x = input("x", [2, 5]);
    const gradients = flat([relu(input("dw", w.shape)), relu(input("dv", v.shape))]);
    const updates = [{ parameter: together, value: accumulate(together, gradients, phase) }];
    const planned = plan({ y: linear(x, w) }, { updates });
    expect(planned.copies).toEqual([]);
    expect(planned.steps.map(({ launch }) => launch.shader).filter((shader) => shader === "copy")).toEqual([]);
    expect(planned.buffers.filter(({ parameter }) => parameter === together)).toHaveLength(1);
    using program = await compile(await device(), { y: linear(x, w) }, { updates });
    const [dw, dv] = [generated("dw", w.shape), generated("dv", v.shape)];
    await program.run({ x: generated("x", x.shape), dw, dv });
    const [gotW, gotV] = await program.read([w, v]);
    for (const [got, of, by] of [
      [gotW, w, dw],
      [gotV, v, dv],
    ] as const) {
      expect(got.shape).toEqual(of.shape);
      expect([...got.data]).toEqual([...of.attrs.tensor.data].map((old, i) => Math.fround(old + Math.max(by.data[i], 0))));
    }
  });
});

describe("values end to end", () => {
  const x = input("x", [1, 6]);

  test("are copied where they come twice, are inputs, or read each other", async () => {
    const first = relu(x);
    const second = scale(first, 3);
    const y = flat([first, second, x, sub(second, first), second]);
    const { y: got } = await compileAndRun({ y });
    const given = [...generated("x", [1, 6]).data];
    const positive = given.map((value) => Math.max(value, 0));
    const tripled = positive.map((value) => Math.fround(3 * value));
    const expected = [positive, tripled, given, tripled.map((value, i) => Math.fround(value - positive[i])), tripled];
    for (const [index, part] of expected.entries()) expect([...got.data.subarray(index * 256, index * 256 + 6)]).toEqual(part);
    expect(got.shape).toEqual([5 * 256]);
  });

  const compileAndRun = async (outputs: Readonly<Record<string, Node>>) => {
    using program = await compile(await device(), outputs);
    return await program.run({ x: generated("x", [1, 6]) });
  };
});

describe("read and write", () => {
  test("give back and set parameters, bit for bit", async () => {
    const [w, fixed] = [weight("w", [3, 5]), weight("fixed", [2, 2])];
    using program = await compile(await device(), { y: add(w, w) }, { updates: [{ parameter: w, value: scale(w, 1.5) }] });
    await program.run({});
    const [read, same] = await program.read([w, fixed]);
    expect(same).toBe(fixed.attrs.tensor);
    await program.run({});
    const { y: expected } = await program.run({});
    await program.write([[w, read]]);
    await program.run({});
    const { y } = await program.run({});
    expect(y.data).toEqual(expected.data);
  });

  test("refuse what the program cannot change, and other shapes", async () => {
    const [w, fixed] = [weight("w", [3, 5]), weight("fixed", [2, 2])];
    using program = await compile(await device(), { y: relu(fixed) }, { writable: [w] });
    await expect(program.write([[fixed, tensor([2, 2])]])).rejects.toThrow(
      "program: fixed [2, 2] is neither updated by the program nor writable",
    );
    await expect(program.write([[w, tensor([5, 3])]])).rejects.toThrow(ShapeError);
    await expect(program.read([relu(w)])).rejects.toThrow("read: activation [3, 5] is no parameter with values");
  });
});
