/** How a DICOM file says that its pixels are stored (PS3.3 C.7.6.3), checked before any is read. */
import { InputError } from "../../bytes.ts";
import { checkSize } from "../image.ts";
import { type DicomFile, decimalsOf, shown, textOf } from "./data-set.ts";

export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly photometric: Photometric;
  readonly samplesPerPixel: 1 | 3;
  /** Whether the three colours of a pixel lie apart, a plane each. */
  readonly isPlanar: boolean;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
}

/** What samples mean, and how many a pixel has. */
const samplesOf = {
  MONOCHROME1: 1,
  MONOCHROME2: 1,
  "PALETTE COLOR": 1,
  RGB: 3,
  YBR_FULL: 3,
  YBR_FULL_422: 3,
  YBR_ICT: 3,
  YBR_RCT: 3,
} as const;

export type Photometric = keyof typeof samplesOf;

const isPhotometric = (text: string): text is Photometric => Object.hasOwn(samplesOf, text);

/** @throws InputError for pixels that are missing, contradict themselves, or are of a kind that is not read. */
export function readPixelFormat({ dataSet, name }: DicomFile): PixelFormat {
  if (!dataSet.elements.x7fe00010) throw new InputError(name, problemWithoutPixels(Object.keys(dataSet.elements)));
  const required = (tag: string, what: string): number => {
    const value = dataSet.uint16(tag);
    if (value === undefined) throw new InputError(name, `is a DICOM file that does not tell its ${what}`);
    return value;
  };
  const [rows, columns] = [required("x00280010", "rows"), required("x00280011", "columns")];
  checkSize(columns, rows, name);
  const photometric = textOf(dataSet, "x00280004") ?? "none";
  if (!isPhotometric(photometric))
    throw new InputError(
      name,
      `has the photometric interpretation ${shown(photometric)}; only ${Object.keys(samplesOf).join(", ")} can be read`,
    );
  const samplesPerPixel = samplesOf[photometric];
  const samples = dataSet.uint16("x00280002") ?? 1;
  if (samples !== samplesPerPixel) throw new InputError(name, `is ${photometric} with ${samples} samples a pixel, not ${samplesPerPixel}`);
  const bitsAllocated = required("x00280100", "bits allocated");
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32)
    throw new InputError(name, `has samples of ${bitsAllocated} bits, only 8, 16 and 32 can be read`);
  const bitsStored = dataSet.uint16("x00280101") ?? bitsAllocated;
  const highBit = dataSet.uint16("x00280102") ?? bitsStored - 1;
  if (bitsStored < 1 || highBit >= bitsAllocated || highBit < bitsStored - 1)
    throw new InputError(name, `cannot store ${bitsStored} bits up to bit ${highBit} in ${bitsAllocated}`);
  if (photometric.startsWith("YBR") && bitsStored !== 8)
    throw new InputError(name, `is ${photometric} of ${bitsStored} bits, only 8 can be read`);
  const isSigned = (dataSet.uint16("x00280103") ?? 0) === 1;
  if (isSigned && !photometric.startsWith("MONOCHROME")) throw new InputError(name, `is ${photometric} with signed samples`);
  const isPlanar = samplesPerPixel === 3 && dataSet.uint16("x00280006") === 1;
  const [frames = 1] = decimalsOf(dataSet, "x00280008");
  if (!Number.isInteger(frames) || frames < 1) throw new InputError(name, `has no valid number of frames, got ${frames}`);
  return { rows, columns, frames, photometric, samplesPerPixel, isPlanar, bitsAllocated, bitsStored, highBit, isSigned };
}

function problemWithoutPixels(tags: readonly string[]): string {
  const isFloat = tags.includes("x7fe00008") || tags.includes("x7fe00009");
  return isFloat ? "holds pixels in floating point, only integers can be read" : "is a DICOM file without pixels (is it cut off?)";
}
