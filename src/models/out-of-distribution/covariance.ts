/** A covariance matrix from few vectors of many dimensions, and what whitens by it. */

/** A symmetric matrix [size, size], all of it. */
export interface Covariance {
  readonly size: number;
  readonly values: Float64Array;
  /** The share of the multiple of the identity in it: 0 for many vectors, 1 for too few. */
  readonly shrinkage: number;
}

/**
 * The covariance of centred vectors [count, size], shrunk towards a multiple of the identity as far as is best for its mean squared error
 * (Ledoit and Wolf 2004): (1 − s) S + s μ I with S = Σ x xᵀ / n and μ = tr S / d. It is positive definite whatever the count.
 * @throws RangeError where there are no vectors, or they do not vary at all.
 */
export function shrunkCovariance(centred: Float64Array, size: number): Covariance {
  const count = centred.length / size;
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`shrunkCovariance: no vectors of ${size} numbers, got ${centred.length}`);
  const values = new Float64Array(size * size);
  // Σ |x|⁴
  let fourth = 0;
  for (let start = 0; start < centred.length; start += size) {
    let square = 0;
    for (let i = 0; i < size; i++) {
      const value = centred[start + i];
      square += value * value;
      if (value === 0) continue;
      for (let j = 0; j <= i; j++) values[i * size + j] += value * centred[start + j];
    }
    fourth += square * square;
  }
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const value = values[i * size + j] / count;
      values[i * size + j] = value;
      values[j * size + i] = value;
      squares += (i === j ? 1 : 2) * value * value;
      if (i === j) trace += value;
    }
  const mean = trace / size;
  if (!(mean > 0)) throw new RangeError("shrunkCovariance: the vectors do not vary");
  // |S − μI|² and the squared error of S, each over d.
  const dispersion = squares / size - mean * mean;
  const error = (fourth / count - squares) / (count * size);
  const shrinkage = dispersion > 0 ? Math.min(1, Math.max(0, error / dispersion)) : 1;
  for (let i = 0; i < values.length; i++) values[i] *= 1 - shrinkage;
  for (let i = 0; i < size; i++) values[i * (size + 1)] += shrinkage * mean;
  return { size, values, shrinkage };
}

/** Where row i of a packed lower triangle begins. */
export const triangleRow = (i: number): number => (i * (i + 1)) / 2;

/**
 * W = L⁻¹ with L Lᵀ = Σ (Cholesky), so that |W x|² = xᵀ Σ⁻¹ x. Lower triangular, its rows packed: [0, 0], [1, 0], [1, 1], [2, 0], …
 * @throws RangeError for a matrix that is not positive definite.
 */
export function whiteningFactor({ size, values }: Covariance): Float64Array {
  const lower = new Float64Array(triangleRow(size));
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const [rowI, rowJ] = [triangleRow(i), triangleRow(j)];
      let sum = values[i * size + j];
      for (let k = 0; k < j; k++) sum -= lower[rowI + k] * lower[rowJ + k];
      if (i === j && !(sum > 0)) throw new RangeError(`whiteningFactor: the matrix is not positive definite, got ${sum} in row ${i}`);
      lower[rowI + j] = i === j ? Math.sqrt(sum) : sum / lower[rowJ + j];
    }
  return inverseOf(lower, size);
}

/** The inverse of a packed lower triangle, row by row: W[i, ·] = (e_i − Σ_k<i L[i, k] W[k, ·]) / L[i, i]. */
function inverseOf(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(lower.length);
  for (let i = 0; i < size; i++) {
    const row = triangleRow(i);
    for (let k = 0; k < i; k++) {
      const factor = lower[row + k];
      const above = triangleRow(k);
      for (let j = 0; j <= k; j++) inverse[row + j] -= factor * inverse[above + j];
    }
    const diagonal = lower[row + i];
    for (let j = 0; j < i; j++) inverse[row + j] /= diagonal;
    inverse[row + i] = 1 / diagonal;
  }
  return inverse;
}
