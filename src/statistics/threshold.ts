/** Thresholds: chosen on one set by a stated rule, judged on another. */
import { type BinaryCounts, countsOf } from "./binary-counts.ts";
import { type BinaryIndices, binaryIndices, fBeta } from "./binary-indices.ts";
import { classCountsOf, indistinct, tooFew } from "./cases.ts";
import { isDefined, type NotDefined, notDefined } from "./not-defined.ts";
import type { ProportionOptions } from "./proportion.ts";
import { type OperatingPoint, operatingPoints } from "./roc.ts";
import { checkOtherSet, checkSet, identityOf, type ScoredSet, type SetIdentity } from "./scored-set.ts";
import { StatisticsError } from "./statistics-error.ts";

/**
 * How a threshold is chosen among the scores of a set:
 * youden, f1: the highest sensitivity + specificity − 1, or F1; of equal ones the highest threshold.
 * sensitivity: the highest threshold at which it is at least this. specificity, ppv: the lowest threshold at which it is.
 */
export type ThresholdRule =
  | "youden"
  | "f1"
  | { readonly sensitivity: number }
  | { readonly specificity: number }
  | { readonly ppv: number };

/** Plain data: a threshold stored with a model and read again still knows where it was chosen. */
export interface Threshold {
  /** A case is called positive where its score is at or above it. */
  readonly value: number;
  /** Such as "youden" or "sensitivity ≥ 0.95". */
  readonly rule: string;
  /** The set it was chosen on, and may not be judged on; for a threshold that was fixed beforehand where it comes from. */
  readonly chosenOn: SetIdentity | { readonly fixed: string };
}

/**
 * Chooses a threshold, usually on the validation set. Not defined with fewer than 5 cases of a class, where all scores are equal, and where
 * no threshold reaches what is asked for.
 * @throws StatisticsError for a set that is not complete, or a rule that asks for no share.
 */
export function chooseThreshold(set: ScoredSet, rule: ThresholdRule): Threshold | NotDefined {
  checkSet("threshold", set);
  const text = ruleText(rule);
  const { scores, labels } = set;
  const totals = classCountsOf(labels);
  const reason = indistinct(scores, labels) ?? tooFew(totals);
  if (reason) return reason;
  const points = operatingPoints(scores, labels).map(({ threshold, truePositives, falsePositives }: OperatingPoint) => ({
    threshold,
    truePositives,
    falsePositives,
    falseNegatives: totals.positives - truePositives,
    trueNegatives: totals.negatives - falsePositives,
  }));
  const value = choose(points, rule);
  return isDefined(value) ? { value, rule: text, chosenOn: identityOf(set) } : notDefined(`${value.notDefined} ${text}`);
}

/**
 * A threshold that no set of this program was used to choose.
 * @param from - where it comes from: "Minaee 2020", "the model file".
 * @throws StatisticsError for a value that is not finite.
 */
export function fixedThreshold(value: number, from: string): Threshold {
  if (!Number.isFinite(value)) throw new StatisticsError("threshold", `must be a finite number, got ${value}`);
  return { value, rule: "fixed", chosenOn: { fixed: from } };
}

/** What a threshold makes of a set. */
export interface Decisions {
  readonly threshold: Threshold;
  readonly set: string;
  /** 1 positive, 0 negative, a case each. */
  readonly predicted: Uint8Array;
  readonly indices: BinaryIndices;
}

/**
 * Applies a threshold to a set that it was not chosen on, usually the test set.
 * @throws StatisticsError where the set is the one the threshold was chosen on, by name, by content, by a case or a patient.
 */
export function applyThreshold(threshold: Threshold, set: ScoredSet, options: ProportionOptions = {}): Decisions {
  checkSet("threshold", set);
  if (!Number.isFinite(threshold.value)) throw new StatisticsError("threshold", `must be a finite number, got ${threshold.value}`);
  if (!("fixed" in threshold.chosenOn)) checkOtherSet("threshold", "it", threshold.chosenOn, set);
  const predicted = Uint8Array.from({ length: set.scores.length }, (_, i) => (set.scores[i] >= threshold.value ? 1 : 0));
  return { threshold, set: set.name, predicted, indices: binaryIndices(countsOf(predicted, set.labels), options) };
}

type Point = BinaryCounts & { readonly threshold: number };

/** Points are ordered by falling threshold. The reason without the rule's text, where none fits. */
function choose(points: readonly Point[], rule: ThresholdRule): number | NotDefined {
  if (rule === "youden") return best(points, youdenCount);
  if (rule === "f1") return best(points, (point) => Number(fBeta(point, 1)));
  if ("sensitivity" in rule) return thresholdOf(points.find((point) => sensitivityOf(point) >= rule.sensitivity));
  if ("specificity" in rule) return thresholdOf(points.findLast((point) => specificityOf(point) >= rule.specificity));
  return thresholdOf(points.findLast((point) => point.truePositives / (point.truePositives + point.falsePositives) >= rule.ppv));
}

const thresholdOf = (point: Point | undefined): number | NotDefined => point?.threshold ?? notDefined("no score as threshold reaches");

const best = (points: readonly Point[], merit: (point: Point) => number): number =>
  points.reduce((found, point) => (merit(point) > merit(found) ? point : found)).threshold;

/** J · positives · negatives, a whole number, so that rounding breaks no tie. */
const youdenCount = ({ truePositives, falseNegatives, falsePositives, trueNegatives }: Point): number =>
  truePositives * trueNegatives - falsePositives * falseNegatives;

const sensitivityOf = ({ truePositives, falseNegatives }: Point): number => truePositives / (truePositives + falseNegatives);
const specificityOf = ({ trueNegatives, falsePositives }: Point): number => trueNegatives / (trueNegatives + falsePositives);

function ruleText(rule: ThresholdRule): string {
  if (typeof rule === "string") {
    if (rule !== "youden" && rule !== "f1") throw new StatisticsError("threshold", `there is no rule ${String(rule)}`);
    return rule;
  }
  const [[index, least]] = Object.entries(rule);
  if (!(least > 0 && least <= 1)) throw new StatisticsError("threshold", `${index} must be above 0 and at most 1, got ${least}`);
  return `${index} ≥ ${least}`;
}
