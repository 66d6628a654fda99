/** Straight transforms of a picture: rotation, shear, scale, shift and flip, which become one transform before a pixel is read. */
import type { Image } from "../loaders/image.ts";
import { type SampleOptions, sample } from "./sample.ts";

/** A pixel (x, y) of the result shows what lies at (a·x + b·y + c, d·x + e·y + f) of the picture. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** Width and height in pixels; a picture is one. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const identity: Affine = { a: 1, b: 0, c: 0, d: 0, e: 1, f: 0 };

/** About the picture's middle, clockwise as one looks at it. */
export function rotation(degrees: number, size: Size): Affine {
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  return aboutMiddle(cosine, sine, -sine, cosine, size);
}

/** Rows are shifted against each other about the middle one, so that an upright line leans by the angle, its upper end to the right. */
export const shear = (degrees: number, size: Size): Affine => aboutMiddle(1, Math.tan((degrees * Math.PI) / 180), 0, 1, size);

/** About the middle; above 1 enlarges. */
export const scaling = (x: number, y: number, size: Size): Affine => aboutMiddle(1 / x, 0, 0, 1 / y, size);

/** To the right and downwards, in pixels. */
export const shift = (x: number, y: number): Affine => ({ ...identity, c: -x, f: -y });

/** Left and right exchanged. */
export const flip = ({ width }: Size): Affine => ({ ...identity, a: -1, c: width - 1 });

/** Top and bottom exchanged. */
export const flipVertically = ({ height }: Size): Affine => ({ ...identity, e: -1, f: height - 1 });

function aboutMiddle(a: number, b: number, d: number, e: number, { width, height }: Size): Affine {
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  return { a, b, c: x - a * x - b * y, d, e, f: y - d * x - e * y };
}

/** `first`, and `then` on what it gives. */
export const compose = (first: Affine, then: Affine): Affine => ({
  a: first.a * then.a + first.b * then.d,
  b: first.a * then.b + first.b * then.e,
  c: first.a * then.c + first.b * then.f + first.c,
  d: first.d * then.a + first.e * then.d,
  e: first.d * then.b + first.e * then.e,
  f: first.d * then.c + first.e * then.f + first.f,
});

/** The picture under the transform, at its own size. */
export function warp(image: Image, transform: Affine, options?: SampleOptions): Image {
  const a = fixed(transform.a);
  const b = fixed(transform.b);
  const c = fixed(transform.c);
  const d = fixed(transform.d);
  const e = fixed(transform.e);
  const f = fixed(transform.f);
  return sample(
    image,
    (x, y, at) => {
      at[0] = a * x + b * y + c;
      at[1] = d * x + e * y + f;
    },
    options,
  );
}

/** Engines may differ in the last bit of a sine; 24 binary places are a ten-thousandth of a pixel over any film, and the same everywhere. */
const fixed = (value: number): number => Math.round(value * 2 ** 24) / 2 ** 24;
