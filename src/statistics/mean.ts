/** Sums, means and quantiles of numbers. */

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** The arithmetic mean; of at least one number. */
export const meanOf = (values: ArrayLike<number>): number => sumOf(values) / values.length;

/** Σ (x − mean)² / (n − 1), of at least two numbers. */
export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - mean) ** 2;
  return sum / (values.length - 1);
}

/** The quantile of at least one number, linear between neighbours (type 7 of Hyndman and Fan 1996, as in NumPy and R). */
export function quantileOf(values: ArrayLike<number>, share: number): number {
  return sortedQuantile(Float64Array.from(values).sort(), share);
}

/** The quantile of numbers that are in ascending order. */
export function sortedQuantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
