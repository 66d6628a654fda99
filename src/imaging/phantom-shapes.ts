/** The few shapes a phantom is drawn from; only sums, products and square roots, so that every engine gives the same bits. */

export const clamp01 = (t: number): number => Math.min(1, Math.max(0, t));

/** 0 below `from`, 1 above `to`, a cubic between. */
export function step(from: number, to: number, value: number): number {
  const t = clamp01((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** A hill of height 1 around 0 that ends at distance 1. */
export function hill(q: number): number {
  const t = Math.max(0, 1 - q * q);
  return t * t;
}

/** Half the height of a circle of radius 1 at distance q from its middle: what a ray meets of a round body. */
export const arch = (q: number): number => Math.sqrt(Math.max(0, 1 - q * q));

/** A bone's wall at distance d from its axis: a tube, so its edges are brighter than its middle. */
export const tube = (d: number, radius: number): number =>
  Math.abs(d) < radius ? radius * (arch(d / radius) - 0.53 * arch(d / (0.74 * radius))) : 0;

/** Distance from (x, y) to the segment between two points. */
export function toSegment(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const t = clamp01(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy));
  return length(x - x0 - t * dx, y - y0 - t * dy);
}

export const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** A smooth curve through (y, value) points: cubic between two of them, with the slope of their neighbours (Catmull and Rom 1974). */
export function curve(points: readonly (readonly [number, number])[], y: number): number {
  const last = points.length - 1;
  if (y <= points[0][0]) return points[0][1];
  if (y >= points[last][0]) return points[last][1];
  let i = 0;
  while (y > points[i + 1][0]) i++;
  const [y0, v0] = points[i];
  const [y1, v1] = points[i + 1];
  const h = y1 - y0;
  const t = (y - y0) / h;
  const ends = v0 * (1 + 2 * t) * (1 - t) * (1 - t) + v1 * t * t * (3 - 2 * t);
  return ends + h * t * (1 - t) * (slope(points, i) * (1 - t) - slope(points, i + 1) * t);
}

function slope(points: readonly (readonly [number, number])[], i: number): number {
  const before = points[Math.max(0, i - 1)];
  const after = points[Math.min(points.length - 1, i + 1)];
  return (after[1] - before[1]) / (after[0] - before[0]);
}

/** About e⁻ᵗ for t from 0 to 20, by repeated squaring: `Math.exp` differs between engines in its last bits. */
export function decay(t: number): number {
  let value = 1 - t / 256;
  for (let i = 0; i < 8; i++) value *= value;
  return value;
}
