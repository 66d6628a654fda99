/** The learning rate of each step of a training: by a schedule over steps or epochs, or lower when a score stays where it is. */
import { nextPlateau, type Plateau, type PlateauOptions, startPlateau } from "./plateau.ts";
import { learningRate, type Schedule } from "./schedules.ts";

type WithOptionalTotal<S> = S extends { readonly totalSteps: number } ? Omit<S, "totalSteps"> & { readonly totalSteps?: number } : S;

/**
 * `step`, `multi-step` and `exponential` count epochs; `cosine` and `one-cycle` count steps, all of the training's unless `totalSteps` says
 * otherwise; `plateau` looks at the watched score after every epoch.
 */
export type RateSchedule = WithOptionalTotal<Schedule> | ({ readonly kind: "plateau" } & Omit<PlateauOptions, "mode">);

export interface Rates {
  /** The rate of a step, both counted from 0. */
  at(step: number, epoch: number): number;
  /** After an epoch with this score. */
  next(score: number): void;
  /** What has to be stored to go on; nothing where the rate follows from the step. */
  readonly state: Plateau | undefined;
}

/** Rates that begin (one-cycle: culminate) at `rate`, from a stored state where there is one. */
export function ratesOf(
  schedule: RateSchedule,
  rate: number,
  { steps, mode, state }: { readonly steps: number; readonly mode: "min" | "max"; readonly state?: Plateau },
): Rates {
  if (schedule.kind === "plateau") {
    let plateau = state ?? startPlateau(rate);
    return {
      at: () => plateau.rate,
      next: (score) => {
        plateau = nextPlateau(plateau, score, { ...schedule, mode });
      },
      get state() {
        return plateau;
      },
    };
  }
  const byEpoch = schedule.kind === "step" || schedule.kind === "multi-step" || schedule.kind === "exponential";
  const whole: Schedule =
    schedule.kind === "cosine" || schedule.kind === "one-cycle" ? { ...schedule, totalSteps: schedule.totalSteps ?? steps } : schedule;
  return { at: (step, epoch) => learningRate(whole, rate, byEpoch ? epoch : step), next: () => {}, state: undefined };
}
