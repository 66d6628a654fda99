/** From which side a DICOM film was taken. */
import type { DataSet } from "dicom-parser";
import { itemOf, shown, textOf } from "./data-set.ts";

/**
 * What a file says of its view: View Position (a code: PA, AP, LL, RL, …), else the meaning of its View Code Sequence, else the name of
 * the machine's processing, by which Keidar 2021 tell lateral films ("CHEST,LAT").
 */
export function readView(dataSet: DataSet): string | undefined {
  const code = itemOf(dataSet, "x00540220");
  const said = textOf(dataSet, "x00185101") ?? (code && textOf(code, "x00080104")) ?? textOf(dataSet, "x00181400");
  return said === undefined ? undefined : shown(said);
}
