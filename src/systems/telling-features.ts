/** The features that a classifier reads, and which of them tell a class from the others: what Apostolopoulos 2020 calls biomarkers. */
import { meanOf } from "../statistics/mean.ts";
import { pairsAbove } from "../statistics/ranks.ts";
import type { Tensor } from "../tensor.ts";

export interface TellingFeature {
  /** Its place among the features. */
  readonly feature: number;
  /** The area under the ROC curve of its value as a score of the class: ½ tells nothing, 0 tells as much as 1. */
  readonly area: number;
  readonly meanOfClass: number;
  readonly meanOfOthers: number;
  /** What the last layer multiplies it by for the class. */
  readonly weight: number;
}

/**
 * All features, those that tell most first, of equal ones the lower number.
 * @param features - [films, features]
 * @param isOfClass - a film each.
 * @param weights - of the last layer, a feature each.
 * @throws RangeError without a film of the class, or of others.
 */
export function tellingFeatures(
  { shape: [films, count], data }: Tensor,
  isOfClass: readonly boolean[],
  weights: ArrayLike<number>,
): TellingFeature[] {
  const [own, rest] = [true, false].map((wanted) => [...isOfClass.keys()].filter((film) => isOfClass[film] === wanted));
  if (own.length === 0 || rest.length === 0 || isOfClass.length !== films)
    throw new RangeError(`features: films of the class and others are needed, got ${own.length} and ${rest.length} of ${films}`);
  const found = Array.from({ length: count }, (_, feature): TellingFeature => {
    const values = Array.from({ length: films }, (_, film) => data[film * count + feature]);
    const meanAt = (places: readonly number[]) => meanOf(places.map((film) => values[film]));
    const area = pairsAbove(values, (film) => isOfClass[film]) / (own.length * rest.length);
    return { feature, area, meanOfClass: meanAt(own), meanOfOthers: meanAt(rest), weight: weights[feature] };
  });
  const tells = ({ area }: TellingFeature): number => Math.abs(area - 0.5);
  return found.sort((a, b) => tells(b) - tells(a) || a.feature - b.feature);
}
