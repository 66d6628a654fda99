/** Values computed again for the gradients are the same to the bit, and what is not kept takes no memory. */
import { expect, test } from "vitest";
import { leastProfile } from "../../src/gpu/profile.ts";
import { gradients } from "../../src/graph/gradient.ts";
import { compile, planFor } from "../../src/graph/program.ts";
import { relu, sigmoid, silu } from "../../src/kernels/activation.ts";
import { add } from "../../src/kernels/arithmetic.ts";
import { batchNormTraining } from "../../src/kernels/batch-norm-training.ts";
import { batchStatistics } from "../../src/kernels/batch-statistics.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { dropout } from "../../src/kernels/dropout.ts";
import { checkpoint, input, type Node, parameter } from "../../src/kernels/op.ts";
import { tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { generated } from "../generator.ts";

const shape = [2, 8, 12, 12];
const numbers = (name: string, size: readonly number[]) => parameter(name, size, generated(name, size));

/** Twelve blocks with a shortcut each, and one over all of them; `mark` is put around every third block's output. */
function network(mark: (node: Node) => Node, activation = relu): Readonly<Record<string, Node>> {
  const x = input("x", shape);
  const step = input("step", [1]);
  const weights: Node[] = [];
  let y: Node = x;
  for (let block = 0; block < 12; block++) {
    const weight = numbers(`weight${block}`, [8, 8, 3, 3]);
    const [scale, offset] = [numbers(`scale${block}`, [8]), numbers(`offset${block}`, [8])];
    const z = conv2d(y, weight, undefined, { padding: 1 });
    const normal = activation(batchNormTraining(z, scale, offset, batchStatistics(z)));
    const sum = add(sigmoid(dropout(normal, step, { rate: 0.3, seed: block })), y);
    y = block % 3 === 2 ? mark(sum) : sum;
    weights.push(weight, scale, offset);
  }
  const loss = add(y, x);
  const found = gradients(loss, weights);
  return { loss, ...Object.fromEntries(found.map((gradient, i) => [`gradient${i}`, gradient])) };
}

test("checkpoints change no bit of a gradient", async () => {
  const gpu = await device();
  const inputs = { x: generated("x", shape), step: tensor([1], Float32Array.of(3)) };
  using kept = await compile(
    gpu,
    network((node) => node),
  );
  using again = await compile(gpu, network(checkpoint));
  expect(again.plan.steps.length).toBeGreaterThan(kept.plan.steps.length);
  expect(await again.run(inputs)).toEqual(await kept.run(inputs));
});

test("what lies between checkpoints is not held from one pass to the other", () => {
  // The gradient of silu reads its argument; that of relu after a batch norm needs nothing kept.
  const [kept, again] = [(node: Node) => node, checkpoint].map((mark) => planFor(network(mark, silu), {}, leastProfile).liveBytes);
  expect(again).toBeLessThan(0.7 * kept);
});
