/** Proportions and their intervals, as Brown, Cai and DasGupta 2001 and Newcombe 1998 have them. */
import { betaQuantile, normalReach } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions, noEstimate } from "./estimate.ts";
import { StatisticsError } from "./statistics-error.ts";

/** Names of the methods, as results carry them. */
export const proportionMethods = [
  "Wald",
  "Wilson",
  "Wilson with continuity correction",
  "Agresti–Coull",
  "Clopper–Pearson",
  "Jeffreys",
] as const;

export type ProportionMethod = (typeof proportionMethods)[number];

export interface ProportionOptions extends LevelOptions {
  readonly method?: ProportionMethod;
}

/** A proportion, with what it is of. */
export interface Proportion extends Estimate {
  readonly successes: number;
  readonly trials: number;
}

/**
 * successes / trials with an interval within [0, 1]; not defined without trials, for the reason that is given.
 *
 * Wilson's is the default. Wald's p ± z √(p(1 − p)/n) collapses to a point at 0 and 1, and is there to compare with papers that print it.
 * Wilson with continuity correction is method 4 of Newcombe 1998, Clopper–Pearson the exact one, Jeffreys the equal-tailed one of the prior
 * Beta(½, ½) with the end set to 0 or 1 where all trials agree.
 * @throws StatisticsError for counts that are no whole numbers with 0 ≤ successes ≤ trials.
 */
export function proportion(
  successes: number,
  trials: number,
  { method = "Wilson", level = 0.95 }: ProportionOptions = {},
  reason = "no trials",
): Proportion {
  if (!(Number.isInteger(successes) && Number.isInteger(trials) && successes >= 0 && successes <= trials))
    throw new StatisticsError("proportion", `0 ≤ successes ≤ trials must be whole numbers, got ${successes} of ${trials}`);
  if (!proportionMethods.includes(method))
    throw new StatisticsError("proportion", `there is no method ${method}, there are ${proportionMethods.join(", ")}`);
  checkLevel("proportion", level);
  if (trials === 0) return { ...noEstimate(reason), successes, trials };
  const [lower, upper] = bounds[method](successes, trials, level);
  const interval = { lower: Math.max(0, lower), upper: Math.min(1, upper), level, method };
  return { value: successes / trials, interval, successes, trials };
}

type Bounds = (k: number, n: number, level: number) => readonly [number, number];

const around = (centre: number, reach: number): readonly [number, number] => [centre - reach, centre + reach];

const bounds: Record<ProportionMethod, Bounds> = {
  Wald: (k, n, level) => around(k / n, normalReach(level) * Math.sqrt(((k / n) * (1 - k / n)) / n)),
  Wilson: (k, n, level) => {
    const z = normalReach(level);
    const p = k / n;
    const [lower, upper] = around(
      (k + (z * z) / 2) / (n + z * z),
      ((z * Math.sqrt(n)) / (n + z * z)) * Math.sqrt(p * (1 - p) + (z * z) / (4 * n)),
    );
    return [k === 0 ? 0 : lower, k === n ? 1 : upper];
  },
  "Wilson with continuity correction": (k, n, level) => {
    const z = normalReach(level);
    const p = k / n;
    const lower = (2 * k + z * z - 1 - z * Math.sqrt(z * z - 2 - 1 / n + 4 * p * (n - k + 1))) / (2 * (n + z * z));
    const upper = (2 * k + z * z + 1 + z * Math.sqrt(z * z + 2 - 1 / n + 4 * p * (n - k - 1))) / (2 * (n + z * z));
    return [k === 0 ? 0 : lower, k === n ? 1 : upper];
  },
  "Agresti–Coull": (k, n, level) => {
    const z = normalReach(level);
    const centre = (k + (z * z) / 2) / (n + z * z);
    return around(centre, z * Math.sqrt((centre * (1 - centre)) / (n + z * z)));
  },
  "Clopper–Pearson": (k, n, level) => {
    const tail = (1 - level) / 2;
    return [k === 0 ? 0 : betaQuantile(tail, k, n - k + 1), k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k)];
  },
  Jeffreys: (k, n, level) => {
    const tail = (1 - level) / 2;
    return [k === 0 ? 0 : betaQuantile(tail, k + 0.5, n - k + 0.5), k === n ? 1 : betaQuantile(1 - tail, k + 0.5, n - k + 0.5)];
  },
};
