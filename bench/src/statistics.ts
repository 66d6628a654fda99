/** Median and spread of repeated timings. */

export interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export const spreadOf = (samples: readonly number[]): Spread => ({
  median: quantile(samples, 0.5),
  lowerQuartile: quantile(samples, 0.25),
  upperQuartile: quantile(samples, 0.75),
});

/** Between the two nearest samples. */
function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  return sorted[below] + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
}
