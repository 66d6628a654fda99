/** What all optimisers share: groups, frozen weights, clipping, faults, steps over several runs, averages, and going on where a run stopped. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../../src/graph/gradient.ts";
import { compile } from "../../../src/graph/program.ts";
import { type Update, updatedParameters } from "../../../src/graph/update.ts";
import { add, mul, sub } from "../../../src/kernels/arithmetic.ts";
import { broadcastTo, sumTo } from "../../../src/kernels/broadcast.ts";
import { input, type Node, parameter } from "../../../src/kernels/op.ts";
import { type Tensor, tensor } from "../../../src/tensor.ts";
import { decayMatrices, type Weight } from "../../../src/training/arena.ts";
import { history } from "../../../src/training/history.ts";
import { lossScaling } from "../../../src/training/loss-scaling.ts";
import { movingAverage } from "../../../src/training/moving-average.ts";
import { adam, adamW } from "../../../src/training/optimizers/adam.ts";
import { lamb } from "../../../src/training/optimizers/lamb.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { device } from "../../device.ts";
import { generated } from "../../generator.ts";

const weight = (name: string, shape: readonly number[]): Weight => parameter(name, shape, generated(name, shape));
const values = (...numbers: number[]): Tensor => tensor([numbers.length], Float32Array.from(numbers));

/** Σ (x · w + b − target)² over a batch of 4: a regression in 3 features. */
function regression() {
  const [w, b] = [weight("w", [1, 3]), weight("b", [1])];
  const [x, target] = [input("x", [4, 3]), input("target", [4, 1])];
  const error = sub(add(sumTo(mul(x, w), [4, 1]), broadcastTo(b, [4, 1])), target);
  return { weights: [w, b], loss: sumTo(mul(error, error), [1]) };
}
const batch = (step: number): Record<string, Tensor> => ({ x: generated(`x${step}`, [4, 3]), target: generated(`target${step}`, [4, 1]) });

/** Bits, so that two NaN are the same and 0 is not −0. */
const bitsOf = (tensors: readonly Tensor[]): number[][] => tensors.map(({ data }) => [...new Uint32Array(data.slice().buffer)]);

describe("weights", () => {
  /** The weights after one step in which every gradient is 1. */
  async function stepped(options: Partial<Parameters<typeof sgd>[2]>): Promise<{ readonly before: number[]; readonly after: number[] }> {
    const weights = [weight("conv.weight", [2, 3]), weight("conv.bias", [2]), weight("fc.weight", [5, 2])];
    const ones = weights.map(({ shape, attrs }) => parameter(`${attrs.name}.ones`, shape, filled(shape, 1)));
    const { updates } = sgd(weights, ones, { lr: 0.5, momentum: 0.9, ...options });
    using program = await compile(await device(), {}, { updates });
    await program.run({});
    const after = (await program.read(weights)).map(({ data }) => data[0]);
    return { before: weights.map(({ attrs }) => attrs.tensor?.data[0] ?? Number.NaN), after };
  }
  const filled = (shape: readonly number[], value: number): Tensor => {
    const zeros = tensor(shape);
    return { shape, data: zeros.data.fill(value) };
  };
  const f32 = Math.fround;

  test("have learning rates of their own, and stay as they are at 0", async () => {
    const lrFactor = ({ attrs: { name } }: Weight): number => (name.startsWith("fc.") ? 1 : name.endsWith("bias") ? 0.5 : 0);
    const { before, after } = await stepped({ lrFactor });
    expect(after).toEqual([before[0], f32(before[1] - 0.25), f32(before[2] - 0.5)]);
  });

  test("with one axis are spared weight decay where that is asked for", async () => {
    const { before, after } = await stepped({ weightDecay: decayMatrices(0.125) });
    for (const [i, decay] of [0.125, 0, 0.125].entries()) expect(after[i]).toBeCloseTo(before[i] - 0.5 * (1 + decay * before[i]), 6);
  });

  test("must each have a gradient of their shape", () => {
    const w = weight("w", [2, 3]);
    expect(() => sgd([w], [weight("g", [3, 2])], { lr: 1 })).toThrow("optimizer: every weight needs a gradient of its shape");
    expect(() => sgd([w], [], { lr: 1 })).toThrow("got 0 for 1 weights");
  });

  test("of more than 64 MiB are updated in several arenas, a larger one by itself", () => {
    const shapes = [[1024, 8192], [1024, 8192], [4096, 8192], [8]];
    const weights = shapes.map((shape, i) => parameter(`w${i}`, shape));
    const zeros = weights.map(({ attrs, shape }) => parameter(`${attrs.name}.gradient`, shape));
    const { arenas } = adam(weights, zeros, { lr: 1 });
    expect(arenas.map(({ arena }) => arena.weights.map(({ attrs }) => attrs.name))).toEqual([["w0", "w1"], ["w2"], ["w3"]]);
  });
});

