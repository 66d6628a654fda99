/** The arguments of ops that slide a window over a map: one number, or one for each direction. */

/** [height, width], or one number for both. */
export type Pair = number | readonly [number, number];

/** [top, left, bottom, right], [height, width] on both sides, or one number for all. */
export type Padding = Pair | readonly [number, number, number, number];

export const pair = (size: Pair): readonly [number, number] => (typeof size === "number" ? [size, size] : size);

export function sides(padding: Padding): readonly [number, number, number, number] {
  if (typeof padding === "number") return [padding, padding, padding, padding];
  return padding.length === 2 ? [...padding, ...padding] : padding;
}

export interface Pooling {
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly padding?: Padding;
  readonly ceilMode?: boolean;
}

/** Windows of `extent` elements along an axis; in ceil mode the last may reach over the end, but must start inside it or its padding before. */
export function windows(size: number, extent: number, stride: number, before: number, after: number, ceilMode: boolean): number {
  const steps = (size + before + after - extent) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + before ? count - 1 : count;
}
