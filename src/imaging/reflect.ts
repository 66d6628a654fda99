/** How filters see beyond a picture's border. */

/** The pixel of an axis of `length` that stands for `position`: reflected at the outermost pixels, which are not repeated (OpenCV's reflect-101). */
export function reflect(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const inside = ((position % period) + period) % period;
  return inside < length ? inside : period - inside;
}
