/** Maps that make probabilities mean what they say: fitted on one set, used on another. */
import { checkClassLabels, checkCount, checkFinite, checkForecasts, classCountsOf, indistinct, tooFew } from "./cases.ts";
import { normalReach } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions, noEstimate } from "./estimate.ts";
import { fitLogistic, logistic, logit } from "./logistic.ts";
import { isDefined, type NotDefined, notDefined } from "./not-defined.ts";
import { ascending } from "./ranks.ts";
import { checkOtherSet, checkSet, identityOf, type ScoredSet, type SetIdentity } from "./scored-set.ts";
import { StatisticsError } from "./statistics-error.ts";

/** Plain data, so that it may be stored with a model. */
export type Calibration = { readonly fittedOn: SetIdentity } & (
  | { readonly kind: "temperature"; readonly temperature: number }
  /** P = 1 / (1 + exp(−(slope · score + intercept))). */
  | { readonly kind: "platt"; readonly slope: number; readonly intercept: number }
  /** Straight lines between these points, level beyond them. */
  | { readonly kind: "isotonic"; readonly scores: readonly number[]; readonly probabilities: readonly number[] }
);

/**
 * Temperature scaling (Guo et al. 2017) of probabilities: logit P = logit p / T, T of greatest likelihood. The order of cases stays.
 * Not defined with fewer than 5 cases of a class, where no case is on the wrong side of ½, and where p is no better than its opposite.
 * @throws StatisticsError for a set that is not complete, or a score that is not between 0 and 1.
 */
export function fitTemperature(set: ScoredSet): Calibration | NotDefined {
  const reason = reasonAgainst("temperature", set);
  if (reason) return reason;
  const logits = logitsOf("temperature", set.scores);
  const rows = Float64Array.from({ length: 2 * logits.length }, (_, i) => (i % 2 === 0 ? 0 : logits[i >> 1]));
  const temperature = classTemperature(rows, set.labels, 2);
  return isDefined(temperature) ? { kind: "temperature", temperature, fittedOn: identityOf(set) } : temperature;
}

/**
 * The temperature T of greatest likelihood of softmax(logits / T), for rows of `classes` logits.
 * Not defined where every row is right already, so that no T > 0 is best, and where the logits are no better than chance.
 * @throws StatisticsError for a missing label or a logit that is not finite.
 */
