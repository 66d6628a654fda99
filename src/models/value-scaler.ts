/** What the outputs of a regression mean in their units: a network learns them as shares of a range, and a model answers in units. */
import { add, mul } from "../kernels/arithmetic.ts";
import { type Node, parameter } from "../kernels/op.ts";
import { tensor } from "../tensor.ts";

/** What is 0 and what is 1 of each value, in its unit. Plain data, stored with the model that predicts them. */
export interface ValueScaler {
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
}

/** A scaled value in its unit; `i` counts the values. */
export const inUnits = ({ lowest, highest }: ValueScaler, scaled: number, i: number): number =>
  lowest[i] + scaled * (highest[i] - lowest[i]);

/** The share of its range that a value in its unit is. */
export const scaledBy = ({ lowest, highest }: ValueScaler, value: number, i: number): number =>
  (value - lowest[i]) / (highest[i] - lowest[i]);

/** Scaled values [n, values] in their units, on the GPU. */
export function nodeInUnits({ lowest, highest }: ValueScaler, scaled: Node): Node {
  const row = (name: string, numbers: readonly number[]): Node =>
    parameter(name, [1, numbers.length], tensor([1, numbers.length], Float32Array.from(numbers)));
  const spans = highest.map((value, i) => value - lowest[i]);
  return add(mul(scaled, row("spans of the values", spans)), row("lowest values", lowest));
}

/**
 * Reads a scaler from parsed metadata.
 * @param count - how many values there are.
 * @param key - where in the metadata it stands.
 * @param fail - makes the error of a problem with the file.
 */
export function readValueScaler(given: unknown, count: number, key: string, fail: (problem: string) => Error): ValueScaler {
  const { lowest, highest }: Partial<Record<string, unknown>> = typeof given === "object" && given !== null ? { ...given } : {};
  if (!isNumbers(lowest, count) || !isNumbers(highest, count))
    throw fail(`metadata ${key} must have lowest and highest, ${count} numbers each`);
  if (!highest.every((value, i) => value > lowest[i])) throw fail(`metadata ${key} highest must be above lowest`);
  return { lowest, highest };
}

const isNumbers = (value: unknown, count: number): value is number[] =>
  Array.isArray(value) && value.length === count && value.every((item) => typeof item === "number" && Number.isFinite(item));
