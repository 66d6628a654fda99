/** Gaussian blur: OpenCV's algorithm, in its fixed point for 8 bits. */
import type { Image } from "../loaders/image.ts";
import { reflect } from "./reflect.ts";
import { roundHalfEven } from "./round-half-even.ts";

/**
 * The picture blurred with deviation `sigma`, in pixels, reflected at its borders. `size` is the odd number of pixels that count along an
 * axis; by default three deviations to each side, as OpenCV takes it for 8 bits. A deviation of 0 changes nothing.
 */
export function gaussianBlur(image: Image, sigma: number, size: number = roundHalfEven(6 * sigma + 1) | 1): Image {
  if (sigma === 0 || size === 1) return image;
  const { width, height, channels, bitDepth, data } = image;
  const weights = bitDepth === 8 ? fixedWeights(gaussian(sigma, size)) : gaussian(sigma, size);
  // Both passes read one kind of array: engines are several times slower where it changes.
  const rows = pass(new Float64Array(data), weights, height, width, channels);
  const both = pass(rows, weights, 1, height, width * channels);
  // Both passes are exact for 8 bits: weights have 8 binary places, so that the sums have 16.
  const round = bitDepth === 8 ? (sum: number) => (sum + 0x8000) >> 16 : (sum: number) => Math.floor(sum + 0.5);
  return { width, height, channels, bitDepth, data: bitDepth === 8 ? new Uint8Array(both.map(round)) : new Uint16Array(both.map(round)) };
}

function gaussian(sigma: number, size: number): Float64Array {
  const middle = (size - 1) / 2;
  const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Weights in 256ths that sum to 256: each one's rounding error is carried to the next, and the middle takes what is left. */
function fixedWeights(weights: Float64Array): Float64Array {
  const middle = (weights.length - 1) / 2;
  const fixed = new Float64Array(weights.length);
  let error = 0;
  let sum = 0;
  for (let i = 0; i < middle; i++) {
    const wanted = weights[i] * 256 + error;
    const weight = roundHalfEven(wanted);
    error = wanted - weight;
    fixed[i] = weight;
    fixed[weights.length - 1 - i] = weight;
    sum += 2 * weight;
  }
  fixed[middle] = 256 - sum;
  return fixed;
}

/** One axis: `lines` lines of `length` pixels whose neighbours lie `lanes` values apart. */
function pass(data: Float64Array, weights: Float64Array, lines: number, length: number, lanes: number): Float64Array {
  const result = new Float64Array(data.length);
  const middle = (weights.length - 1) / 2;
  const reflected = Int32Array.from({ length: length + 2 * middle }, (_, i) => reflect(i - middle, length));
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      const to = (line * length + i) * lanes;
      for (let k = 0; k < weights.length; k++) {
        const from = (line * length + reflected[i + k]) * lanes;
        const weight = weights[k];
        for (let lane = 0; lane < lanes; lane++) result[to + lane] += weight * data[from + lane];
      }
    }
  }
  return result;
}
