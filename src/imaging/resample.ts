/** Separable resampling with a filter that widens when shrinking: Pillow's algorithm, in its fixed point for 8 bits. */
import type { Image } from "../loaders/image.ts";

/** A filter's weight at distance x, and the distance where it ends. */
interface Kernel {
  readonly support: number;
  weight(x: number): number;
}

const kernels = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
} as const satisfies Record<string, Kernel>;

/** Keys (1981) with a = −0.5, the value that reproduces parabolas; OpenCV and PyTorch take −0.75. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

/** Pillow's fixed point: 8 bits for the value and 2 for overshoot leave 22 of 32 for the weights. */
const PRECISION_BITS = 22;

/** The picture at another size: rows first, then columns, each rounded for 8 bits as in Pillow, only the result for 16. */
export function resample(
  { width, height, channels, bitDepth, data }: Image,
  toWidth: number,
  toHeight: number,
  filter: keyof typeof kernels,
): Image {
  const pass = bitDepth === 8 ? fixedPass : floatPass;
  const rows = toWidth === width ? data : pass(data, weightsOf(width, toWidth, kernels[filter]), height, channels);
  const both = toHeight === height ? rows : pass(rows, weightsOf(height, toHeight, kernels[filter]), 1, toWidth * channels);
  const round = (value: number) => Math.min(65535, Math.max(0, Math.floor(value + 0.5)));
  const result = bitDepth === 8 ? new Uint8Array(both) : Uint16Array.from(both, round);
  return { width: toWidth, height: toHeight, channels, bitDepth, data: result };
}

/** What an axis of `to` pixels is made of: pixel i takes `taps` weights, applied to the pixels of the `from` on from `first[i]`. */
interface Weights {
  readonly from: number;
  readonly to: number;
  readonly taps: number;
  readonly first: Int32Array;
  readonly values: Float64Array;
}

function weightsOf(from: number, to: number, { support, weight }: Kernel): Weights {
  const step = from / to;
  const stretch = Math.max(1, step);
  const reach = support * stretch;
  const taps = Math.min(from, Math.ceil(reach) * 2 + 1);
  const first = new Int32Array(to);
  const values = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * step;
    const begin = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    let sum = 0;
    for (let k = begin; k < end; k++) {
      const value = weight((k - center + 0.5) * (1 / stretch));
      values[i * taps + k - begin] = value;
      sum += value;
    }
    for (let k = 0; k < taps; k++) values[i * taps + k] /= sum;
    first[i] = begin;
  }
  return { from, to, taps, first, values };
}

/**
 * One pass over `lines` lines whose neighbouring pixels lie `lanes` values apart: rows have a lane a channel; all columns
 * together are one line with a lane a value of a row.
 */
function floatPass(data: ArrayLike<number>, { from, to, taps, first, values }: Weights, lines: number, lanes: number): Float64Array {
  const result = new Float64Array(lines * to * lanes);
  let position = 0;
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < to; i++) {
      const start = (line * from + first[i]) * lanes;
      const count = Math.min(taps, from - first[i]);
      for (let lane = 0; lane < lanes; lane++) {
        let sum = 0;
        for (let k = 0; k < count; k++) sum += data[start + k * lanes + lane] * values[i * taps + k];
        result[position++] = sum;
      }
    }
  }
  return result;
}

/** The same with weights of 22 binary places in 32-bit sums, rounded and clipped to 8 bits. */
function fixedPass(data: ArrayLike<number>, { from, to, taps, first, values }: Weights, lines: number, lanes: number): Uint8ClampedArray {
  const one = 2 ** PRECISION_BITS;
  const fixed = Int32Array.from(values, (value) => Math.trunc(value * one + (value < 0 ? -0.5 : 0.5)));
  const result = new Uint8ClampedArray(lines * to * lanes);
  let position = 0;
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < to; i++) {
      const start = (line * from + first[i]) * lanes;
      const count = Math.min(taps, from - first[i]);
      for (let lane = 0; lane < lanes; lane++) {
        let sum = one / 2;
        for (let k = 0; k < count; k++) sum = (sum + data[start + k * lanes + lane] * fixed[i * taps + k]) | 0;
        result[position++] = sum >> PRECISION_BITS;
      }
    }
  }
  return result;
}
