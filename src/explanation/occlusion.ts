/** Occlusion maps (Zeiler and Fergus 2014): what becomes of a score when a window of the picture is hidden, window by window. */
import { InputError } from "../bytes.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { HeatMap } from "./heat-map.ts";

/**
 * signed: by how much the logit falls (below 0: it rises) when a place is hidden · drop: by how much the score falls, 0 where it rises ·
 * flip: how many of the windows over a place change whether the class is the first, or reaches its threshold.
 */
export type OcclusionForm = "signed" | "drop" | "flip";

export const occlusionForms: readonly OcclusionForm[] = ["drop", "signed", "flip"];

/** The corners of windows, one a window. */
export interface Windows {
  readonly size: number;
  readonly places: readonly { readonly x: number; readonly y: number }[];
}

/**
 * Windows of `size` pixels a side, `stride` apart from the top left corner on; where they do not end at the border one more does, so that
 * no pixel is left out.
 * @throws InputError if the window is larger than the picture, or the stride larger than the window.
 */
export function windowsOver(width: number, height: number, size: number, stride: number): Windows {
  if (!Number.isInteger(size) || size < 1 || size > Math.min(width, height))
    throw new InputError(
      "window",
      `must be 1 to ${Math.min(width, height)} pixels, since the network sees ${width} × ${height}, got ${size}`,
    );
  if (!Number.isInteger(stride) || stride < 1 || stride > size)
    throw new InputError("stride", `must be 1 to ${size} pixels, so that windows of ${size} leave no gaps, got ${stride}`);
  const along = (length: number): number[] => {
    const starts = Array.from({ length: Math.floor((length - size) / stride) + 1 }, (_, i) => i * stride);
    return starts[starts.length - 1] + size < length ? [...starts, length - size] : starts;
  };
  const columns = along(width);
  return { size, places: along(height).flatMap((y) => columns.map((x) => ({ x, y }))) };
}

/** The inputs "rows" and "columns" of some windows (see `rectangles`); a window that is undefined hides nothing. */
export function windowInputs(
  places: readonly ({ readonly x: number; readonly y: number } | undefined)[],
  size: number,
  width: number,
  height: number,
): { readonly rows: Tensor; readonly columns: Tensor } {
  const rows = tensor([places.length, 1, height, 1]);
  const columns = tensor([places.length, 1, 1, width]);
  for (const [n, place] of places.entries()) {
    if (!place) continue;
    rows.data.fill(1, n * height + place.y, n * height + place.y + size);
    columns.data.fill(1, n * width + place.x, n * width + place.x + size);
  }
  return { rows, columns };
}

/** The mean over the windows that cover each pixel of what was found with each window. */
export function spread({ size, places }: Windows, found: ArrayLike<number>, width: number, height: number): HeatMap {
  const sums = new Float64Array(width * height);
  const counts = new Uint32Array(width * height);
  for (const [n, { x, y }] of places.entries()) {
    for (let row = y; row < y + size; row++) {
      for (let i = row * width + x; i < row * width + x + size; i++) {
        sums[i] += found[n];
        counts[i]++;
      }
    }
  }
  return { width, height, values: Float32Array.from(sums, (sum, i) => sum / counts[i]) };
}
