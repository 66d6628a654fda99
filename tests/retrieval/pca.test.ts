/** Principal components agree with scikit-learn, and with what is known of points on a line and on a plane. */
import { expect, test } from "vitest";
import { ShapeError } from "../../src/kernels/op.ts";
import { principalComponents, project } from "../../src/retrieval/pca.ts";
import { tensor } from "../../src/tensor.ts";
import { embeddings, golden } from "./embeddings.ts";

/** The largest difference, relative to the expected. */
const error = (found: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs(found[i] / value - 1)));

test("embeddings have the variances and the first row that scikit-learn finds", () => {
  const items = embeddings();
  const found = principalComponents(items, 3);
  expect(error(found.explainedVariance, golden.pca.explainedVariance)).toBeLessThan(1e-6);
  expect(error(found.explainedVarianceRatio, golden.pca.explainedVarianceRatio)).toBeLessThan(1e-6);
  const first = project(found, items).data.slice(0, 3).map(Math.abs);
  expect(error(first, golden.pca.absFirstRow)).toBeLessThan(1e-6);
});

test("points on a line vary along it alone", () => {
  const direction = [3 / 13, -4 / 13, 12 / 13];
  const items = tensor(
    [5, 3],
    Float32Array.from({ length: 15 }, (_, at) => 1 + Math.floor(at / 3) * direction[at % 3]),
  );
  const { components, explainedVariance, explainedVarianceRatio } = principalComponents(items, 1);
  expect(error(components[0], direction)).toBeLessThan(1e-6);
  expect(error(explainedVariance, [2.5])).toBeLessThan(1e-6);
  expect(error(explainedVarianceRatio, [1])).toBeLessThan(1e-6);
});

test("all directions of a plane are found, with as many rows as dimensions", () => {
  const items = tensor([2, 2], Float32Array.of(0, 0, 2, 2));
  const { components } = principalComponents(items, 1);
  expect(error(components[0], [Math.SQRT1_2, Math.SQRT1_2])).toBeLessThan(1e-6);
});

test.each<[string, () => unknown, string]>([
  ["one row", () => principalComponents(tensor([1, 4]), 1), "principalComponents: two rows or more are needed, got [1, 4]"],
  [
    "more components than dimensions",
    () => principalComponents(tensor([9, 4]), 5),
    "principalComponents: 5 is no number of components from 1 to 4, got [9, 4]",
  ],
  [
    "vectors of another length",
    () => project(principalComponents(embeddings(), 1), tensor([1, 4])),
    "project: the components have 64 dimensions, got [1, 4]",
  ],
])("%s: an error", (_, attempt, message) => {
  expect(attempt).toThrow(ShapeError);
  expect(attempt).toThrow(message);
});

test("equal vectors have no direction", () => {
  expect(() => principalComponents(tensor([9, 4]), 2)).toThrow("principalComponents: x varies in fewer than 2 directions");
});
