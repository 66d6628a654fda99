/**
 * How a shape lies in GPU memory: channels last, padded to vectors of four with zeros.
 *
 * Axis 1 is the channel axis (axis 0 of a rank-1 shape): [n, c, h, w] lies as [n][h][w][ceil4(c)], [n, c] as [n][ceil4(c)].
 * Every value is an array of vec4, and no kernel ever meets a partial vector.
 */
import { type Shape, sizeOf } from "../tensor.ts";

/** Element type of activations and weights in GPU memory; sums are always f32. */
export type Precision = "f32" | "f16";

export interface Layout {
  readonly batch: number;
  readonly channels: number;
  /** Vectors of four channels: ceil(channels / 4). */
  readonly blocks: number;
  /** The product of the axes after the channels: height · width. */
  readonly area: number;
  /** Vectors in all: batch · area · blocks. */
  readonly vectors: number;
}

/** The layout of a shape of any rank. */
export function layoutOf(shape: Shape): Layout {
  const [batch, channels] = shape.length >= 2 ? shape : [1, shape[0] ?? 1];
  const area = sizeOf(shape.slice(2));
  const blocks = Math.ceil(channels / 4);
  return { batch, channels, blocks, area, vectors: batch * area * blocks };
}

/** Bytes of one vector of four. */
export const vectorBytes = (precision: Precision): number => (precision === "f16" ? 8 : 16);

/** Bytes that a value of this shape takes in GPU memory. */
export const storageBytes = (shape: Shape, precision: Precision): number => layoutOf(shape).vectors * vectorBytes(precision);

/** Writes row-major values (channels first) into `out` as they lie in GPU memory; pad lanes become zero. */
export function toStorage(shape: Shape, data: Float32Array, out: Float32Array): void {
  const { batch, channels, blocks, area } = layoutOf(shape);
  const lanes = blocks * 4;
  if (area === 1 && lanes === channels) {
    out.set(data);
    return;
  }
  if (lanes !== channels) out.fill(0);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++) {
      const from = (n * channels + c) * area;
      const to = n * area * lanes + c;
      for (let p = 0; p < area; p++) out[to + p * lanes] = data[from + p];
    }
}

/** The reverse of `toStorage`: row-major values, channels first, without pad lanes. */
export function fromStorage(shape: Shape, storage: Float32Array): Float32Array {
  const { batch, channels, blocks, area } = layoutOf(shape);
  const lanes = blocks * 4;
  const data = new Float32Array(batch * channels * area);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++) {
      const to = (n * channels + c) * area;
      const from = n * area * lanes + c;
      for (let p = 0; p < area; p++) data[to + p] = storage[from + p * lanes];
    }
  return data;
}
