/** Into how many parts of its input channels a product is split, so that one with few workgroups keeps the adapter busy. */
import type { AdapterProfile } from "../gpu/profile.ts";
import type { ProductClass } from "./product-class.ts";

/** What a split depends on. */
export interface ProductSize {
  /** Workgroups of the whole product. */
  readonly groups: number;
  readonly taps: number;
  readonly inBlocks: number;
  /** Vectors of the result. */
  readonly vectors: number;
}

/** The size of a product whose workgroups are those of a class. */
export const productSize = (
  { rowsAGroup, blocksAGroup }: Pick<ProductClass, "rowsAGroup" | "blocksAGroup">,
  pixels: number,
  outBlocks: number,
  { taps, inBlocks }: Pick<ProductSize, "taps" | "inBlocks">,
): ProductSize => ({
  groups: Math.ceil(pixels / rowsAGroup) * Math.ceil(outBlocks / blocksAGroup),
  taps,
  inBlocks,
  vectors: pixels * outBlocks,
});

/** Products that an output sums before a split pays, and at least so many a part. */
const SPLIT_TERMS = 512;
const PART_TERMS = 128;
const MOST_PARTS = 32;
const SCRATCH_BYTES = 32 * 2 ** 20;

/** Parts begin at multiples of so many vectors of input channels: the tile kernel works off four a step. */
const STEP_BLOCKS = 4;

/** A product in parts: the last one may be shorter. */
export interface Parts {
  readonly parts: number;
  /** Vectors of input channels of each part but the last. */
  readonly partBlocks: number;
}

/**
 * The rule's parts, one where the workgroups are enough or sums are short; `wanted` parts instead where tuning found them, as far as sums
 * and scratch memory allow.
 */
export function partsOf(size: ProductSize, profile: AdapterProfile, wanted = wantedParts(size, profile)): Parts {
  const partBlocks = Math.ceil(size.inBlocks / Math.min(wanted, mostParts(size, profile)) / STEP_BLOCKS) * STEP_BLOCKS;
  const parts = Math.ceil(size.inBlocks / partBlocks);
  return parts > 1 ? { parts, partBlocks } : whole(size.inBlocks);
}

/** A product in one part. */
export const whole = (inBlocks: number): Parts => ({ parts: 1, partBlocks: inBlocks });

/** Parts that tuning may try beside the rule's, where workgroups are fewer than keep the adapter busy: none first. */
export function otherParts(size: ProductSize, profile: AdapterProfile): readonly number[] {
  if (size.groups >= profile.targetWorkgroups) return [];
  const found = new Set([1, 2, 4, 8].map((wanted) => partsOf(size, profile, wanted).parts));
  found.delete(partsOf(size, profile).parts);
  return [...found];
}

function wantedParts({ groups }: ProductSize, { targetWorkgroups }: AdapterProfile): number {
  return groups < targetWorkgroups / 2 ? Math.max(2, Math.ceil(targetWorkgroups / groups)) : 1;
}

/** Parts are few where each would sum little, and where all together would take more memory than they are worth or one binding holds. */
function mostParts({ taps, inBlocks, vectors }: ProductSize, { maxBindingBytes }: AdapterProfile): number {
  const terms = taps * inBlocks * 4;
  if (terms < SPLIT_TERMS) return 1;
  const fitting = Math.floor(Math.min(SCRATCH_BYTES, maxBindingBytes) / (vectors * 16));
  return Math.max(1, Math.min(MOST_PARTS, Math.floor(terms / PART_TERMS), fitting));
}