describe("a step", () => {
  test("learns a regression, with the loss and the norm of each run kept on the GPU", async () => {
    const { weights, loss } = regression();
    const step = adam(weights, gradients(loss, weights), { lr: input("lr", [1]) });
    const kept = history(step, loss, { capacity: 4 });
    using program = await compile(await device(), {}, { updates: [...step.updates, ...kept.updates] });
    const lr = values(0.125);
    for (let run = 0; run < 3; run++) await program.run({ ...batch(0), lr });
    const first = kept.entries((await program.read([kept.parameter]))[0]);
    expect(first.count).toBe(3);
    expect(first.entries).toHaveLength(3);
    for (let run = 3; run < 50; run++) await program.run({ ...batch(0), lr });
    const last = kept.entries((await program.read([kept.parameter]))[0]);
    expect(last.count).toBe(50);
    expect(last.entries).toHaveLength(4);
    expect(last.entries[3].loss).toBeLessThan(first.entries[0].loss / 5);
    for (const { lr, gradientNorm, fault } of last.entries) {
      expect([lr, fault]).toEqual([0.125, undefined]);
      expect(gradientNorm).toBeGreaterThan(0);
    }
  });

  test("with a gradient that is not finite changes nothing, and says whose it was", async () => {
    const { weights, loss } = regression();
    const spoiled = input("spoiled", [1]);
    const [dw, db] = gradients(loss, weights);
    const step = adamW(weights, [dw, mul(db, spoiled)], { lr: 0.1 });
    const average = movingAverage(step);
    const kept = history(step, loss);
    using program = await compile(await device(), {}, { updates: [...step.updates, ...average.updates, ...kept.updates] });
    const parameters = updatedParameters([...step.updates, ...average.updates]);
    await program.run({ ...batch(0), spoiled: values(1) });
    const before = await program.read(parameters);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) await program.run({ ...batch(1), spoiled: values(value) });
    expect(bitsOf(await program.read(parameters))).toEqual(bitsOf(before));
    await program.run({ ...batch(1), spoiled: values(1) });
    expect(bitsOf(await program.read(parameters))).not.toEqual(bitsOf(before));
    const { entries } = kept.entries((await program.read([kept.parameter]))[0]);
    expect(entries.map(({ fault }) => fault)).toEqual([undefined, "b", "b", undefined]);
  });

  test("over several runs equals one with the mean of their gradients", async () => {
    const { weights, loss } = regression();
    const phase = input("phase", [3]);
    const { updates } = sgd(weights, gradients(loss, weights), { lr: 0.25, momentum: 0.5, phase });
    using program = await compile(await device(), {}, { updates });
    const before = await program.read(weights);
    const runs = [values(1, 0, 0.5), values(0, 1, 0.5), values(1, 0, 0.5), values(0, 1, 0.5)];
    for (const [run, phase] of runs.entries()) {
      await program.run({ ...batch(run), phase });
      if (run === 0) expect(bitsOf(await program.read(weights))).toEqual(bitsOf(before));
    }
    const got = await program.read(weights);

    const whole = regressionOver([batch(0), batch(1)], [batch(2), batch(3)]);
    for (const [w, expected] of whole.entries())
      for (const [i, value] of expected.entries()) expect(Math.abs(got[w].data[i] - value)).toBeLessThan(2e-6);
  });

  /** Two steps of SGD with momentum on the mean of the losses of each list of batches, in float64. */
  function regressionOver(...steps: readonly (readonly Record<string, Tensor>[])[]): number[][] {
    const { weights } = regression();
    const values = [...weights.flatMap(({ attrs }) => [...(attrs.tensor?.data ?? [])])];
    const velocity = values.map(() => 0);
    for (const batches of steps) {
      const slope = values.map(() => 0);
      for (const { x, target } of batches)
        for (let n = 0; n < 4; n++) {
          const row = [x.data[n * 3], x.data[n * 3 + 1], x.data[n * 3 + 2], 1];
          const error = row.reduce((sum, feature, i) => sum + feature * values[i], 0) - target.data[n];
          row.forEach((feature, i) => {
            slope[i] += (2 * error * feature) / batches.length;
          });
        }
      slope.forEach((g, i) => {
        velocity[i] = 0.5 * velocity[i] + g;
        values[i] -= 0.25 * velocity[i];
      });
    }
    return [values.slice(0, 3), values.slice(3)];
  }

  test("takes the scale of the loss out again, halves it after a fault and doubles it after good steps", async () => {
    const { weights, loss } = regression();
    const scaling = lossScaling({ initial: 1024, interval: 2 });
    const spoiled = input("spoiled", [1]);
    const step = sgd(weights, gradients(loss, weights, mul(scaling.factor, spoiled)), { lr: 0.0625, lossScale: scaling.factor });
    const updates: Update[] = [...step.updates, ...scaling.updates(step)];
    using program = await compile(await device(), { factor: scaling.factor }, { updates });
    const plainStep = sgd(weights, gradients(loss, weights), { lr: 0.0625 });
    using unscaled = await compile(await device(), { loss }, { updates: plainStep.updates });
    const factors: number[] = [];
    for (const [run, spoil] of [1, Number.POSITIVE_INFINITY, 1, 1, 1].entries()) {
      factors.push((await program.run({ ...batch(run), spoiled: values(spoil) })).factor.data[0]);
      if (spoil === 1) await unscaled.run(batch(run));
    }
    expect(factors).toEqual([1024, 1024, 512, 512, 1024]);
    // Powers of two: nothing is rounded otherwise.
    expect(bitsOf(await program.read(weights))).toEqual(bitsOf(await unscaled.read(weights)));
  });
});

