/** Numbers over a picture: how much each place speaks for a class. */
import type { Image } from "../loaders/image.ts";

export interface HeatMap {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly values: Float32Array;
}

/** A heat map as a grey picture of 16 bits, and what its levels mean. */
export interface Levels {
  readonly image: Image;
  /** The value of white, 65535; what lies beyond is cut off. */
  readonly limit: number;
  /** Whether there are values below 0: then 32768 is 0, and 1 is −limit; else black is 0. */
  readonly isSigned: boolean;
}

/** The level of a value of 0. */
export const zeroLevel = (isSigned: boolean): number => (isSigned ? 32768 : 0);

/** Levels between that of 0 and that of the limit. */
const levelsOf = (isSigned: boolean): number => 65535 - zeroLevel(isSigned);

/** A map in levels, of which `limit` has the highest. */
export function toLevels({ width, height, values }: HeatMap, limit: number, isSigned: boolean): Levels {
  const [zero, span] = [zeroLevel(isSigned), levelsOf(isSigned)];
  const least = isSigned ? -1 : 0;
  const share = (value: number): number => (limit > 0 ? Math.min(1, Math.max(least, value / limit)) : 0);
  const data = Uint16Array.from(values, (value) => zero + Math.round(span * share(value)));
  return { image: { width, height, channels: 1, bitDepth: 16, data }, limit, isSigned };
}

/** The same map where white is another value, so that several maps can be compared by eye. */
export function rescaled({ image, limit, isSigned }: Levels, wanted: number): Levels {
  const [zero, span] = [zeroLevel(isSigned), levelsOf(isSigned)];
  const factor = wanted > 0 ? limit / wanted : 0;
  const data = Uint16Array.from(image.data, (level) => zero + Math.max(-span, Math.min(span, Math.round((level - zero) * factor))));
  return { image: { ...image, data }, limit: wanted, isSigned };
}

/** The value of a level, as a share of the limit: −1 to 1, or 0 to 1. */
export const shareOf = (level: number, isSigned: boolean): number => (level - zeroLevel(isSigned)) / levelsOf(isSigned);

/** The largest magnitude; with a share below 1, the magnitude that so many of the values do not exceed. */
export function magnitude({ values }: HeatMap, share = 1): number {
  if (share >= 1) return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const sorted = Float32Array.from(values, Math.abs).sort();
  return sorted[Math.ceil(share * sorted.length) - 1];
}

/** Whether a map says nothing, being the same everywhere. */
export const isFlat = ({ values }: HeatMap): boolean => values.every((value) => value === values[0]);
