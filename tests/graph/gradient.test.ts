/** Gradients of a graph are the sums over all paths from the output to a target, and what has no gradient is an error. */
import { describe, expect, test } from "vitest";
import { fuse } from "../../src/graph/fuse.ts";
import { type GradientRule, gradients } from "../../src/graph/gradient.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import { relu, sigmoid, silu } from "../../src/kernels/activation.ts";
import { add, div, mul, sub } from "../../src/kernels/arithmetic.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import { sumTo } from "../../src/kernels/broadcast.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { apply, input, type Node, named, type Op, parameter, ShapeError } from "../../src/kernels/op.ts";
import { flatten } from "../../src/kernels/reshape.ts";
import { scale } from "../../src/kernels/scale.ts";
import { tensor } from "../../src/tensor.ts";
import { compute, weight } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { generated } from "../generator.ts";
import { values } from "../reference/values.ts";

const x = input("input", [2, 5]);
const other = input("other", [2, 5]);

/** The gradient of Σ y by x, and what it should be for each element of x and other; their values are below 2, so sums are below 100. */
async function expectGradient(y: Node, derivative: (x: number, other: number) => number): Promise<void> {
  const [gradient] = gradients(y, [x]);
  const [a, b] = [generated("input", x.shape).data, generated("other", other.shape).data];
  const results = await compute({ gradient });
  expectClose(
    results.gradient,
    values(
      x.shape,
      Float64Array.from(a, (value, i) => derivative(value, b[i])),
    ),
    16 * 2 ** -24,
  );
}

describe("contributions are added", () => {
  test("of a value that is read twice by one op", () => expectGradient(mul(x, x), (x) => 2 * x));
  test("of the two sides of a diamond", () => expectGradient(mul(scale(x, 3), add(x, other)), (x, other) => 6 * x + 3 * other));
  test("of a value that is also the output's part", () => expectGradient(add(mul(x, other), x), (_, other) => other + 1));
  test("of one node shared by three", () => {
    const shared = mul(x, other);
    const y = sub(add(mul(shared, shared), shared), scale(shared, 4));
    return expectGradient(y, (x, other) => (2 * x * other - 3) * other);
  });
  test("of a chain of diamonds, each walked once", async () => {
    let y: Node = x;
    for (let depth = 0; depth < 40; depth++) y = scale(add(y, y), 0.5);
    expect(topologicalOrder(gradients(y, [x])).length).toBeLessThan(200);
    await expectGradient(y, () => 1);
  });
  test("of an operand that repeats over all the others", async () => {
    const factor = input("factor", [1]);
    const [gradient] = gradients(mul(x, factor), [factor]);
    const results = await compute({ gradient }, { inputs: { input: generated("input", x.shape) } });
    const sum = generated("input", x.shape).data.reduce((sum, value) => sum + value, 0);
    expectClose(results.gradient, values([1], Float64Array.of(sum)), 1e-5);
  });
});

describe("a target is", () => {
  test("the output itself, with the seed as its gradient", () => {
    const seed = input("seed", x.shape);
    expect(gradients(sigmoid(x), [], seed)).toEqual([]);
    const y = sigmoid(x);
    expect(gradients(y, [y], seed)).toEqual([seed]);
  });

  test("a value on the way to another target", async () => {
    const middle = named(mul(x, other), "middle");
    const [byMiddle, byX] = gradients(mul(middle, middle), [middle, x]);
    const results = await compute({ middle, byMiddle, byX });
    const b = generated("other", other.shape).data;
    expect(results.byMiddle.data).toEqual(results.middle.data.map((value) => 2 * value));
    expectClose(
      results.byX,
      values(
        x.shape,
        Float64Array.from(results.byMiddle.data, (value, i) => value * b[i]),
      ),
      2 ** -23,
    );
  });

  test("a parameter, and the same one given twice", () => {
    const factor = parameter("factor", [1], tensor([1]));
    const [first, second] = gradients(mul(x, factor), [factor, factor]);
    expect(first.shape).toEqual([1]);
    expect(second).toBe(first);
  });

  test("reached through another shape", () => {
    const map = input("map", [2, 3, 4, 4]);
    expect(gradients(sumTo(flatten(relu(map)), [1, 48]), [map])[0].shape).toEqual([2, 3, 4, 4]);
  });
});

