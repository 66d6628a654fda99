/** Principal components: the directions along which vectors vary most, on the host in float64. */

import { ShapeError } from "../kernels/op.ts";
import { random } from "../random.ts";
import { type Tensor, tensor } from "../tensor.ts";

export interface PrincipalComponents {
  /** Of each dimension. */
  readonly mean: Float64Array;
  /** Unit vectors, the one with the most variance first; in each, the number of the largest magnitude is positive. */
  readonly components: readonly Float64Array[];
  /** Of the vectors along each component (Σ (x − mean)² / (n − 1)), and its share of the variance of all dimensions. */
  readonly explainedVariance: readonly number[];
  readonly explainedVarianceRatio: readonly number[];
}

/** More directions than asked for make those asked for converge sooner. */
const SPARE = 8;
const MAX_ITERATIONS = 2000;
/** How far a component may be from an eigenvector: |C v − λ v| over the largest λ. */
const TOLERANCE = 1e-9;

/**
 * The first components of the rows of x [n, d], by subspace iteration with the covariance C = XᵀX / (n − 1) (Halko, Martinsson and Tropp,
 * 2011), without C itself.
 * @throws ShapeError unless x has 2 axes, two rows or more, and at least as many rows and dimensions as components are asked for.
 * @throws Error if x varies in fewer directions than that, or so evenly that no direction stands out.
 */
export function principalComponents(x: Tensor, count: number): PrincipalComponents {
  const [n, d] = x.shape;
  if (x.shape.length !== 2 || n < 2) throw new ShapeError("principalComponents", "two rows or more are needed", [x.shape]);
  if (!Number.isInteger(count) || count < 1 || count > Math.min(n, d))
    throw new ShapeError("principalComponents", `${count} is no number of components from 1 to ${Math.min(n, d)}`, [x.shape]);
  const { mean, centred } = centre(x);
  const total = centred.reduce((sum, value) => sum + value * value, 0) / (n - 1);
  const width = Math.min(count + SPARE, n, d);
  let basis = orthonormal(Array.from({ length: width }, (_, i) => Float64Array.from({ length: d }, (_, c) => random(i, c) - 0.5)));
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const images = basis.map((vector) => covarianceTimes(centred, n, vector));
    const { values, vectors } = symmetricEigen(basis.map((a) => images.map((b) => dot(a, b))));
    const ritz = vectors.map((weights) => combine(basis, weights));
    const next = vectors.map((weights) => combine(images, weights));
    const residuals = values.slice(0, count).map((value, i) => length(ritz[i].map((v, c) => next[i][c] - value * v)));
    if (residuals.every((residual) => residual <= TOLERANCE * values[0])) {
      const explainedVariance = values.slice(0, count);
      if (!(explainedVariance[count - 1] > 0)) throw new Error(`principalComponents: x varies in fewer than ${count} directions`);
      return {
        mean,
        components: ritz.slice(0, count).map(withPositivePeak),
        explainedVariance,
        explainedVarianceRatio: explainedVariance.map((variance) => variance / total),
      };
    }
    basis = orthonormal(next);
  }
  throw new Error(`principalComponents: no direction stands out after ${MAX_ITERATIONS} iterations`);
}

/**
 * Where the rows of x [n, d] lie along the components: [n, count].
 * @throws ShapeError if x has another number of dimensions.
 */
export function project({ mean, components }: PrincipalComponents, x: Tensor): Tensor {
  const [n, d] = x.shape;
  if (x.shape.length !== 2 || d !== mean.length)
    throw new ShapeError("project", `the components have ${mean.length} dimensions`, [x.shape]);
  const y = tensor([n, components.length]);
  for (let row = 0; row < n; row++)
    components.forEach((component, i) => {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += (x.data[row * d + c] - mean[c]) * component[c];
      y.data[row * components.length + i] = sum;
    });
  return y;
}

function centre({ shape: [n, d], data }: Tensor): { mean: Float64Array; centred: Float64Array } {
  const mean = new Float64Array(d);
  for (let i = 0; i < data.length; i++) mean[i % d] += data[i] / n;
  return { mean, centred: Float64Array.from(data, (value, i) => value - mean[i % d]) };
}

/** XᵀX v / (n − 1) */
function covarianceTimes(centred: Float64Array, n: number, vector: Float64Array): Float64Array {
  const d = vector.length;
  const product = new Float64Array(d);
  for (let start = 0; start < centred.length; start += d) {
    let along = 0;
    for (let c = 0; c < d; c++) along += centred[start + c] * vector[c];
    along /= n - 1;
    for (let c = 0; c < d; c++) product[c] += along * centred[start + c];
  }
  return product;
}

/** Gram and Schmidt's, done twice, since once loses digits; a vector that is nothing but the others is left as zeros. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    const before = length(vector);
    for (let pass = 0; pass < 2; pass++)
      for (const known of basis) {
        const along = dot(known, rest);
        for (let c = 0; c < rest.length; c++) rest[c] -= along * known[c];
      }
    const left = length(rest);
    basis.push(left > 1e-12 * before ? rest.map((value) => value / left) : rest.fill(0));
  }
  return basis;
}

/** Eigenvalues, largest first, and eigenvectors of a symmetric matrix, by Jacobi's rotations. */
function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const size = matrix.length;
  const a = matrix.map((row, i) => row.map((value, j) => (value + matrix[j][i]) / 2));
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60 && offDiagonal(a) > 0; sweep++)
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => vectors[i]) };
}

/** The sum of what is off the diagonal, where it is more than rounding. */
function offDiagonal(a: readonly (readonly number[])[]): number {
  const largest = Math.max(...a.map((row, i) => Math.abs(row[i])));
  const off = a.flatMap((row, i) => row.slice(i + 1).map(Math.abs)).reduce((sum, value) => sum + value, 0);
  return off > 1e-16 * largest ? off : 0;
}

/** Makes a[p][q] zero; rows of `vectors` are rotated along. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (row: number[], other: number[]): void => {
    for (let i = 0; i < row.length; i++) [row[i], other[i]] = [cosine * row[i] - sine * other[i], sine * row[i] + cosine * other[i]];
  };
  turn(a[p], a[q]);
  for (const row of a) [row[p], row[q]] = [cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]];
  turn(vectors[p], vectors[q]);
}

function combine(vectors: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  for (const [i, vector] of vectors.entries()) for (let c = 0; c < sum.length; c++) sum[c] += weights[i] * vector[c];
  return sum;
}

function withPositivePeak(vector: Float64Array): Float64Array {
  const peak = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return peak < 0 ? vector.map((value) => -value) : vector;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const length = (vector: Float64Array): number => Math.sqrt(dot(vector, vector));
