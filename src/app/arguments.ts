/** What is typed behind an option, as numbers and lists. */
import { InvalidArgumentError } from "commander";

/** Texts without the space around them, and without those that are empty. */
const trimmed = (texts: readonly string[]): string[] => texts.map((text) => text.trim()).filter(Boolean);

/** Parses "a,b,c". */
export const list = (text: string): string[] => trimmed(text.split(","));

/** The labels among texts, at least one. */
export function labelsAmong(texts: readonly string[]): string[] {
  const labels = trimmed(texts);
  if (labels.length === 0) throw new InvalidArgumentError("there are no labels.");
  return labels;
}

/** Parses "a,b,c", at least one label. */
export const labelList = (text: string): string[] => labelsAmong(text.split(","));

/** Parses "0.7,0.3". */
export function numbers(text: string): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!values.every(Number.isFinite)) throw new InvalidArgumentError("numbers with commas between them are needed.");
  return values;
}

/** Parses a number from `least` to `most`. */
export function numberWithin(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most) || !Number.isFinite(value))
      throw new InvalidArgumentError(`a number ${Number.isFinite(most) ? `from ${least} to ${most}` : `of at least ${least}`} is needed.`);
    return value;
  };
}

/** Parses "column=a,b", an option that may be repeated. */
export function condition(text: string, others: Readonly<Record<string, readonly string[]>> = {}): Record<string, readonly string[]> {
  const [, column, values] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (column === undefined) throw new InvalidArgumentError("it reads column=value or column=value,value.");
  return { ...others, [column]: list(values) };
}
