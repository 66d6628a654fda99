/** Learning rates over the course of a training, with the formulas and the names of `torch.optim.lr_scheduler`. */

/** How the rate of a step or an epoch follows from its number alone; which of the two is counted is the caller's choice. */
export type Schedule =
  | { readonly kind: "constant" }
  /** Times `gamma` after every `stepSize`. */
  | { readonly kind: "step"; readonly stepSize: number; readonly gamma: number }
  /** Times `gamma` at each milestone. */
  | { readonly kind: "multi-step"; readonly milestones: readonly number[]; readonly gamma: number }
  /** Times `gamma` each time. */
  | { readonly kind: "exponential"; readonly gamma: number }
  /**
   * Up in a line from `startFactor` times the rate during `warmupSteps` (0 by default), then down half a cosine to `etaMin` (0 by default)
   * at `totalSteps`, where it stays.
   */
  | {
      readonly kind: "cosine";
      readonly totalSteps: number;
      readonly warmupSteps?: number;
      readonly startFactor?: number;
      readonly etaMin?: number;
    }
  /**
   * Up half a cosine from rate / `divFactor` (25) to the rate during `pctStart` (0.3) of the steps, then down another to the first rate /
   * `finalDivFactor` (10,000) at the last (Smith and Topin 2018).
   */
  | {
      readonly kind: "one-cycle";
      readonly totalSteps: number;
      readonly pctStart?: number;
      readonly divFactor?: number;
      readonly finalDivFactor?: number;
    };

/** The rate at a step, counted from 0, of a training that begins (`one-cycle`: culminates) at `rate`. */
export function learningRate(schedule: Schedule, rate: number, step: number): number {
  switch (schedule.kind) {
    case "constant":
      return rate;
    case "step":
      return rate * schedule.gamma ** Math.floor(step / schedule.stepSize);
    case "multi-step":
      return rate * schedule.gamma ** schedule.milestones.filter((milestone) => milestone <= step).length;
    case "exponential":
      return rate * schedule.gamma ** step;
    case "cosine": {
      const { totalSteps, warmupSteps = 0, startFactor = 1 / 3, etaMin = 0 } = schedule;
      if (step < warmupSteps) return rate * (startFactor + ((1 - startFactor) * step) / warmupSteps);
      return halfCosine(rate, etaMin, Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps)));
    }
    case "one-cycle": {
      const { totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = schedule;
      const first = rate / divFactor;
      const top = pctStart * totalSteps - 1;
      if (step < top) return halfCosine(first, rate, step / top);
      // None where all steps go up.
      const down = totalSteps - 1 - top;
      return halfCosine(rate, first / finalDivFactor, down > 0 ? Math.min(1, (step - top) / down) : Number(step > top));
    }
  }
}

/** From `start` at 0 to `end` at 1. */
const halfCosine = (start: number, end: number, share: number): number => end + ((start - end) * (1 + Math.cos(Math.PI * share))) / 2;
