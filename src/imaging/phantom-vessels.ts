/** The vessels of the phantom's lungs: two trees that branch out from the hila. */
import { random } from "./noise.ts";
import type { Anatomy } from "./phantom-anatomy.ts";

interface Segment { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number; readonly r: number }

export function drawVessels(seed: number, anatomy: Anatomy, size: number): Float64Array {
  const field = new Float64Array(size * size);
  let counter = 0;
  const next = () => random(seed + 1, counter++);
  const branch = (x: number, y: number, dx: number, dy: number, r: number, length: number, depth: number): void => {
    for (let piece = 0; piece < 4; piece++) {
      const t = 0.22 * (next() - 0.5);
      [dx, dy] = turn(dx, dy, t);
      const x1 = x + (dx * length) / 4, y1 = y + (dy * length) / 4;
      stroke(field, size, { x0: x, y0: y, x1, y1, r });
      x = x1; y = y1; r *= 0.94;
    }
    if (depth === 0) return;
    const split = 0.16 + 0.2 * next();
    const first = turn(dx, dy, split), second = turn(dx, dy, -(0.16 + 0.2 * next()));
    branch(x, y, first[0], first[1], r * 0.8, length * (0.65 + 0.25 * next()), depth - 1);
    branch(x, y, second[0], second[1], r * 0.75, length * (0.65 + 0.25 * next()), depth - 1);
  };
  for (const side of [-1, 1]) {
    for (let k = 0; k < 9; k++) {
      const down = -0.95 + (k * 1.95) / 8 + 0.15 * (next() - 0.5);
      const out = Math.sqrt(Math.max(0.05, 1 - down * down));
      branch(anatomy.center + side * (0.07 + 0.01 * next()), anatomy.top + 0.42 + 0.035 * down + (side < 0 ? 0.015 : 0), side * out, down, 0.0065 + 0.003 * next(), 0.08 + 0.03 * next(), 6);
    }
  }
  return field;
}

function turn(dx: number, dy: number, t: number): [number, number] {
  const c = (1 - t * t) / (1 + t * t), s = (2 * t) / (1 + t * t);
  return [dx * c - dy * s, dx * s + dy * c];
}

function stroke(field: Float64Array, size: number, { x0, y0, x1, y1, r }: Segment): void {
  const reach = r + 1 / size;
  const i0 = Math.max(0, Math.floor((Math.min(x0, x1) - reach) * size)), i1 = Math.min(size - 1, Math.ceil((Math.max(x0, x1) + reach) * size));
  const j0 = Math.max(0, Math.floor((Math.min(y0, y1) - reach) * size)), j1 = Math.min(size - 1, Math.ceil((Math.max(y0, y1) + reach) * size));
  const dx = x1 - x0, dy = y1 - y0;
  for (let j = j0; j <= j1; j++) for (let i = i0; i <= i1; i++) {
    const x = (i + 0.5) / size - x0, y = (j + 0.5) / size - y0;
    const t = Math.min(1, Math.max(0, (x * dx + y * dy) / (dx * dx + dy * dy)));
    const d2 = ((x - t * dx) ** 2 + (y - t * dy) ** 2) / (r * r);
    if (d2 < 1) field[j * size + i] = Math.max(field[j * size + i], 6 * r * (1 - d2));
  }
}
