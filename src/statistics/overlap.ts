/** How well a region that was found covers the true one. */

export interface Overlap {
  /** Twice the common area over the sum of both (Dice 1945): 1 for the same region, 0 for none in common. */
  readonly dice: number;
  /** The common area over that of both together (Jaccard 1912). */
  readonly iou: number;
}

/**
 * Overlap of two masks, inside where not 0. Two empty ones agree: both numbers are 1.
 * @throws RangeError where they differ in size.
 */
export function overlap(found: ArrayLike<number>, truth: ArrayLike<number>): Overlap {
  if (found.length !== truth.length) throw new RangeError(`overlap: masks must be of one size, got ${found.length} and ${truth.length}`);
  let [common, both] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    const [isFound, isTrue] = [found[i] !== 0, truth[i] !== 0];
    common += Number(isFound && isTrue);
    both += Number(isFound) + Number(isTrue);
  }
  return both === 0 ? { dice: 1, iou: 1 } : { dice: (2 * common) / both, iou: common / (both - common) };
}
