/** Learning rates that fall when a score no longer gets better: torch's `ReduceLROnPlateau`. */
import { isBetter } from "./early-stopping.ts";

export interface PlateauOptions {
  /** Whether the score is better when lower (a loss) or higher. */
  readonly mode?: "min" | "max";
  /** What the rate is multiplied by. */
  readonly factor?: number;
  /** How many epochs without a better score are waited for. */
  readonly patience?: number;
  /** How much better a score must be to count: a share of the best one, or a difference. */
  readonly threshold?: number;
  readonly thresholdMode?: "rel" | "abs";
  /** Epochs after a reduction that are not counted. */
  readonly cooldown?: number;
  readonly minLr?: number;
}

/** All there is to store. */
export interface Plateau {
  readonly rate: number;
  readonly best: number | undefined;
  readonly badEpochs: number;
  readonly cooling: number;
}

export const startPlateau = (rate: number): Plateau => ({ rate, best: undefined, badEpochs: 0, cooling: 0 });

/** The state after an epoch with this score; its `rate` is the next epoch's. */
export function nextPlateau(
  { rate, best, badEpochs, cooling }: Plateau,
  score: number,
  { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = "rel", cooldown = 0, minLr = 0 }: PlateauOptions = {},
): Plateau {
  const better = isBetter(score, best, { mode, threshold, thresholdMode });
  const bad = better || cooling > 0 ? 0 : badEpochs + 1;
  const isDue = bad > patience;
  const lower = Math.max(rate * factor, minLr);
  return {
    rate: isDue && rate - lower > 1e-8 ? lower : rate,
    best: better ? score : best,
    badEpochs: isDue ? 0 : bad,
    cooling: isDue ? cooldown : Math.max(0, cooling - 1),
  };
}