export function classTemperature(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number | NotDefined {
  checkCount("temperature", `rows of ${classes} logits`, logits.length / classes, labels.length);
  checkClassLabels("temperature", labels, classes);
  checkFinite("temperature", logits, "logit");
  // The derivative of the loss by β = 1 / T rises with β: the root is where expected and given logits agree.
  const slope = (beta: number): number => lossSlope(logits, labels, classes, beta);
  if (slope(0) >= 0) return notDefined("the scores are no better than chance");
  if (isFaultless(logits, labels, classes)) return notDefined("the scores make no mistake, so that no temperature is best");
  let [low, high] = [0, 1];
  while (slope(high) < 0) [low, high] = [high, 2 * high];
  for (let step = 0; step < 200 && high - low > 1e-15 * high; step++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 2 / (low + high);
}

/**
 * Platt's sigmoid (1999) of any finite scores, with his targets (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2) in place of 1 and 0.
 * Not defined with fewer than 5 cases of a class, or where all scores are equal.
 * @throws StatisticsError for a set that is not complete.
 */
export function fitPlatt(set: ScoredSet): Calibration | NotDefined {
  const reason = reasonAgainst("Platt", set);
  if (reason) return reason;
  const { positives, negatives } = classCountsOf(set.labels);
  const targets = Float64Array.from(set.labels, (label) => (label === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)));
  const line = fitLogistic(set.scores, targets);
  if (!line) return notDefined("the likelihood has no maximum");
  return { kind: "platt", slope: line.slope, intercept: line.intercept, fittedOn: identityOf(set) };
}

/**
 * Isotonic regression by pooling neighbours that are out of order (Zadrozny and Elkan 2002), with straight lines between the pools.
 * Not defined with fewer than 5 cases of a class, or where all scores are equal.
 * @throws StatisticsError for a set that is not complete.
 */
export function fitIsotonic(set: ScoredSet): Calibration | NotDefined {
  const reason = reasonAgainst("isotonic", set);
  if (reason) return reason;
  const pools = pooled(set.scores, set.labels);
  const points = pools.flatMap(({ first, last, sum, count }) =>
    (first === last ? [first] : [first, last]).map((score) => ({ score, probability: sum / count })),
  );
  return {
    kind: "isotonic",
    scores: points.map(({ score }) => score),
    probabilities: points.map(({ probability }) => probability),
    fittedOn: identityOf(set),
  };
}

/**
 * The set with calibrated probabilities for scores.
 * @throws StatisticsError where it is the set the calibration was fitted on, by name, by content, by a case or a patient.
 */
export function calibrated(calibration: Calibration, set: ScoredSet): ScoredSet & { readonly scores: Float64Array } {
  checkSet("calibration", set);
  checkOtherSet("calibration", "it", calibration.fittedOn, set);
  return { ...set, scores: calibratedScores(calibration, set.scores) };
}

/**
 * Calibrated probabilities of scores whose labels are not known, as at use.
 * @throws StatisticsError for a score that is not finite, or for a temperature not between 0 and 1.
 */
export function calibratedScores(calibration: Calibration, scores: ArrayLike<number>): Float64Array {
  checkFinite("calibration", scores);
  if (calibration.kind === "temperature") return logitsOf("calibration", scores).map((value) => logistic(value / calibration.temperature));
  const { kind } = calibration;
  const map = kind === "platt" ? (x: number) => logistic(calibration.slope * x + calibration.intercept) : interpolation(calibration);
  return Float64Array.from(scores, map);
}

/** What a logistic line through logit p has to say of p. */
export interface CalibrationLine {
  /** 1 where probabilities are as spread as they should be, below 1 where they are too extreme. */
  readonly slope: Estimate;
  /** Of the line with slope 1: 0 where probabilities are right on average, above 0 where they are too low. */
  readonly intercept: Estimate;
}

/**
 * Calibration slope and calibration in the large (Cox 1958; Steyerberg 2009). Not defined with fewer than 5 cases of a class, where a
 * probability is 0 or 1, or where the likelihood has no maximum.
 * @throws StatisticsError for a missing label or a value that is no probability.
 */
export function calibrationLine(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { level = 0.95 }: LevelOptions = {},
): CalibrationLine {
  checkForecasts("calibration line", probabilities, labels);
  checkLevel("calibration line", level);
  const certain = Array.from(probabilities).findIndex((p) => p === 0 || p === 1);
  const reason =
    indistinct(probabilities, labels) ??
    tooFew(classCountsOf(labels)) ??
    (certain >= 0 ? notDefined(`case ${certain} has probability ${probabilities[certain]}, which has no logit`) : undefined);
  if (reason) return { slope: noEstimate(reason.notDefined), intercept: noEstimate(reason.notDefined) };
  const logits = Float64Array.from(probabilities, logit);
  const reach = normalReach(level);
  const estimate = (value: number, error: number): Estimate => ({
    value,
    interval: { lower: value - reach * error, upper: value + reach * error, level, method: "Wald" },
  });
  const line = fitLogistic(logits, labels);
  return {
    slope: line ? estimate(line.slope, line.standardErrors[0]) : noEstimate("the likelihood has no maximum"),
    intercept: offsetEstimate(logits, labels, estimate),
  };
}

/** The intercept a for which the mean of logistic(logit p + a) is the prevalence. */
function offsetEstimate(logits: Float64Array, labels: ArrayLike<number>, estimate: (value: number, error: number) => Estimate): Estimate {
  const { positives } = classCountsOf(labels);
  let offset = 0;
  let information = 0;
  for (let step = 0; step < 200; step++) {
    let excess = -positives;
    information = 0;
    for (const value of logits) {
      const p = logistic(value + offset);
      excess += p;
      information += p * (1 - p);
    }
    // Steps of more than 1 may overshoot where the sum is flat.
    const move = Math.max(-1, Math.min(1, excess / information));
    if (!Number.isFinite(move)) return noEstimate("the likelihood is flat");
    offset -= move;
    if (Math.abs(move) < 1e-14 * (1 + Math.abs(offset))) break;
  }
  return estimate(offset, 1 / Math.sqrt(information));
}

function reasonAgainst(subject: string, set: ScoredSet): NotDefined | undefined {
  checkSet(subject, set);
  return indistinct(set.scores, set.labels) ?? tooFew(classCountsOf(set.labels));
}

function logitsOf(subject: string, probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(probabilities, (p, i) => {
    if (!(p > 0 && p < 1)) throw new StatisticsError(subject, `the score of case ${i} must be between 0 and 1 to have a logit, got ${p}`);
    return logit(p);
  });
}

/** Σ of the expected logit less the label's, at softmax(β · logits). */
function lossSlope(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number, beta: number): number {
  let slope = 0;
  for (let n = 0; n < labels.length; n++) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[n * classes + c]);
    let [weights, sum] = [0, 0];
    for (let c = 0; c < classes; c++) {
      const weight = Math.exp(beta * (logits[n * classes + c] - highest));
      weights += weight;
      sum += weight * logits[n * classes + c];
    }
    slope += sum / weights - logits[n * classes + labels[n]];
  }
  return slope;
}

/** Whether no row has a logit above its label's. */
function isFaultless(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): boolean {
  for (let i = 0; i < logits.length; i++) {
    const row = Math.floor(i / classes);
    if (logits[i] > logits[row * classes + labels[row]]) return false;
  }
  return true;
}

interface Pool {
  readonly first: number;
  readonly last: number;
  readonly sum: number;
  readonly count: number;
}

/** Cases in the order of their scores, equal ones together, joined until the means rise. */
function pooled(scores: ArrayLike<number>, labels: ArrayLike<number>): Pool[] {
  const ties: Pool[] = [];
  for (const i of ascending(scores)) {
    const same = ties.at(-1);
    if (same?.first === scores[i]) ties[ties.length - 1] = { ...same, sum: same.sum + labels[i], count: same.count + 1 };
    else ties.push({ first: scores[i], last: scores[i], sum: labels[i], count: 1 });
  }
  const pools: Pool[] = [];
  for (const tie of ties) {
    let pool = tie;
    for (let before = pools.at(-1); before && before.sum * pool.count >= pool.sum * before.count; before = pools.at(-1)) {
      pool = { first: before.first, last: pool.last, sum: before.sum + pool.sum, count: before.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools;
}

function interpolation({ scores, probabilities }: { readonly scores: readonly number[]; readonly probabilities: readonly number[] }) {
  return (x: number): number => {
    const above = scores.findIndex((score) => score >= x);
    if (above < 0) return probabilities[probabilities.length - 1];
    if (above === 0 || scores[above] === x) return probabilities[above];
    const share = (x - scores[above - 1]) / (scores[above] - scores[above - 1]);
    return probabilities[above - 1] + share * (probabilities[above] - probabilities[above - 1]);
  };
}
