/** Square pictures by formula: a value, or three for colour, at every pixel's middle. */
import type { Image } from "../loaders/image.ts";

/** What is seen at (x, y), each from 0 to 1 from the top left corner: grey or red, green and blue, 0 to 1; beyond that is clipped. */
export type Painting = (x: number, y: number) => number | Colour;

export type Colour = readonly [red: number, green: number, blue: number];

/** Grey where the painting's first value is one number, else RGB; 8 bits. */
export function paint(size: number, painting: Painting): Image {
  const channels = typeof painting(0, 0) === "number" ? 1 : 3;
  const data = new Uint8Array(size * size * channels);
  for (let p = 0; p < size * size; p++) {
    const value = painting(((p % size) + 0.5) / size, (Math.floor(p / size) + 0.5) / size);
    if (typeof value === "number") data[p] = toByte(value);
    else for (let c = 0; c < 3; c++) data[3 * p + c] = toByte(value[c]);
  }
  return { width: size, height: size, channels, bitDepth: 8, data };
}

const toByte = (value: number): number => Math.min(255, Math.max(0, Math.round(value * 255)));

/** From one colour to another, at 0 and 1. */
export const between = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** The colour in more or less light. */
export const lit = (colour: Colour, light: number): Colour => [colour[0] * light, colour[1] * light, colour[2] * light];
