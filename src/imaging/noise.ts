/** Noise: normal numbers, and smooth noise in the plane. */
import { random } from "../random.ts";

/** Nearly normal, mean 0 and deviation 1: the sum of four uniforms. */
export function randomNormal(seed: number, index: number): number {
  const sum = random(seed, 4 * index) + random(seed, 4 * index + 1) + random(seed, 4 * index + 2) + random(seed, 4 * index + 3);
  return (sum - 2) * Math.sqrt(3);
}

/** Noise in the plane, in [−1, 1]: smooth noise with features of size 1, and finer octaves, each half as large and half as strong. */
export function fractalNoise(seed: number, x: number, y: number, octaves: number): number {
  let sum = 0;
  let amplitude = 0.5;
  for (let octave = 0; octave < octaves; octave++) {
    sum += amplitude * latticeNoise(seed + octave, x, y);
    x *= 2;
    y *= 2;
    amplitude /= 2;
  }
  return sum;
}

/** Smooth noise in [−1, 1]: random values on the integer lattice, joined by cubic steps. */
function latticeNoise(seed: number, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const u = smooth(x - column);
  const upper = onRow(seed, column, row, u);
  return 2 * (upper + (onRow(seed, column, row + 1, u) - upper) * smooth(y - row)) - 1;
}

function onRow(seed: number, column: number, row: number, u: number): number {
  const index = Math.imul(row, 0x1f123bb5) + column;
  const left = random(seed, index);
  return left + (random(seed, index + 1) - left) * u;
}

const smooth = (t: number): number => t * t * (3 - 2 * t);
