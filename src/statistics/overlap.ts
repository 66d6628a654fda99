/** Overlap of masks: Dice and Jaccard, of a picture and of many. */
import { type BootstrapOptions, type Bootstrapped, bootstrapEach } from "./bootstrap.ts";
import { checkCount } from "./cases.ts";
import { meanOf, quantileOf, sumOf } from "./mean.ts";
import { isDefined, notDefined, ratio, type Statistic } from "./not-defined.ts";
import { StatisticsError } from "./statistics-error.ts";

export interface Overlap {
  /** Pixels that are in both masks, in the predicted one, in the true one. */
  readonly both: number;
  readonly predicted: number;
  readonly truth: number;
  /** 2 · both / (predicted + truth). */
  readonly dice: Statistic;
  /** Intersection over union, Jaccard: both / (predicted + truth − both). */
  readonly iou: Statistic;
  /** both / predicted and both / truth. */
  readonly precision: Statistic;
  readonly sensitivity: Statistic;
}

/**
 * Compares two masks, in which every value other than 0 is inside. Where only one is empty, Dice and IoU are 0; where both are, they are
 * not defined, since 0/0 is neither agreement nor its lack.
 * @throws StatisticsError for masks of different sizes or a value that is not a number.
 */
export function overlapOf(predicted: ArrayLike<number>, truth: ArrayLike<number>): Overlap {
  checkCount("overlap", "predicted pixels", predicted.length, truth.length);
  let [both, inPredicted, inTruth] = [0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (Number.isNaN(predicted[i]) || Number.isNaN(truth[i])) throw new StatisticsError("overlap", `pixel ${i} is not a number`);
    if (predicted[i] !== 0) inPredicted++;
    if (truth[i] !== 0) inTruth++;
    if (predicted[i] !== 0 && truth[i] !== 0) both++;
  }
  return {
    both,
    predicted: inPredicted,
    truth: inTruth,
    dice: ratio(2 * both, inPredicted + inTruth, "both masks are empty"),
    iou: ratio(both, inPredicted + inTruth - both, "both masks are empty"),
    precision: ratio(both, inPredicted, "the predicted mask is empty"),
    sensitivity: ratio(both, inTruth, "the true mask is empty"),
  };
}

export interface OverlapSummary {
  readonly pictures: number;
  /** Pictures whose masks are both empty: not in the means. */
  readonly bothEmpty: number;
  /** Means over pictures, with bootstrap intervals, by patient where clusters are given. */
  readonly dice: Bootstrapped;
  readonly iou: Bootstrapped;
  /** Of all pixels taken together, so that large masks count more. */
  readonly pooledDice: Bootstrapped;
  readonly pooledIou: Bootstrapped;
  /** Lowest, quartiles and highest of the pictures' Dice. */
  readonly diceQuartiles: readonly number[];
}

/**
 * Dice and IoU of many pictures.
 * @throws StatisticsError without pictures, or clusters that do not fit.
 */
export function overlapSummary(overlaps: readonly Overlap[], options: BootstrapOptions = {}): OverlapSummary {
  if (overlaps.length === 0) throw new StatisticsError("overlap", "there are no pictures");
  const { dice, iou, pooledDice, pooledIou } = bootstrapEach(
    overlaps.length,
    (places) => {
      const both = sumOf(places.map((i) => overlaps[i].both));
      const sizes = sumOf(places.map((i) => overlaps[i].predicted + overlaps[i].truth));
      return {
        dice: meanDefined(Array.from(places, (i) => overlaps[i].dice)),
        iou: meanDefined(Array.from(places, (i) => overlaps[i].iou)),
        pooledDice: ratio(2 * both, sizes, "all masks are empty"),
        pooledIou: ratio(both, sizes - both, "all masks are empty"),
      };
    },
    options,
  );
  const known = overlaps.flatMap((of) => (isDefined(of.dice) ? [of.dice] : []));
  return {
    pictures: overlaps.length,
    bothEmpty: overlaps.length - known.length,
    dice,
    iou,
    pooledDice,
    pooledIou,
    diceQuartiles: known.length > 0 ? [0, 0.25, 0.5, 0.75, 1].map((share) => quantileOf(known, share)) : [],
  };
}

function meanDefined(values: readonly Statistic[]): Statistic {
  const known = values.filter(isDefined<number>);
  return known.length > 0 ? meanOf(known) : notDefined("all masks are empty");
}
