/** Windows: which values of a film are spread from black to white (PS3.3 C.11.2). */
import type { DataSet } from "dicom-parser";
import { InputError } from "../../bytes.ts";
import { decimalsOf, shown, textOf } from "./data-set.ts";

export interface Window {
  readonly center: number;
  readonly width: number;
  readonly function: "LINEAR" | "LINEAR_EXACT" | "SIGMOID";
}

/** @throws InputError for windows that are no numbers, too narrow for their function, or of a function that is not known. */
export function readWindows(dataSet: DataSet, name: string): Window[] {
  const [centers, widths] = [decimalsOf(dataSet, "x00281050"), decimalsOf(dataSet, "x00281051")];
  if (centers.length !== widths.length) throw new InputError(name, `has ${centers.length} window centers and ${widths.length} widths`);
  const named = textOf(dataSet, "x00281056") ?? "LINEAR";
  if (named !== "LINEAR" && named !== "LINEAR_EXACT" && named !== "SIGMOID")
    throw new InputError(name, `has an unknown VOI function, ${shown(named)}`);
  return centers.map((center, i) => {
    const width = widths[i];
    if (!Number.isFinite(center) || !(named === "LINEAR" ? width >= 1 : width > 0) || width === Number.POSITIVE_INFINITY)
      throw new InputError(name, `has a window that cannot be, center ${center} and width ${width}`);
    return { center, width, function: named };
  });
}

/** The share of white of a value, 0 to 1. */
export function windowed({ center, width, function: named }: Window): (value: number) => number {
  if (named === "SIGMOID") return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  // LINEAR counts the values within, LINEAR_EXACT the distance from the first to the last.
  const [middle, span] = named === "LINEAR" ? [center - 0.5, width - 1] : [center, width];
  return (value) => (value <= middle - span / 2 ? 0 : value > middle + span / 2 ? 1 : (value - middle) / span + 0.5);
}
