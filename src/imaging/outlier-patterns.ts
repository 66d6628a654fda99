/** Pictures without things in them: noise, clouds, gratings, checks, bricks, print, and nothing at all. */
import { random } from "../random.ts";
import type { Draws } from "./draws.ts";
import { fractalNoise } from "./noise.ts";
import type { Painting } from "./paint.ts";

type Pattern = (draws: Draws, seed: number) => Painting;

/** Every pixel by itself. The place in the picture is the number of the draw, 4096 pixels a row. */
export const whiteNoise: Pattern = (draws, seed) => {
  const contrast = draws.uniform(0.3, 1);
  return (x, y) => 0.5 + contrast * (random(seed, Math.floor(y * 4096) * 4096 + Math.floor(x * 4096)) - 0.5);
};

/** Noise whose coarse features are the strongest, as clouds have it. */
export const clouds: Pattern = (draws, seed) => {
  const [scale, contrast, level] = [draws.uniform(2, 8), draws.uniform(0.6, 1.6), draws.uniform(0.35, 0.65)];
  return (x, y) => level + contrast * fractalNoise(seed, scale * x, scale * y, 7);
};

/** Waves in one direction, or in two. */
export const grating: Pattern = (draws) => {
  const waves = Array.from({ length: 1 + draws.below(2) }, () => {
    const [angle, frequency, phase] = [draws.uniform(0, Math.PI), draws.uniform(3, 40), draws.uniform(0, 2 * Math.PI)];
    return { across: frequency * Math.cos(angle), down: frequency * Math.sin(angle), phase };
  });
  const isSharp = draws.chance(0.5);
  return (x, y) => {
    const sum = waves.reduce((total, { across, down, phase }) => total + Math.sin(2 * Math.PI * (across * x + down * y) + phase), 0);
    return isSharp ? Number(sum > 0) : 0.5 + sum / (2 * waves.length);
  };
};

/** A board of two greys, turned. */
export const checks: Pattern = (draws) => {
  const [angle, count, dark, light] = [draws.uniform(0, Math.PI / 2), draws.uniform(3, 24), draws.uniform(0, 0.4), draws.uniform(0.6, 1)];
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => ((Math.floor(count * (cosine * x + sine * y)) + Math.floor(count * (cosine * y - sine * x))) % 2 === 0 ? dark : light);
};

/** A wall: rows of rough blocks, every other row shifted by half a block. */
export const bricks: Pattern = (draws, seed) => {
  const [rows, joint] = [draws.uniform(6, 18), draws.uniform(0.06, 0.12)];
  return (x, y) => {
    const row = Math.floor(rows * y);
    const along = (rows * x) / 2 + (row % 2) / 2;
    const isJoint = rows * y - row < joint || along - Math.floor(along) < joint / 2;
    const face = 0.35 + 0.35 * random(seed, row * 1000 + Math.floor(along)) + 0.1 * fractalNoise(seed, 30 * x, 30 * y, 3);
    return isJoint ? 0.85 : face;
  };
};

/** A page of print: lines of words, of strokes in cells. */
export const page: Pattern = (draws, seed) => {
  const lines = draws.uniform(14, 45);
  const [margin, ink] = [draws.uniform(0.04, 0.12), draws.uniform(0, 0.25)];
  return (x, y) => {
    const line = Math.floor(lines * y);
    const cell = Math.floor(lines * 1.8 * x);
    const [u, v] = [lines * 1.8 * x - cell, lines * y - line];
    const isOutside = x < margin || x > 1 - margin * (1 + 4 * random(seed, line)) || y < margin || y > 1 - margin || line % 7 === 6;
    if (isOutside || v < 0.25 || v > 0.8 || random(seed, 1000 * line + cell) < 0.17) return 0.94;
    // A letter is a few of the strokes of a seven-segment figure.
    const strokes = Math.floor(128 * random(seed, 500_000 + 1000 * line + cell));
    const segments = [
      v < 0.36,
      u > 0.7 && v < 0.52,
      u > 0.7 && v > 0.52,
      v > 0.69,
      u < 0.25 && v > 0.52,
      u < 0.25 && v < 0.52,
      Math.abs(v - 0.52) < 0.06,
    ];
    return u < 0.85 && segments.some((isOn, i) => isOn && (strokes >> i) % 2 === 1) ? ink : 0.94;
  };
};

/** One grey, or a slow change from one to another. */
export const blank: Pattern = (draws) => {
  const [from, to, angle] = [draws.uniform(0, 1), draws.uniform(0, 1), draws.uniform(0, 2 * Math.PI)];
  const isEven = draws.chance(0.5);
  const [across, down] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => (isEven ? from : from + (to - from) * (0.5 + 0.5 * (across * (x - 0.5) + down * (y - 0.5))));
};
