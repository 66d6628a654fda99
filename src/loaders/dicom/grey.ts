/** Stored values of a grey film as the greys of a picture: as networks take them, or as a viewer shows them. */
import { InputError } from "../../bytes.ts";
import type { DecodeOptions } from "../image.ts";
import { type DicomFile, decimalsOf, functionalGroup, itemOf, lookUp, lookUpTable, textOf } from "./data-set.ts";
import type { PixelFormat } from "./pixel-format.ts";
import { readWindows, type Window, windowed } from "./window.ts";

/** A grey for each stored value, from 0 to white. */
export interface Greys {
  readonly bitDepth: 8 | 16;
  grey(stored: number): number;
}

/** How a film's stored values become greys. */
export const readGreys = (file: DicomFile, format: PixelFormat, options: DecodeOptions): Greys =>
  options.pixels === "display" ? displayGreys(file, format, options) : storedGreys(format);

/**
 * The stored values themselves, in 8 bits, as networks are trained on films (Keidar 2021): more bits are shifted out, MONOCHROME1 is
 * inverted, no window and no look-up table is applied. Fewer than 8 bits are scaled up and signed values begin at their least, so that
 * black is 0 and white 255 always.
 */
function storedGreys({ bitsStored, isSigned, photometric }: PixelFormat): Greys {
  const least = isSigned ? -(2 ** (bitsStored - 1)) : 0;
  const inEight = (value: number): number =>
    bitsStored > 8 ? Math.floor(value / 2 ** (bitsStored - 8)) : Math.round((value * 255) / (2 ** bitsStored - 1));
  const isInverted = photometric === "MONOCHROME1";
  return { bitDepth: 8, grey: (stored) => (isInverted ? 255 - inEight(stored - least) : inEight(stored - least)) };
}

/**
 * The grayscale pipeline of PS3.4 N.2: modality table or rescale, VOI table or window, presentation. The range of what reaches the
 * last step becomes black to white. A VOI table is preferred to a window unless a window is chosen; padding is black.
 */
function displayGreys(file: DicomFile, format: PixelFormat, { window, frame = 1 }: DecodeOptions): Greys {
  const { bitsStored, photometric } = format;
  const { value, least, most } = readModality(file, format, frame);
  const voi = functionalGroup(file.dataSet, frame, "x00289132");
  const share = readVoi({ ...file, dataSet: voi }, format, { least, most }, window);
  const shape = textOf(file.dataSet, "x20500020");
  const isInverted = shape === undefined ? photometric === "MONOCHROME1" : shape === "INVERSE";
  const isPadding = readPadding(file, format);
  const white = bitsStored > 8 ? 65535 : 255;
  const grey = (stored: number): number => {
    if (isPadding(stored)) return 0;
    const bright = Math.min(Math.max(share(value(stored)), 0), 1);
    return Math.round(white * (isInverted ? 1 - bright : bright));
  };
  return { bitDepth: white === 255 ? 8 : 16, grey };
}

/** Stored values to the units that windows are in, and the range that stored values can reach there. */
interface Modality {
  readonly value: (stored: number) => number;
  readonly least: number;
  readonly most: number;
}

function readModality({ dataSet, name }: DicomFile, { bitsStored, isSigned }: PixelFormat, frame: number): Modality {
  const item = itemOf(dataSet, "x00283000");
  if (item) {
    const table = lookUpTable(item, { descriptor: "x00283002", data: "x00283006", isSigned, name });
    return { value: (stored) => lookUp(table, stored), least: 0, most: 2 ** table.bits - 1 };
  }
  const group = functionalGroup(dataSet, frame, "x00289145");
  const [[slope = 1], [intercept = 0]] = [decimalsOf(group, "x00281053"), decimalsOf(group, "x00281052")];
  if (!Number.isFinite(slope) || !Number.isFinite(intercept) || slope === 0)
    throw new InputError(name, `has no valid rescale slope and intercept, got ${slope} and ${intercept}`);
  const value = (stored: number): number => stored * slope + intercept;
  const half = 2 ** (bitsStored - 1);
  const ends = (isSigned ? [-half, half - 1] : [0, 2 * half - 1]).map(value);
  return { value, least: Math.min(...ends), most: Math.max(...ends) };
}

/** Values to their share of the output's range. */
function readVoi(
  { dataSet, name }: DicomFile,
  { isSigned }: PixelFormat,
  { least, most }: { readonly least: number; readonly most: number },
  chosen: number | undefined,
): (value: number) => number {
  const item = chosen === undefined ? itemOf(dataSet, "x00283010") : undefined;
  if (item) {
    const table = lookUpTable(item, { descriptor: "x00283002", data: "x00283006", isSigned, name });
    return (value) => lookUp(table, value) / (2 ** table.bits - 1);
  }
  const windows = readWindows(dataSet, name);
  if (chosen !== undefined && !windows[chosen - 1])
    throw new InputError(name, `has ${windows.length} windows, there is no window ${chosen}`);
  const window: Window | undefined = windows[(chosen ?? 1) - 1];
  return window ? windowed(window) : (value) => (value - least) / (most - least);
}

/** Which stored values are no part of the film (PS3.3 C.7.5.1.1.2). */
function readPadding({ dataSet }: DicomFile, { isSigned }: PixelFormat): (stored: number) => boolean {
  const read = (tag: string): number | undefined => (isSigned ? dataSet.int16(tag) : dataSet.uint16(tag));
  const value = read("x00280120");
  if (value === undefined) return () => false;
  const limit = read("x00280121") ?? value;
  const [from, to] = [Math.min(value, limit), Math.max(value, limit)];
  return (stored) => stored >= from && stored <= to;
}
