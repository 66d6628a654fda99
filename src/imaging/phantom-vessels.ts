/** The vessels of the phantom's lungs: trees that leave the hila and divide towards the edges. */
import { random } from "../random.ts";
import type { Anatomy } from "./phantom-anatomy.ts";
import { clamp01, length } from "./phantom-shapes.ts";

/** A place, the direction a vessel takes there (of length 1) and its radius, in units of the film's width. */
interface Vessel {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly radius: number;
}

/** What the vessels add to the attenuation of each pixel of a square film, were there lung all around them. */
export function drawVessels(anatomy: Anatomy, seed: number, size: number): Float64Array {
  const film = new Float64Array(size * size);
  let drawn = 0;
  const draw = (from: number, to: number) => from + (to - from) * random(seed, drawn++);

  function grow(start: Vessel, extent: number, generations: number): void {
    let vessel = start;
    for (let piece = 0; piece < 4; piece++) {
      const next = advance(turn(vessel, draw(-0.12, 0.12)), extent / 4);
      stroke(film, size, vessel, next);
      vessel = { ...next, radius: 0.93 * next.radius };
    }
    if (generations === 0) return;
    grow(turn({ ...vessel, radius: 0.82 * vessel.radius }, draw(0.12, 0.34)), extent * draw(0.65, 0.9), generations - 1);
    grow(turn({ ...vessel, radius: 0.72 * vessel.radius }, draw(-0.34, -0.12)), extent * draw(0.65, 0.9), generations - 1);
  }

  for (const side of [-1, 1]) {
    for (let k = 0; k < 9; k++) {
      const down = -0.97 + k * 0.235 + draw(-0.07, 0.07); // the sine of the angle below the horizontal
      const x = anatomy.center + side * draw(0.065, 0.085);
      const y = anatomy.top + 0.425 + 0.065 * down + (side < 0 ? 0.02 : 0);
      grow({ x, y, dx: side * Math.sqrt(Math.max(0.03, 1 - down * down)), dy: down, radius: draw(0.006, 0.009) }, draw(0.07, 0.1), 6);
    }
  }
  return film;
}

const advance = (vessel: Vessel, length: number): Vessel => ({
  ...vessel,
  x: vessel.x + vessel.dx * length,
  y: vessel.y + vessel.dy * length,
});

/** Turned by an angle given as t = tan(θ/2), which needs no sine. */
function turn(vessel: Vessel, t: number): Vessel {
  const cosine = (1 - t * t) / (1 + t * t);
  const sine = (2 * t) / (1 + t * t);
  return { ...vessel, dx: vessel.dx * cosine - vessel.dy * sine, dy: vessel.dx * sine + vessel.dy * cosine };
}

/** Lays a piece of vessel on the film; where vessels cross, the thicker one counts. */
function stroke(film: Float64Array, size: number, from: Vessel, to: Vessel): void {
  const radius = from.radius;
  const first = (a: number, b: number) => Math.max(0, Math.floor((Math.min(a, b) - radius) * size));
  const last = (a: number, b: number) => Math.min(size - 1, Math.ceil((Math.max(a, b) + radius) * size));
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  for (let j = first(from.y, to.y); j <= last(from.y, to.y); j++) {
    for (let i = first(from.x, to.x); i <= last(from.x, to.x); i++) {
      const x = (i + 0.5) / size - from.x;
      const y = (j + 0.5) / size - from.y;
      const t = clamp01((x * dx + y * dy) / (dx * dx + dy * dy));
      const q = length(x - t * dx, y - t * dy) / radius;
      film[j * size + i] = Math.max(film[j * size + i], 7.5 * radius * (1 - q * q));
    }
  }
}
