/** Batch statistics are those of two passes in float64, also where the mean is a thousand times the deviation. */
import { expect, test } from "vitest";
import { batchStatistics } from "../../src/kernels/batch-statistics.ts";
import { input } from "../../src/kernels/op.ts";
import { tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { batchStatistics as reference } from "../reference/batch-statistics.ts";
import { values } from "../reference/values.ts";
import { uniform } from "../uniform.ts";

describeOp(
  "batchStatistics",
  batchStatistics,
  reference,
  [
    { name: "one channel", shapes: [[2, 1, 3, 3]] },
    { name: "last vector part full, less than one run of pixels", shapes: [[1, 5, 3, 4]] },
    { name: "two values a channel", shapes: [[2, 7]] },
    { name: "whole vectors, many runs, the last one short", shapes: [[2, 8, 15, 17]] },
    { name: "more channels than a workgroup has", shapes: [[2, 262, 2, 2]] },
  ],
  ([[, channels, ...rest], ...others]) => (others.length > 0 ? 0 : rest.reduce((product, size) => product * size, 1) / channels + 1),
);

describeShapeErrors("batchStatistics", batchStatistics, [
  { name: "one value a channel", shapes: [[1, 3, 1, 1]] },
  { name: "an input without a channel axis", shapes: [[3]] },
]);

/** Uniform numbers of standard deviation 1. */
const deviations = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sqrt(12) * (uniform(1, i) - 0.5));

test.each([
  { name: "a mean of 1000 and a deviation of 1", data: deviations(4096).map((value) => 1000 + value) },
  { name: "a first value far from the others", data: deviations(4096).with(0, 50) },
  { name: "numbers that are all the same", data: new Array<number>(4096).fill(0.1) },
])("$name cost no digits of the variance", async ({ data }) => {
  const x = input("x", [4, 1, 32, 32]);
  const given = tensor(x.shape, Float32Array.from(data));
  const results = await compute({ statistics: batchStatistics(x) }, { inputs: { x: given } });
  const expected = reference(values(x.shape, Float64Array.from(given.data)));
  const [mean, variance] = results.statistics.data;
  // Means are counted from the first value and rounded a few times; squares of exact deviations are summed in 64 runs of 64: √128 roundings.
  const largest = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  expect(Math.abs(mean - expected.data[0])).toBeLessThanOrEqual(largest * 2 ** -22);
  expect(Math.abs(variance - expected.data[1])).toBeLessThanOrEqual(expected.data[1] * 1e-5);
});
