/** Pictures at another size. */
import type { Image } from "../loaders/image.ts";
import { areaAverage } from "./area-average.ts";
import { interpolate } from "./interpolate.ts";
import { resample } from "./resample.ts";

export type Filter = "nearest" | "box" | "bilinear" | "bicubic" | "lanczos" | "area";

export interface ResizeOptions {
  readonly filter?: Filter;
  /** Widen the filter when shrinking, so that every pixel counts; says nothing for nearest and area. */
  readonly antialias?: boolean;
}

/**
 * The picture at `width` × `height`, stretched where the aspect differs. Channels are treated alike: drop alpha first.
 *
 * 8-bit pictures come out bit for bit as Pillow's `Image.resize` makes them (antialias) or as OpenCV's `resize` does (`area`, and
 * `bilinear` without antialias); 16-bit pictures by the same formulas in float64, rounded once.
 * @throws RangeError where a size is not a positive integer, or the filter is not offered without antialias.
 */
export function resize(image: Image, width: number, height: number, { filter = "bilinear", antialias = true }: ResizeOptions = {}): Image {
  if (![width, height].every((size) => Number.isInteger(size) && size > 0)) {
    throw new RangeError(`resize: sizes must be positive integers, got ${width} × ${height}`);
  }
  if (filter === "nearest") return nearest(image, width, height);
  if (filter === "area") {
    const shrinks = width <= image.width && height <= image.height;
    return shrinks ? areaAverage(image, width, height) : interpolate(image, width, height, "area");
  }
  if (antialias) return resample(image, width, height, filter);
  if (filter === "bilinear") return interpolate(image, width, height, "center");
  throw new RangeError(`resize: ${filter} without antialias is not offered, as libraries differ on what it is`);
}

/** The pixel under the centre of each output pixel; the position is summed up as Pillow does, so that ties fall the same way. */
function nearest(image: Image, width: number, height: number): Image {
  const { channels, bitDepth } = image;
  const columns = positions(image.width, width);
  const rows = positions(image.height, height);
  const data = bitDepth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  let position = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * channels;
      for (let c = 0; c < channels; c++) data[position++] = image.data[from + c];
    }
  }
  return { width, height, channels, bitDepth, data };
}

function positions(from: number, to: number): Int32Array {
  const step = from / to;
  let position = step / 2;
  return Int32Array.from({ length: to }, () => {
    const pixel = Math.min(Math.floor(position), from - 1);
    position += step;
    return pixel;
  });
}
