/** Weights give a network its values by name, and tell everything that does not fit at once. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { input, ShapeError } from "../../src/kernels/op.ts";
import { WeightsError } from "../../src/loaders/names.ts";
import { kaimingFanOut, torchDefault, zeros } from "../../src/models/initial.ts";
import { networks } from "../../src/models/registry.ts";
import { checkFinite, declaredWeights, initialisedWeights, type LoadedWeights, weightsFrom } from "../../src/models/weights.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";

const x = input("x", [1, 3, 32, 32]);

/** The values of a small network, as a file would hold them. */
function valuesOf(name: string, seed = 1): Map<string, Tensor> {
  const weights = initialisedWeights(seed);
  networks[name].build(weights, x);
  return new Map(weights.values.flatMap(({ attrs }) => (attrs.tensor ? [[attrs.name, attrs.tensor]] : [])));
}

const loaded = (tensors: ReadonlyMap<string, Tensor>, classes?: number, options?: Parameters<typeof weightsFrom>[1]): LoadedWeights => {
  const weights = weightsFrom(tensors, options);
  networks.squeezenet1_1.build(weights, x, { classes });
  return weights;
};

function errorOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("a name asked for twice is one value, in a part or not", () => {
  const weights = declaredWeights();
  const value = weights.under("trunk.").under("conv1.").get("weight", [4, 3, 3, 3], zeros);
  expect(weights.get("trunk.conv1.weight", [4, 3, 3, 3], zeros)).toBe(value);
  expect(weights.values).toEqual([value]);
  expect(() => weights.get("trunk.conv1.weight", [4, 1, 3, 3], zeros)).toThrow(ShapeError);
});

test("running statistics are not trainable", () => {
  const weights = declaredWeights();
  networks.resnet18.build(weights, x);
  expect(weights.values).toHaveLength(102);
  expect(weights.trainable).toHaveLength(62);
});

describe("fresh values", () => {
  test("are the same for the same seed, whatever was asked before", () => {
    const [a, b, c] = [initialisedWeights(7), initialisedWeights(7), initialisedWeights(8)];
    b.get("other", [5], zeros);
    const [first, second, third] = [a, b, c].map((weights) => weights.get("w", [64], torchDefault.weight([64, 9])).attrs.tensor?.data);
    expect(first).toEqual(second);
    expect(first).not.toEqual(third);
  });

  test("follow their distribution", () => {
    const shape = [64, 32, 3, 3]; // fan-out 576
    const { data } = initialisedWeights(0).get("w", shape, kaimingFanOut.weight(shape)).attrs.tensor ?? tensor([1]);
    const mean = data.reduce((total, value) => total + value, 0) / data.length;
    const variance = data.reduce((total, value) => total + (value - mean) ** 2, 0) / data.length;
    // Four standard errors of the mean and of the variance of n normal values: σ/√n and σ²·√(2/n).
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(2 / 576 / data.length));
    expect(Math.abs(variance / (2 / 576) - 1)).toBeLessThan(4 * Math.sqrt(2 / data.length));
  });

  test("stay within a uniform distribution's bound", () => {
    const { data } = initialisedWeights(0).get("w", [10_000], torchDefault.weight([10_000, 25])).attrs.tensor ?? tensor([1]);
    expect(Math.max(...data)).toBeCloseTo(0.2, 3);
    expect(Math.min(...data)).toBeCloseTo(-0.2, 3);
  });

  test("start batch norm as the identity", () => {
    const values = valuesOf("liang_base");
    expect(["weight", "bias", "running_mean", "running_var"].map((part) => values.get(`conv1.1.${part}`)?.data[0])).toEqual([1, 0, 0, 1]);
  });
});

describe("values of a file", () => {
  test("that fit are taken as they are", () => {
    const tensors = valuesOf("squeezenet1_1");
    const weights = loaded(tensors);
    weights.verify();
    expect(weights.values.map(({ attrs }) => attrs.tensor)).toEqual([...tensors.values()]);
  });

  test("that do not fit are told all at once", () => {
    const tensors = valuesOf("squeezenet1_1");
    tensors.delete("features.0.bias");
    tensors.set("features.3.squeeze.weight", tensor([16, 64, 3, 3]));
    tensors.set("extra", tensor([1]));
    tensors.set("bn.num_batches_tracked", tensor([1]));
    const error = errorOf(() => loaded(tensors).verify("model.safetensors"));
    expect(error).toBeInstanceOf(WeightsError);
    expect(error).toMatchObject({
      missing: ["features.0.bias"],
      unexpected: ["extra"],
      misshaped: [{ name: "features.3.squeeze.weight", expected: [16, 64, 1, 1], got: [16, 64, 3, 3] }],
      message:
        "model.safetensors: the values do not fit the network, 1 missing (features.0.bias); 1 unexpected (extra); " +
        "1 mis-shaped (features.3.squeeze.weight expects [16, 64, 1, 1], got [16, 64, 3, 3])",
    });
  });

  test("of another network make a message of bounded length", () => {
    const error = errorOf(() => loaded(valuesOf("liang_base")).verify());
    expect(error).toBeInstanceOf(WeightsError);
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/52 missing \(features\.0\.weight, .* and 44 more\); 82 unexpected \(.* and 74 more\)$/),
    );
    expect(error).toHaveProperty("missing.length", 52);
  });

  test("may differ in the head, which then starts afresh", () => {
    const tensors = valuesOf("squeezenet1_1");
    expect(() => loaded(tensors, 2).verify()).toThrow("2 mis-shaped (classifier.1.weight expects [2, 512, 1, 1], got [1000, 512, 1, 1]; ");
    const weights = loaded(tensors, 2, { newHead: networks.squeezenet1_1.head, seed: 3 });
    weights.verify();
    const head = weights.values.filter(({ attrs }) => attrs.name.startsWith("classifier."));
    expect(head.map(({ attrs }) => attrs.tensor?.shape)).toEqual([[2, 512, 1, 1], [2]]);
  });

  test("must be finite", () => {
    const tensors = valuesOf("squeezenet1_1");
    const data = tensors.get("features.0.bias")?.data ?? new Float32Array();
    data[5] = Number.NaN;
    const error = errorOf(() => loaded(tensors).verify());
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty("message", "features.0.bias: every value must be finite, got NaN at [5]");
  });

  test.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])("%d is found at its place", (value) => {
    const data = new Float32Array(24).fill(3e38);
    data[17] = value;
    expect(() => checkFinite("w", tensor([2, 3, 4], data))).toThrow(`w: every value must be finite, got ${value} at [1, 1, 1]`);
  });
});
