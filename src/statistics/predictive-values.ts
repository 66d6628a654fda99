/** What a positive and a negative answer mean where the disease is as common as somebody says. */
import type { BinaryCounts } from "./binary-counts.ts";
import { checkCounts } from "./binary-counts.ts";
import { normalReach } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions, noEstimate } from "./estimate.ts";
import { logistic, logit } from "./logistic.ts";
import { notDefined, ratio } from "./not-defined.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface PredictiveValues {
  readonly prevalence: number;
  readonly ppv: Estimate;
  readonly npv: Estimate;
}

/**
 * PPV and NPV at named prevalences, by Bayes from sensitivity and specificity, which are taken not to depend on prevalence; intervals are
 * the logit ones of Mercaldo, Lau and Zhou 2007. There is none where sensitivity or specificity is 0 or 1.
 * @throws StatisticsError for counts that are no whole numbers, or a prevalence that is not between 0 and 1.
 */
export function predictiveValues(
  counts: BinaryCounts,
  prevalences: readonly number[],
  { level = 0.95 }: LevelOptions = {},
): PredictiveValues[] {
  checkCounts("predictive values", counts);
  checkLevel("predictive values", level);
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = counts;
  const [positives, negatives] = [truePositives + falseNegatives, falsePositives + trueNegatives];
  const missing = positives === 0 ? "no positive cases" : negatives === 0 ? "no negative cases" : undefined;
  const sensitivity = truePositives / positives;
  const specificity = trueNegatives / negatives;
  const estimate = (right: number, wrong: number, variance: number, answer: string): Estimate => {
    const value = ratio(right, right + wrong, `no case is called ${answer}`);
    if (!Number.isFinite(variance) || typeof value !== "number")
      return { value, interval: notDefined("sensitivity or specificity is 0 or 1") };
    const reach = normalReach(level) * Math.sqrt(variance);
    const centre = logit(value);
    return { value, interval: { lower: logistic(centre - reach), upper: logistic(centre + reach), level, method: "logit (Mercaldo)" } };
  };
  return prevalences.map((prevalence) => {
    if (!(prevalence > 0 && prevalence < 1))
      throw new StatisticsError("predictive values", `a prevalence must be between 0 and 1, got ${prevalence}`);
    if (missing) return { prevalence, ppv: noEstimate(missing), npv: noEstimate(missing) };
    // Variances of logit PPV and logit NPV: eq. 8 and 9.
    const ofPpv = (1 - sensitivity) / sensitivity / positives + specificity / (1 - specificity) / negatives;
    const ofNpv = sensitivity / (1 - sensitivity) / positives + (1 - specificity) / specificity / negatives;
    return {
      prevalence,
      ppv: estimate(sensitivity * prevalence, (1 - specificity) * (1 - prevalence), ofPpv, "positive"),
      npv: estimate(specificity * (1 - prevalence), (1 - sensitivity) * prevalence, ofNpv, "negative"),
    };
  });
}
