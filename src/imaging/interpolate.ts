/** Bilinear interpolation between the four nearest pixels, without antialiasing: OpenCV's algorithm, in its fixed point for 8 bits. */
import type { Image } from "../loaders/image.ts";
import { roundHalfEven } from "./round-half-even.ts";

/** Between which two pixels of an axis each output pixel lies, and the weight of each. */
interface Neighbours {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Float64Array;
  readonly secondWeight: Float64Array;
}

/**
 * The picture at another size. `center` places output pixels by their centres; `area` is what OpenCV's INTER_AREA does when
 * enlarging: pixels keep their area and only those that straddle an edge are mixed.
 */
export function interpolate(image: Image, width: number, height: number, rule: "center" | "area"): Image {
  const { channels, bitDepth } = image;
  const isFixed = bitDepth === 8;
  const columns = neighbours(image.width, width, rule, isFixed);
  const rows = neighbours(image.height, height, rule, isFixed);
  const length = width * channels;
  const data = isFixed ? new Uint8Array(length * height) : new Uint16Array(length * height);
  for (let j = 0; j < height; j++) {
    const upper = mixColumns(image, rows.first[j], columns);
    const lower = mixColumns(image, rows.second[j], columns);
    const upperWeight = rows.firstWeight[j];
    const lowerWeight = rows.secondWeight[j];
    for (let i = 0; i < length; i++) {
      data[j * length + i] = isFixed
        ? (cut(upper[i], upperWeight) + cut(lower[i], lowerWeight) + 2) >> 2
        : Math.floor(upper[i] * upperWeight + lower[i] * lowerWeight + 0.5);
    }
  }
  return { width, height, channels, bitDepth, data };
}

/** OpenCV's vector code keeps 16 bits of each product before the last sum. */
const cut = (value: number, weight: number): number => ((value >> 4) * weight) >> 16;

/** A row of the picture with its columns mixed. */
function mixColumns({ width, channels, data }: Image, row: number, { first, second, firstWeight, secondWeight }: Neighbours): Float64Array {
  const mixed = new Float64Array(first.length * channels);
  for (let i = 0; i < first.length; i++) {
    for (let c = 0; c < channels; c++) {
      const left = data[(row * width + first[i]) * channels + c];
      const right = data[(row * width + second[i]) * channels + c];
      mixed[i * channels + c] = left * firstWeight[i] + right * secondWeight[i];
    }
  }
  return mixed;
}

/** Positions and shares are float32, as in OpenCV; its fixed-point weights have 11 binary places. */
function neighbours(from: number, to: number, rule: "center" | "area", isFixed: boolean): Neighbours {
  const inverse = to / from;
  const step = 1 / inverse;
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const share = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const position = rule === "center" ? Math.fround((i + 0.5) * step - 0.5) : i * step;
    const pixel = Math.floor(position);
    const over = Math.max(0, Math.fround(i + 1 - (pixel + 1) * inverse));
    share[i] = rule === "center" ? Math.fround(position - pixel) : over - Math.floor(over);
    first[i] = Math.min(Math.max(pixel, 0), from - 1);
    second[i] = Math.min(Math.max(pixel + 1, 0), from - 1);
  }
  const weight = (value: number) => (isFixed ? roundHalfEven(Math.fround(value) * 2048) : value);
  return { first, second, firstWeight: share.map((value) => weight(1 - value)), secondWeight: share.map(weight) };
}
