/** Training as a file: weights, the optimiser's state and averages by name, and where the schedule, the sampler and the epochs stood. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import type { Program } from "../graph/program.ts";
import { isParameter, labelOf, type Node } from "../kernels/op.ts";
import { type MisshapedName, WeightsError } from "../loaders/names.ts";
import { readSafetensors, writeSafetensors } from "../loaders/safetensors.ts";
import { toFloat32 } from "../loaders/stored-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { type FileSystem, writeWhole } from "./write-file.ts";

/** What JSON holds; numbers are finite, and come back as they were. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Checkpoint {
  /** Parameters by their names: weights and running statistics as torchvision calls them, state under `optimizer.`. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** All else that going on needs: epoch, step, best score, schedule, sampler and random state. */
  readonly state: { readonly [key: string]: Json };
  /** What the model file of these weights says of itself (see `readDescription`). */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The metadata key that tells a checkpoint from a model file. */
const KEY = "checkpoint";

/**
 * Writes a checkpoint; the one that was there before stays until this one is whole. The same checkpoint gives the same bytes.
 * @throws InputError if the file cannot be written.
 * @throws Error if the state holds what JSON cannot.
 */
export async function writeCheckpoint(path: string, { values, state, metadata }: Checkpoint, files?: FileSystem): Promise<void> {
  const text = JSON.stringify(state, (key, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`checkpoint: ${key} must be finite, got ${value}`);
    return value;
  });
  await writeWhole(path, writeSafetensors(values, { dtype: "F32", metadata: { ...metadata, [KEY]: text } }), files);
}

/**
 * Reads a checkpoint.
 * @throws InputError if the file is cut off, no safetensors file, or no checkpoint.
 */
export async function readCheckpoint(source: Source): Promise<Checkpoint> {
  const file = nameOf(source);
  const { tensors, metadata } = readSafetensors(await readBytes(source), file);
  const { [KEY]: text, ...rest } = metadata;
  if (text === undefined) throw new InputError(file, "is no checkpoint: its metadata do not say where training stood");
  const values = new Map([...tensors].map(([name, stored]) => [name, { shape: stored.shape, data: toFloat32(stored) }]));
  return { values, state: stateFrom(text, file), metadata: rest };
}

function stateFrom(text: string, file: string): Checkpoint["state"] {
  let state: Json;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw new InputError(file, "its metadata checkpoint is not JSON", { cause });
  }
  if (isRecord(state)) return state;
  throw new InputError(file, `its metadata checkpoint is not an object, got ${text.slice(0, 100)}`);
}

const isRecord = (value: Json): value is Checkpoint["state"] => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * What parameters of a program hold, by name.
 * @throws Error if two have one name.
 */
export async function valuesOf(program: Pick<Program, "read">, parameters: readonly Node[]): Promise<Map<string, Tensor>> {
  const named = nodesByName(parameters);
  const read = await program.read([...named.values()]);
  return new Map([...named.keys()].map((name, index) => [name, read[index]]));
}

/**
 * A checkpoint's values for the parameters of a program, for `write`.
 * @throws WeightsError with every name that is missing, unexpected or of another shape: the checkpoint is of another network, or of another
 * optimiser.
 */
export function valuesFor(parameters: readonly Node[], { values }: Checkpoint, subject = "checkpoint"): [Node, Tensor][] {
  const named = nodesByName(parameters);
  const missing = [...named.keys()].filter((name) => !values.has(name));
  const unexpected = [...values.keys()].filter((name) => !named.has(name));
  const misshaped: MisshapedName[] = [];
  const fitting = [...named].flatMap(([name, node]): [Node, Tensor][] => {
    const value = values.get(name);
    if (!value) return [];
    if (String(value.shape) !== String(node.shape)) misshaped.push({ name, expected: node.shape, got: value.shape });
    return [[node, value]];
  });
  if (missing.length + unexpected.length + misshaped.length > 0) throw new WeightsError(subject, { missing, unexpected, misshaped });
  return fitting;
}

function nodesByName(parameters: readonly Node[]): Map<string, Node> {
  const named = new Map<string, Node>();
  for (const node of parameters) {
    if (!isParameter(node)) throw new Error(`checkpoint: ${labelOf(node)} is no parameter`);
    if (named.has(node.attrs.name)) throw new Error(`checkpoint: two parameters are called ${node.attrs.name}`);
    named.set(node.attrs.name, node);
  }
  return named;
}