test("a rule of one's own takes the place of an op's gradient", async () => {
  const doubled: GradientRule = (node, dy) => (node.op === relu(x).op ? [scale(dy, 2)] : node.op.gradient?.(node, dy));
  const [gradient] = gradients(mul(relu(x), x), [x], undefined, undefined, doubled);
  const { data } = (await compute({ gradient })).gradient;
  const a = generated("input", x.shape).data;
  // d/dx of relu(x) · x, with 2 in the place of relu's derivative: 2x + relu(x).
  expect(data).toEqual(a.map((value) => Math.fround(2 * value) + Math.max(0, value)));
});

describe("only what a target needs is computed", () => {
  test("no gradient of the other operand", () => {
    const ops = (targets: readonly Node[]): number => topologicalOrder(gradients(div(x, sigmoid(other)), targets)).length;
    expect(ops([x])).toBeLessThan(ops([x, other]));
  });

  test("ops without a gradient may lie beside the way", () => {
    const [gradient] = gradients(mul(x, apply(rounded, [other], {})), [x]);
    expect(gradient.shape).toEqual(x.shape);
  });
});

describe("an error says", () => {
  test("which op on the way has no gradient", () => {
    const attempt = (): unknown => gradients(scale(named(apply(rounded, [sigmoid(x)], {}), "steps"), 2), [x]);
    expect(attempt).toThrow("gradients: rounded has no gradient, and a target lies behind steps [2, 5]");
  });

  test("which target the output does not depend on", () => {
    const attempt = (): unknown => gradients(sigmoid(x), [x, parameter("fc.weight", [7, 5])]);
    expect(attempt).toThrow("gradients: activation [2, 5] does not depend on fc.weight [7, 5]");
  });

  test("that an op takes a target for a constant", () => {
    const chosen: Op = { ...rounded, name: "chosen", gradient: () => [undefined] };
    expect(() => gradients(apply(chosen, [x], {}), [x])).toThrow("gradients: chosen [2, 5] does not depend on input [2, 5]");
  });

  test("which shape the seed should have", () => {
    const attempt = (): unknown => gradients(sigmoid(x), [x], input("seed", [5, 2]));
    expect(attempt).toThrow(ShapeError);
    expect(attempt).toThrow("gradients: seed and output differ, got [5, 2] and [2, 5]");
  });
});

describe("fused with its gradient a graph keeps", () => {
  const map = input("map", [1, 5, 6, 6]);
  const conv = conv2d(map, weight("conv.weight", [6, 5, 3, 3]));
  const fusedOps = (y: Node): string[] => topologicalOrder(fuse([y, ...gradients(y, [conv])])).map(({ op }) => op.name);

  test("a convolution that applies its own activation, whose gradient needs the result alone", () => {
    expect(fusedOps(relu(conv))).not.toContain("activation");
  });

  describe("the result of a convolution before a batch norm", () => {
    const statistics = ["weight", "bias", "running_mean", "running_var"].map((part) => weight(`bn.${part}`, [6]));
    const [scale, bias, mean, variance] = statistics;
    const y = batchNorm(conv, scale, bias, mean, variance);

    test("which the gradient by the norm's weight reads", async () => {
      const [gradient] = gradients(y, [scale]);
      const graph = { y, gradient };
      expect(topologicalOrder(fuse(Object.values(graph))).map(({ op }) => op.name)).toContain("batchNorm");
      const fused = await compute(graph);
      const apart = await compute(graph, { fuse: false });
      for (const name of ["y", "gradient"]) expect(fused[name].data).toEqual(apart[name].data);
    });

    test("but not where the norm is fixed, whose gradient does without it", () => {
      const names = topologicalOrder(fuse([y, ...gradients(y, [conv])])).map(({ op }) => op.name);
      expect(names).not.toContain("batchNorm");
    });
  });

  test("the argument of an activation whose gradient needs it", async () => {
    const residual = add(conv, input("skip", conv.shape));
    const y = silu(residual);
    const [gradient] = gradients(y, [conv]);
    const fused = await compute({ y, gradient });
    const apart = await compute({ y, gradient }, { fuse: false });
    // Sums of 45 products, added to the residual before or after they are stored.
    for (const name of ["y", "gradient"])
      expectClose(fused[name], values(conv.shape, Float64Array.from(apart[name].data)), Math.sqrt(46) * 2 ** -23);
  });
});

/** An op that says nothing of its gradient. */
const rounded: Op = { name: "rounded", inputs: ["x"], shape: ([x]) => x };
