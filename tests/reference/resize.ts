/** A map at another size: the nearest pixel before, or a weighted mean of the four around. */
import { type Values, values } from "./values.ts";

export interface ResizeOptions {
  readonly mode?: "nearest" | "bilinear";
  readonly alignCorners?: boolean;
}

export function resize(
  x: Values,
  [outH, outW]: readonly [number, number],
  { mode = "nearest", alignCorners = false }: ResizeOptions = {},
): Values {
  const [batch, channels, height, width] = x.shape;
  const y = values([batch, channels, outH, outW]);
  let to = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    const pixel = (row: number, column: number): number => x.data[(plane * height + row) * width + column];
    for (let i = 0; i < outH; i++)
      for (let j = 0; j < outW; j++) {
        if (mode === "nearest") {
          y.data[to++] = pixel(Math.floor((i * height) / outH), Math.floor((j * width) / outW));
          continue;
        }
        const row = position(i, height, outH, alignCorners);
        const column = position(j, width, outW, alignCorners);
        const [top, left] = [Math.floor(row), Math.floor(column)];
        const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
        const upper = pixel(top, left) * (1 - (column - left)) + pixel(top, right) * (column - left);
        const lower = pixel(bottom, left) * (1 - (column - left)) + pixel(bottom, right) * (column - left);
        y.data[to++] = upper * (1 - (row - top)) + lower * (row - top);
      }
  }
  return y;
}

/** Where output pixel i lies between input pixels: its centre's place, or, with corners aligned, in equal steps from first to last. */
function position(i: number, size: number, outSize: number, alignCorners: boolean): number {
  if (alignCorners) return outSize === 1 ? 0 : (i * (size - 1)) / (outSize - 1);
  return Math.max(((i + 0.5) * size) / outSize - 0.5, 0);
}
