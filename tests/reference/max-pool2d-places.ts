/** The number of each window's largest element, counted through the map in row-major or column-major order. */
import type { MaxPool2dPlacesOptions } from "../../src/kernels/max-pool2d-places.ts";
import { at, generate, type Values } from "./values.ts";

const both = (value: number | readonly [number, number]): readonly [number, number] => (typeof value === "number" ? [value, value] : value);

export function maxPool2dPlaces(
  x: Values,
  { kernel, stride = kernel, padding = 0, dilation = 1, columnMajor = false }: MaxPool2dPlacesOptions,
): Values {
  const [n, channels, height, width] = x.shape;
  const [[kh, kw], [sy, sx], [dy, dx]] = [both(kernel), both(stride), both(dilation)];
  const [top, left, bottom = top, right = left] = typeof padding === "number" ? [padding, padding] : padding;
  const rows = Math.floor((height + top + bottom - dy * (kh - 1) - 1) / sy) + 1;
  const columns = Math.floor((width + left + right - dx * (kw - 1) - 1) / sx) + 1;
  return generate([n, channels, rows, columns], ([b, c, i, j]) => {
    const places: [number, number][] = [];
    generate([kh, kw], ([u, v]) => places.push([i * sy + u * dy - top, j * sx + v * dx - left]));
    const inside = places.filter(([h, w]) => h >= 0 && h < height && w >= 0 && w < width);
    const value = ([h, w]: readonly [number, number]): number => at(x, [b, c, h, w]);
    const [h, w] = inside.reduce((best, place) => (value(place) > value(best) ? place : best));
    return (b * channels + c) * height * width + (columnMajor ? w * height + h : h * width + w);
  });
}
