/** The scale of a DICOM film. */
import type { DataSet } from "dicom-parser";
import type { PixelSpacing } from "../image.ts";
import { decimalsOf, functionalGroup, textOf } from "./data-set.ts";

/**
 * Pixel Spacing, else Imager Pixel Spacing. The first holds in the patient where it was calibrated, which a file says by its calibration
 * type or by giving both and different ones (PS3.3 10.7.1.3); otherwise both hold at the detector. Undefined where there is neither, or no
 * two positive numbers.
 */
export function readSpacing(dataSet: DataSet, frame: number): PixelSpacing | undefined {
  const own = positivePair(decimalsOf(functionalGroup(dataSet, frame, "x00289110"), "x00280030"));
  const imager = positivePair(decimalsOf(dataSet, "x00181164"));
  const [row, column] = own ?? imager ?? [];
  if (row === undefined || column === undefined) return undefined;
  const differs = own !== undefined && imager !== undefined && (own[0] !== imager[0] || own[1] !== imager[1]);
  const isCalibrated = own !== undefined && (textOf(dataSet, "x00280a02") !== undefined || differs);
  return { row, column, at: isCalibrated ? "patient" : "detector" };
}

const positivePair = (values: readonly number[]): readonly number[] | undefined =>
  values.length === 2 && values.every((value) => value > 0 && Number.isFinite(value)) ? values : undefined;
