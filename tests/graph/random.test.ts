/** Whatever graph it is: the plan with shared memory and values in place, and fusion, change no number. */
import { describe, expect, test } from "vitest";
import { fromStorage, layoutOf } from "../../src/gpu/layout.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import { compile } from "../../src/graph/program.ts";
import { relu, sigmoid } from "../../src/kernels/activation.ts";
import { add, mul } from "../../src/kernels/arithmetic.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import { concat } from "../../src/kernels/concat.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { flat } from "../../src/kernels/flat.ts";
import { maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { input, isParameter, type Node, parameter } from "../../src/kernels/op.ts";
import { pad } from "../../src/kernels/pad.ts";
import { reshape } from "../../src/kernels/reshape.ts";
import { scale } from "../../src/kernels/scale.ts";
import { slice } from "../../src/kernels/slice.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { accumulate } from "../../src/training/accumulate.ts";
import { compute, inputsOf, weight } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { device } from "../device.ts";
import { values } from "../reference/values.ts";
import { xorshift } from "../xorshift.ts";

/** A graph of maps of one size, every node of which may read any before it: branches, joins, hoisted work, views. */
function randomGraph(seed: number, size: number): Node[] {
  const below = xorshift(seed);
  const nodes: Node[] = [input("input", [2, 4, 4, 5]), input("other", [2, 6, 4, 5]), weight("fixed.weight", [2, 8, 4, 5])];
  const any = (): Node => nodes[Math.max(0, nodes.length - 1 - below(6))];
  const like = (x: Node): Node => {
    const same = nodes.filter(({ shape }) => String(shape) === String(x.shape));
    return same[below(same.length)];
  };
  while (nodes.length < size) {
    const x = any();
    const channels = x.shape[1];
    const name = `n${nodes.length}`;
    const each = (part: string): Node => weight(`${name}.${part}`, [channels]);
    const makers: (() => Node)[] = [
      () => relu(x),
      () => sigmoid(x),
      () => add(x, like(x)),
      () => mul(like(x), x),
      () => conv2d(x, weight(`${name}.weight`, [1 + below(12), channels, 3, 3]), undefined, { padding: 1 }),
      () => conv2d(x, weight(`${name}.weight`, [32 + below(8), channels, 3, 3]), undefined, { padding: 1 }),
      () => conv2d(x, weight(`${name}.weight`, [4 * (1 + below(3)), channels, 1, 1]), undefined),
      () => conv2d(x, weight(`${name}.weight`, [channels, 1, 3, 3]), each("bias"), { padding: 1, groups: channels }),
      () => batchNorm(x, each("weight"), each("bias"), each("running_mean"), each("running_var")),
      () => maxPool2d(x, { kernel: 3, stride: 1, padding: 1 }),
      () => concat([x, any()]),
      () => concat([any(), x, any()]),
      () => slice(x, 1, 0, 1 + below(channels)),
      () =>
        slice(
          pad(x, [
            [0, 0],
            [0, 0],
            [1, 0],
            [0, 1],
          ]),
          2,
          0,
          4,
        ),
      () => reshape(relu(reshape(x, [2, channels, 5, 4])), [2, channels, 4, 5]),
    ];
    const y = makers[below(makers.length)]();
    const [, wide, height, width] = y.shape;
    if (wide <= 72 && height === 4 && width === 5) nodes.push(y);
  }
  return nodes;
}

describe.each(Array.from({ length: 10 }, (_, i) => i + 1))("random graph, seed %i", (seed) => {
  const nodes = randomGraph(seed, 24);
  const wanted = { last: nodes[23], early: nodes[12] };

  test("shared memory and values in place give the same bits as memory for each value", async () => {
    const all = Object.fromEntries(nodes.map((node, i) => [`n${i}`, node]));
    const apart = await compute(all, { fuse: false });
    const together = await compute(wanted, { fuse: false });
    expect(together.last.data).toEqual(apart.n23.data);
    expect(together.early.data).toEqual(apart.n12.data);
  });

  test("values end to end are those that each has alone", async () => {
    const parts = [nodes[20], nodes[23], nodes[12], nodes[18], nodes[23], nodes[22]];
    const alone = await compute(Object.fromEntries(parts.map((node, i) => [i, node])), { fuse: false });
    const { y, last } = await compute({ y: flat(parts), last: nodes[23] }, { fuse: false });
    expect(last.data).toEqual(alone[1].data);
    let first = 0;
    for (const [i, { shape }] of parts.entries()) {
      const { vectors } = layoutOf(shape);
      expect(fromStorage(shape, y.data.subarray(first, first + vectors * 4))).toEqual(alone[i].data);
      first += Math.ceil(vectors / 64) * 256;
    }
  });

  test("parameters overwritten end to end run after run give the bits of those that are copied one by one", async () => {
    const parameters = topologicalOrder(Object.values(wanted)).filter(isParameter);
    const steps = parameters.map((parameter) => scale(parameter, -0.25));
    const [together, always] = [flat(parameters), parameter("always", [3], tensor([3]))];
    const inPlace = [{ parameter: together, value: accumulate(together, flat(steps), always) }];
    const copied = parameters.map((parameter, i) => ({ parameter, value: add(parameter, steps[i]) }));
    const results: Tensor[][] = [];
    for (const updates of [inPlace, copied]) {
      using program = await compile(await device(), wanted, { updates });
      expect(program.plan.copies).toHaveLength(updates === inPlace ? 0 : parameters.length);
      const feeds = inputsOf(program.plan);
      const runs = [await program.run(feeds), await program.run(feeds), await program.run(feeds)];
      results.push(runs.flatMap(({ last, early }) => [last, early]));
    }
    expect(results[0]).toEqual(results[1]);
  });

  test("fusion gives the same numbers", async () => {
    const apart = await compute(wanted, { fuse: false });
    const fused = await compute(wanted);
    for (const name of ["last", "early"] as const) {
      const { shape, data } = apart[name];
      // Roundings of up to 24 sums of up to 9 · 72 products in a row.
      expectClose(fused[name], values(shape, Float64Array.from(data)), 24 * Math.sqrt(9 * 72) * 2 ** -23);
    }
  });
});
