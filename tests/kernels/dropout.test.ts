/** Dropout drops as often as asked, others at every step and seed, and the gradient drops the same. */
import { expect, test } from "vitest";
import { dropout } from "../../src/kernels/dropout.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { dropout as reference } from "../reference/dropout.ts";

const step = (at: number) => (operand: number, _: number, random: number) => (operand === 1 ? at : 2 * random - 1);
const constants = [1];

// biome-ignore format: one case a line
describeOp("dropout", dropout, reference, [
  { name: "half of a classifier's features", shapes: [[3, 70], [1]], options: { rate: 0.5, seed: 1 }, values: step(0), constants },
  { name: "a fifth of a map, last vector part full", shapes: [[2, 5, 4, 3], [1]], options: { rate: 0.2, seed: 2 }, values: step(7), constants },
  { name: "a seed and a step of many bits", shapes: [[1, 4, 5, 5], [1]], options: { rate: 0.5, seed: 0xdeadbeef }, values: step(2 ** 24 - 1), constants },
  { name: "rate 0 is the identity", shapes: [[2, 6], [1]], options: { rate: 0, seed: 3 }, values: step(1), constants },
]);

describeShapeErrors("dropout", dropout, [
  { name: "a rate of 1", shapes: [[2, 6], [1]], options: { rate: 1, seed: 0 } },
  { name: "a step for each picture", shapes: [[2, 6], [2]], options: { rate: 0.5, seed: 0 } },
]);

test("each step and each seed drop other elements, about as many as the rate says", async () => {
  const [x, at] = [input("x", [1, 4096]), input("at", [1])];
  const ones = tensor(x.shape, new Float32Array(4096).fill(1));
  const outputs: Record<string, Node> = { first: dropout(x, at, { rate: 0.25, seed: 0 }), second: dropout(x, at, { rate: 0.25, seed: 1 }) };
  const masks: string[] = [];
  for (const number of [0, 1]) {
    const results = await compute(outputs, { inputs: { x: ones, at: tensor([1], Float32Array.of(number)) } });
    for (const { data } of Object.values(results)) {
      const dropped = data.filter((value) => value === 0).length;
      // A binomial count of 4096 elements: mean 1024, standard deviation 28; five of them.
      expect(Math.abs(dropped - 1024)).toBeLessThan(140);
      masks.push(data.map(Math.sign).join(""));
    }
  }
  expect(new Set(masks).size).toBe(4);
});
