/** How many values lie in each of equal bins. */
import { checkFinite } from "./cases.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface HistogramBin {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

/**
 * Counts in bins of equal width over a range, lower ≤ value < upper; the last has its upper end too.
 * @throws StatisticsError for a value that is not finite or outside the range, or no bins.
 */
export function histogram(values: ArrayLike<number>, bins = 30, range: readonly [number, number] = [0, 1]): HistogramBin[] {
  checkFinite("histogram", values, "value");
  const [low, high] = range;
  if (!(Number.isInteger(bins) && bins > 0 && high > low))
    throw new StatisticsError("histogram", `bins must be whole and positive and the range rise, got ${bins} and ${low} to ${high}`);
  const edges = Array.from({ length: bins + 1 }, (_, k) => (k === bins ? high : low + ((high - low) * k) / bins));
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low || values[i] > high)
      throw new StatisticsError("histogram", `the value of case ${i} must be from ${low} to ${high}, got ${values[i]}`);
    let k = Math.min(bins - 1, Math.floor(((values[i] - low) / (high - low)) * bins));
    // The quotient may round across an edge; the edges themselves decide.
    if (k > 0 && values[i] < edges[k]) k--;
    if (k < bins - 1 && values[i] >= edges[k + 1]) k++;
    counts[k]++;
  }
  return counts.map((count, k) => ({ lower: edges[k], upper: edges[k + 1], count }));
}
