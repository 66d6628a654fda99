/** Lists of numbers on a command line. */
import { InvalidArgumentError } from "commander";

/** Parses "0.7,0.3". */
export function numbers(text: string): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!values.every(Number.isFinite)) throw new InvalidArgumentError("numbers with commas between them are needed.");
  return values;
}
