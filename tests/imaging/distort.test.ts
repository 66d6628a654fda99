/** Noise and elastic distortion belong to their seeds and are as strong as they say. */
import { expect, test } from "vitest";
import { addNoise } from "../../src/imaging/add-noise.ts";
import { elastic } from "../../src/imaging/elastic.ts";
import { picture, ramp } from "./pictures.ts";

test("noise has the deviation asked for and no mean, and is the same for the same seed", () => {
  const grey = picture(100, 100, 1, 16, new Array(10_000).fill(30_000));
  const noisy = addNoise(grey, 0.02, 5);
  const differences = [...noisy.data].map((value) => (value - 30_000) / 65_535);
  const mean = differences.reduce((sum, value) => sum + value, 0) / 10_000;
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + value * value, 0) / 10_000);
  // Five standard errors: σ / √n for the mean, σ / √(2 n) for the deviation.
  expect(Math.abs(mean)).toBeLessThan((5 * 0.02) / 100);
  expect(Math.abs(deviation - 0.02)).toBeLessThan((5 * 0.02) / 141);
  expect(addNoise(grey, 0.02, 5)).toEqual(noisy);
  expect(addNoise(grey, 0.02, 6)).not.toEqual(noisy);
  expect(addNoise(grey, 0, 5)).toEqual(grey);
});

test("elastic distortion leaves the border's corners, moves nothing farther than its magnitude, and belongs to its seed", () => {
  const grid = { columns: 4, rows: 3, magnitude: 3 };
  // Each pixel's value is its column, so that a distorted row shows how far it was pulled.
  const columns = picture(
    61,
    46,
    1,
    16,
    Array.from({ length: 61 * 46 }, (_, i) => 1000 * (i % 61)),
  );
  const pulled = elastic(columns, grid, 8);
  const inside = [...pulled.data.keys()].filter((i) => pulled.data[i] > 0);
  const moves = inside.map((i) => Math.abs(pulled.data[i] - columns.data[i]) / 1000);
  expect(Math.max(...moves)).toBeLessThanOrEqual(3.001);
  expect(Math.max(...moves)).toBeGreaterThan(1);
  const corners = [0, 60, 45 * 61, 46 * 61 - 1];
  expect(corners.map((i) => pulled.data[i])).toEqual(corners.map((i) => columns.data[i]));
  expect(elastic(columns, grid, 8)).toEqual(pulled);
  expect(elastic(columns, grid, 9)).not.toEqual(pulled);
  const source = ramp(13, 9, 3);
  expect(elastic(source, { ...grid, magnitude: 0 }, 1)).toEqual(source);
});
