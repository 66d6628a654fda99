/** Pictures as the numbers a network takes. */
import type { Image } from "../loaders/image.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";

export interface NormaliseOptions {
  /** What an 8-bit value is multiplied by; 1/255 makes white 1. A 16-bit value counts as its share of white. */
  readonly scale?: number;
  /** Subtracted, one a channel, after scaling. */
  readonly mean: readonly number[];
  /** Divided by, one a channel. */
  readonly std: readonly number[];
  /** Each picture is brought to a mean of 0 and a deviation of 1, all its channels together, and nothing else is done; a blank one is all 0. */
  readonly standardise?: boolean;
}

/**
 * Pictures of one size as [batch, channels, height, width]: (scale · v − mean[c]) / std[c], computed in float64 and rounded once.
 * @throws RangeError where the pictures differ in size, or their channels from the means and deviations.
 */
export function toTensor(images: readonly Image[], { scale = 1 / 255, mean, std, standardise = false }: NormaliseOptions): Tensor {
  if (images.length === 0) throw new RangeError("toTensor: no pictures");
  const [{ width, height, channels }] = images;
  if (mean.length !== channels || std.length !== channels) {
    throw new RangeError(`toTensor: pictures have ${channels} channels, got ${mean.length} means and ${std.length} deviations`);
  }
  if (!std.every((deviation) => deviation > 0)) throw new RangeError(`toTensor: deviations must be above 0, got [${std.join(", ")}]`);
  const shape = [images.length, channels, height, width];
  const data = new Float32Array(sizeOf(shape));
  const area = width * height;
  for (const [n, image] of images.entries()) {
    if (image.width !== width || image.height !== height || image.channels !== channels) {
      throw new RangeError(`toTensor: pictures must be of one size, got ${describe(images[0])} and ${describe(image)}`);
    }
    const own = standardise ? momentsOf(image) : undefined;
    for (let c = 0; c < channels; c++) {
      const values = own ? table(image.bitDepth, 1 / 255, own.mean, own.std) : table(image.bitDepth, scale, mean[c], std[c]);
      const start = (n * channels + c) * area;
      for (let p = 0; p < area; p++) data[start + p] = values[image.data[p * channels + c]];
    }
  }
  return tensor(shape, data);
}

/** The result for each value a pixel can have: fewer than pixels, so the float64 work is done once a value. */
function table(bitDepth: 8 | 16, scale: number, mean: number, std: number): Float32Array {
  const white = bitDepth === 16 ? 65535 : 255;
  return Float32Array.from({ length: white + 1 }, (_, value) => ((value / white) * (255 * scale) - mean) / std);
}

/** Mean and deviation of the values as shares of white; 1 in place of a deviation of 0. */
function momentsOf({ bitDepth, data }: Image): { mean: number; std: number } {
  const white = bitDepth === 16 ? 65535 : 255;
  let [sum, squares] = [0, 0];
  for (const value of data) sum += value;
  const mean = sum / data.length;
  for (const value of data) squares += (value - mean) ** 2;
  return { mean: mean / white, std: Math.sqrt(squares / data.length) / white || 1 };
}

const describe = ({ width, height, channels }: Image): string => `${width} × ${height} × ${channels}`;
