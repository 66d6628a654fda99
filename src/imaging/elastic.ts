/** Elastic distortion on a grid. */
import type { Image } from "../loaders/image.ts";
import { draws } from "./draws.ts";
import { type SampleOptions, sample } from "./sample.ts";

export interface Grid {
  /** Cells across and down. */
  readonly columns: number;
  readonly rows: number;
  /** The farthest that a corner between cells goes along each axis, in pixels. */
  readonly magnitude: number;
}

/**
 * The picture pulled about: corners inside the grid go by a random distance that belongs to the seed, those on the border stay, and what
 * lies between goes in proportion to its distance from the corners around it.
 */
export function elastic(image: Image, { columns, rows, magnitude }: Grid, seed: number, options?: SampleOptions): Image {
  const { uniform } = draws(seed);
  const across = columns + 1;
  const moves = Array.from({ length: across * (rows + 1) }, (_, i) => {
    const isInside = i % across > 0 && i % across < columns && i > across && i < across * rows;
    return isInside ? { x: uniform(-magnitude, magnitude), y: uniform(-magnitude, magnitude) } : { x: 0, y: 0 };
  });
  const [stepX, stepY] = [Math.max(1, image.width - 1) / columns, Math.max(1, image.height - 1) / rows];
  return sample(
    image,
    (x, y, at) => {
      const column = Math.min(columns - 1, Math.floor(x / stepX));
      const row = Math.min(rows - 1, Math.floor(y / stepY));
      const [u, v] = [x / stepX - column, y / stepY - row];
      const corner = row * across + column;
      const [a, b, c, d] = [moves[corner], moves[corner + 1], moves[corner + across], moves[corner + across + 1]];
      at[0] = x + (a.x * (1 - u) + b.x * u) * (1 - v) + (c.x * (1 - u) + d.x * u) * v;
      at[1] = y + (a.y * (1 - u) + b.y * u) * (1 - v) + (c.y * (1 - u) + d.y * u) * v;
    },
    options,
  );
}
