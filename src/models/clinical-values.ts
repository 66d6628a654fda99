/** Numbers that a network reads beside a film, such as age or a laboratory value: by name outside, as shares of a range inside. */
import { InputError } from "../bytes.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { readValueScaler, scaledBy, type ValueScaler } from "./value-scaler.ts";

/** The numbers in the order in which the network reads them, with the range of each in training. Plain data, stored with the model. */
export interface ClinicalValues extends ValueScaler {
  readonly names: readonly string[];
}

/**
 * What is given for a film, in the network's order.
 * @param clinical - what the network reads; nothing where it sees films alone.
 * @param subject - whose numbers they are, for an error.
 * @throws InputError for numbers that are missing, that nobody reads, or that are not finite.
 */
export function clinicalRow(
  clinical: ClinicalValues | undefined,
  given: Readonly<Record<string, number>> = {},
  subject: string,
): readonly number[] | undefined {
  const { names = [] } = clinical ?? {};
  const unread = Object.keys(given).filter((name) => !names.includes(name));
  if (unread.length > 0)
    throw new InputError(subject, `${unread.join(", ")}: the network reads ${names.length > 0 ? names.join(", ") : "films alone"}`);
  if (!clinical) return undefined;
  const missing = names.filter((name) => !Number.isFinite(given[name]));
  if (missing.length > 0)
    throw new InputError(subject, `the network reads ${names.join(", ")} beside the film, there is no ${missing.join(", ")}`);
  return names.map((name) => given[name]);
}

/** Rows of numbers as the network reads them: [rows, names], each as its share of the range. */
export function clinicalTensor(clinical: ClinicalValues, rows: readonly (readonly number[])[]): Tensor {
  const scaled = rows.flatMap((row) => row.map((value, i) => scaledBy(clinical, value, i)));
  return tensor([rows.length, clinical.names.length], Float32Array.from(scaled));
}

/**
 * Reads the parsed `clinical` of metadata `input`.
 * @param fail - makes the error of a problem with the file.
 */
export function readClinicalValues(given: unknown, fail: (problem: string) => Error): ClinicalValues {
  const { names }: Partial<Record<string, unknown>> = typeof given === "object" && given !== null ? { ...given } : {};
  if (!isNames(names) || names.length === 0 || new Set(names).size < names.length)
    throw fail("metadata input clinical must have names, each once");
  return { names, ...readValueScaler(given, names.length, "input clinical", fail) };
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
