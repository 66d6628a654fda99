/** Which epoch was the best, and when to wait no longer for a better one. */

export interface Betterment {
  /** Whether a score is better when lower (a loss) or higher. */
  readonly mode?: "min" | "max";
  /** How much better a score must be to count: a share of the best one, or a difference. */
  readonly threshold?: number;
  readonly thresholdMode?: "rel" | "abs";
}

/** Whether a score is better than the best until then; the first one is, NaN never. */
export function isBetter(
  score: number,
  best: number | undefined,
  { mode = "min", threshold = 0, thresholdMode = "abs" }: Betterment = {},
): boolean {
  if (best === undefined) return !Number.isNaN(score);
  const sign = mode === "min" ? -1 : 1;
  const bar = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
  return mode === "min" ? score < bar : score > bar;
}

/** The best epoch until now. All there is to store. */
export interface Best {
  readonly score: number | undefined;
  readonly epoch: number;
  /** Epochs since, without a better one. */
  readonly since: number;
}

export const noBest: Best = { score: undefined, epoch: -1, since: 0 };

/** The best epoch after this one; `since` is 0 where it is this one. */
export const nextBest = (best: Best, epoch: number, score: number, options?: Betterment): Best =>
  isBetter(score, best.score, options) ? { score, epoch, since: 0 } : { ...best, since: best.since + 1 };

/** Whether `patience` epochs have gone by without a better one. */
export const isOver = ({ since }: Best, patience: number): boolean => since >= patience;
