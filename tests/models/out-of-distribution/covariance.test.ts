/** The shrunk covariance is Ledoit and Wolf's, as scikit-learn computes it, and its factor whitens. */
import { describe, expect, test } from "vitest";
import { shrunkCovariance, triangleRow, whiteningFactor } from "../../../src/models/out-of-distribution/covariance.ts";

const COUNT = 12;

/** Vectors whose numbers hang together, by whole numbers alone, so that Python gets the same. */
const vectors = (size: number): Float64Array =>
  Float64Array.from({ length: COUNT * size }, (_, k) => {
    const [n, i] = [Math.floor(k / size), k % size];
    return ((n * 7 + i * 13 + n * n * 3) % 17) / 8 - 1 + (((n + 1) * (i + 2) * 5) % 11) / 22;
  });

/**
 * Of sklearn 1.x, with X of the formula above:
 *   lw = LedoitWolf(assume_centered=True).fit(X); lw.shrinkage_, lw.covariance_[0, 0], lw.covariance_[2, 1], lw.mahalanobis(X[3:4])[0]
 */
const sklearn = [
  { size: 3, shrinkage: 0.5972362071452972, first: 0.41458369958046365, between: 0.04168584452131254, mahalanobis: 3.4685692957192744 },
  { size: 20, shrinkage: 0.28133387281580596, first: 0.5002541038837799, between: 0.07438157295172154, mahalanobis: 7.507967454110433 },
];

const squaredLength = (factor: Float64Array, x: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    let along = 0;
    for (let j = 0; j <= i; j++) along += factor[triangleRow(i) + j] * x[j];
    sum += along * along;
  }
  return sum;
};

describe.each(sklearn)("$size dimensions, 12 vectors", ({ size, shrinkage, first, between, mahalanobis }) => {
  const covariance = shrunkCovariance(vectors(size), size);

  test("are shrunk as scikit-learn does it", () => {
    expect(covariance.shrinkage).toBeCloseTo(shrinkage, 10);
    expect(covariance.values[0]).toBeCloseTo(first, 10);
    expect(covariance.values[2 * size + 1]).toBeCloseTo(between, 10);
    expect(covariance.values[size + 2]).toBe(covariance.values[2 * size + 1]);
  });

  test("have the distance that scikit-learn gives, also with fewer vectors than dimensions", () => {
    const factor = whiteningFactor(covariance);
    expect(factor).toHaveLength((size * (size + 1)) / 2);
    expect(squaredLength(factor, vectors(size).subarray(3 * size, 4 * size))).toBeCloseTo(mahalanobis, 8);
  });

  test("W Σ Wᵀ is the identity", () => {
    const factor = whiteningFactor(covariance);
    const at = (i: number, j: number) => (j <= i ? factor[triangleRow(i) + j] : 0);
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < size; k++) for (let l = 0; l < size; l++) sum += at(i, k) * covariance.values[k * size + l] * at(j, l);
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 9);
      }
  });
});

test("equal vectors in opposite directions leave nothing but the identity to shrink to", () => {
  const { values, shrinkage } = shrunkCovariance(Float64Array.of(2, 0, -2, 0), 2);
  // S = diag(4, 0), and both vectors give just that: nothing is to be shrunk.
  expect([shrinkage, [...values]]).toEqual([0, [4, 0, 0, 0]]);
  expect(() => whiteningFactor({ size: 2, values, shrinkage })).toThrow(
    "whiteningFactor: the matrix is not positive definite, got 0 in row 1",
  );
});

test("vectors that are none, or do not vary, are refused", () => {
  expect(() => shrunkCovariance(new Float64Array(0), 3)).toThrow("shrunkCovariance: no vectors of 3 numbers, got 0");
  expect(() => shrunkCovariance(new Float64Array(4), 3)).toThrow("shrunkCovariance: no vectors of 3 numbers, got 4");
  expect(() => shrunkCovariance(new Float64Array(6), 3)).toThrow("shrunkCovariance: the vectors do not vary");
});