test("a step that is asked for as a value leaves the parameters alone", async () => {
  const { weights, loss } = regression();
  const { updates, arenas } = lamb(weights, gradients(loss, weights), { lr: 0.125 });
  using asked = await compile(await device(), { next: arenas[0].value });
  const results = [await asked.run(batch(0)), await asked.run(batch(0))].map(({ next }) => next);
  using program = await compile(await device(), {}, { updates });
  await program.run(batch(0));
  const [next] = await program.read([arenas[0].arena.node]);
  expect(bitsOf(results)).toEqual(bitsOf([next, next]));
});

test("a moving average follows the weights, and the statistics that go with them", async () => {
  const { weights, loss } = regression();
  const running = weight("norm.running_mean", [70]);
  const statistics = [{ parameter: running, value: mul(running, running) }];
  const step = sgd(weights, gradients(loss, weights), { lr: 0.125 });
  const { averages, updates } = movingAverage(step, { decay: 0.75, statistics });
  const followed = [...weights, running];
  expect(averages.map(({ of }) => of)).toEqual(followed);
  expect(averages.map(({ average }) => average.attrs.name)).toEqual(["average.w", "average.b", "average.norm.running_mean"]);
  using program = await compile(await device(), {}, { updates: [...step.updates, ...statistics, ...updates] });
  const expected = followed.map(({ attrs }) => [...(attrs.tensor?.data ?? [])]);
  for (let run = 0; run < 30; run++) {
    await program.run(batch(run % 3));
    // 30 steps reach the whole decay: (1 + t) / (10 + t) is 0.75 at 26.
    const decay = Math.min(0.75, (run + 2) / (run + 11));
    for (const [w, { data }] of (await program.read(followed)).entries())
      for (const [i, value] of data.entries()) expected[w][i] = decay * expected[w][i] + (1 - decay) * value;
  }
  // Rounded four times a blend, and what was rounded before shrinks by a quarter at least each time: 16 roundings at most.
  for (const [w, { data }] of (await program.read(averages.map(({ average }) => average))).entries())
    for (const [i, value] of data.entries()) expect(Math.abs(value - expected[w][i])).toBeLessThan(16 * 8 * 2 ** -24);
});

test("stopping and going on gives the bits of a run that never stopped", async () => {
  const build = () => {
    const { weights, loss } = regression();
    const step = adamW(weights, gradients(loss, weights), { lr: 0.1, maxNorm: 1 });
    const average = movingAverage(step);
    return [...step.updates, ...average.updates];
  };
  const whole = build();
  using program = await compile(await device(), {}, { updates: whole });
  for (let run = 0; run < 6; run++) await program.run(batch(run));
  const expected = bitsOf(await program.read(updatedParameters(whole)));

  const before = build();
  using begun = await compile(await device(), {}, { updates: before });
  for (let run = 0; run < 3; run++) await begun.run(batch(run));
  const stored = await begun.read(updatedParameters(before));
  const after = build();
  using resumed = await compile(await device(), {}, { updates: after });
  await resumed.write(updatedParameters(after).map((node, i): [Node, Tensor] => [node, stored[i]]));
  for (let run = 3; run < 6; run++) await resumed.run(batch(run));
  expect(bitsOf(await resumed.read(updatedParameters(after)))).toEqual(expected);
});
