/** In training mode batch norms normalise by the batch and move their running statistics, unless they are frozen, and dropout drops. */
import { describe, expect, test } from "vitest";
import { topologicalOrder } from "../../src/graph/order.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { torchDefault } from "../../src/models/initial.ts";
import { conv, dense, dropout, norm } from "../../src/models/layers.ts";
import { mobilenetV2 } from "../../src/models/mobilenet-v2.ts";
import { type TrainingOptions, type TrainingWeights, trainingWeights } from "../../src/models/training-weights.ts";
import { declaredWeights, initialisedWeights, type Weights } from "../../src/models/weights.ts";
import { tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { expectClose } from "../describe-op.ts";
import { generated } from "../generator.ts";
import { batchStatistics } from "../reference/batch-statistics.ts";
import { values } from "../reference/values.ts";

const x = input("input", [2, 3, 4, 4]);

/** A trunk of convolution and batch norm, and a linear head. */
function network(weights: Weights): Node {
  const trunk = weights.under("trunk.");
  const y = norm(trunk, "bn", conv(trunk, "conv", x, 4, 3, { padding: 1, initial: torchDefault }));
  return dense(weights, "fc", dropout(weights, "drop", globalAvgPool(y), 0.5), 2, { initial: torchDefault });
}

const inTrunk = (name: string): boolean => name.startsWith("trunk.");

function built(options?: TrainingOptions): { readonly ops: ReadonlySet<string>; readonly weights: TrainingWeights } {
  const weights = trainingWeights(declaredWeights(), options);
  const ops = new Set(topologicalOrder([network(weights)]).map(({ op }) => op.name));
  return { ops, weights };
}

const namesOf = (weights: TrainingWeights) => ({
  trainable: weights.trainable.map(({ attrs }) => attrs.name),
  updated: weights.updates.map(({ parameter }) => parameter.attrs.name),
});

const statistics = ["trunk.bn.running_mean", "trunk.bn.running_var"];

describe("a batch norm", () => {
  test("in training normalises by the batch and moves its statistics", () => {
    const { ops, weights } = built();
    expect([...ops]).toContain("batchNormTraining");
    expect(namesOf(weights)).toEqual({
      trainable: ["trunk.conv.weight", "trunk.bn.weight", "trunk.bn.bias", "fc.weight", "fc.bias"],
      updated: statistics,
    });
  });

  test("in a frozen trunk keeps to its running statistics", () => {
    const { ops, weights } = built({ isFrozen: inTrunk });
    expect([...ops]).toContain("batchNorm");
    expect([...ops]).not.toContain("batchNormTraining");
    expect(namesOf(weights)).toEqual({ trainable: ["fc.weight", "fc.bias"], updated: [] });
  });

  test("in a frozen trunk that drifts normalises by the batch, and only its statistics move", () => {
    const { ops, weights } = built({ isFrozen: inTrunk, frozenNorms: "drift" });
    expect([...ops]).toContain("batchNormTraining");
    expect(namesOf(weights)).toEqual({ trainable: ["fc.weight", "fc.bias"], updated: statistics });
  });

  test("in evaluation is as ever", () => {
    const ops = topologicalOrder([network(declaredWeights())]).map(({ op }) => op.name);
    expect(ops).toContain("batchNorm");
    expect(ops).not.toContain("dropout");
  });
});

describe("running statistics", () => {
  /** Those of a norm over the input after `times` passes of it. */
  async function moved(times: number): Promise<{ readonly mean: Float32Array; readonly variance: Float32Array }> {
    const weights = trainingWeights(initialisedWeights(1), { momentum: 0.1 });
    for (let k = 0; k < times; k++) norm(weights, "bn", x);
    const [mean, variance] = weights.updates;
    const results = await compute({ mean: mean.value, variance: variance.value });
    return { mean: results.mean.data, variance: results.variance.data };
  }

  const { data } = batchStatistics(values(x.shape, Float64Array.from(generated("input", x.shape).data)));

  // They start at 0 and 1; a channel has 32 values.
  test.each([1, 2])("move %i times, once each time the norm is built, by the unbiased variance", async (times) => {
    const kept = 0.9 ** times;
    const { mean, variance } = await moved(times);
    const expected = (start: number, row: number, factor: number) =>
      values(
        [3],
        Float64Array.from(data.slice(3 * row, 3 * row + 3), (value) => kept * start + (1 - kept) * factor * value),
      );
    expectClose(tensor([3], mean), expected(0, 0, 1), 1e-6);
    expectClose(tensor([3], variance), expected(1, 1, 32 / 31), 1e-6);
  });
});

describe("dropout", () => {
  const step = input("step", [1]);

  test("needs a step", () => {
    expect([...built().ops]).not.toContain("dropout");
    expect([...built({ step }).ops]).toContain("dropout");
  });

  test("drops other elements in layers of other names", () => {
    const weights = trainingWeights(declaredWeights(), { step, seed: 3 });
    const seeds = [dropout(weights, "a", x, 0.5), dropout(weights.under("b."), "a", x, 0.5), dropout(weights, "a", x, 0.5)].map(
      ({ attrs }) => attrs.seed,
    );
    expect(seeds[0]).not.toBe(seeds[1]);
    expect(seeds[0]).toBe(seeds[2]);
  });

  test("lies before MobileNetV2's classifier", () => {
    const logits = mobilenetV2(trainingWeights(declaredWeights(), { step }), input("x", [2, 3, 32, 32]));
    expect(logits.inputs[0].op.name).toBe("dropout");
  });
});
