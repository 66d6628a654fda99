/** The values that a network starts training with: a file's, those of a file's trunk alone, and fresh ones for the rest. */
import { nameOf, type Source } from "../bytes.ts";
import { readWeights } from "../loaders/weights-file.ts";
import { type Network, networkNamed } from "../models/registry.ts";
import { type LoadedWeights, toTensors, weightsFrom } from "../models/weights.ts";
import type { Tensor } from "../tensor.ts";

export interface StartFile {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** What became of a file's values. */
export interface StartReport {
  readonly file: string;
  /** The network's values that are the file's, under the network's names. */
  readonly loaded: readonly string[];
  /** Those that are fresh. */
  readonly drawn: readonly string[];
  /** The file's values that the network has no place for, under the file's names. */
  readonly left: readonly string[];
}

export interface Start {
  readonly weights: LoadedWeights;
  /** To be called when the network is built. */
  report(): StartReport;
}

export async function readStart(source: Source, arch: string): Promise<StartFile> {
  const { tensors, metadata } = await readWeights(source, { arch });
  return { name: nameOf(source), metadata, tensors: toTensors(tensors) };
}

/**
 * The file's values, but for those of a last layer that was for other classes. A file of the network that the trunk is made of, such as a
 * ResNet of ImageNet under Keidar's layers, gives the trunk; its own last layer is left.
 */
export function startFrom({ name: file, metadata, tensors }: StartFile, network: Network, classes: readonly string[], seed: number): Start {
  const { head, trunk } = network;
  const names = [...tensors.keys()];
  const isTrunk = trunk !== undefined && !names.some((name) => name.startsWith(trunk.prefix));
  const isOther = metadata.classes !== undefined && metadata.classes !== JSON.stringify(classes);
  const without = isTrunk ? networkNamed(trunk.network).head : isOther ? head : [];
  const kept = names.filter((name) => !without.some((start) => name.startsWith(start)));
  const ours = (name: string) => (isTrunk ? trunk.prefix + name : name);
  const known = new Map([...tensors].flatMap(([name, value]) => (kept.includes(name) ? [[ours(name), value] as const] : [])));
  const weights = weightsFrom(known, { newHead: isTrunk ? trunk.above : head, seed });
  return {
    weights,
    report() {
      const asked = weights.values.map(({ attrs }) => attrs);
      const isLoaded = ({ name, tensor }: (typeof asked)[number]) => tensor !== undefined && tensor === known.get(name);
      const loaded = new Set(asked.filter(isLoaded).map(({ name }) => name));
      return {
        file,
        loaded: [...loaded],
        drawn: asked.flatMap(({ name }) => (loaded.has(name) ? [] : [name])),
        left: names.filter((name) => !loaded.has(ours(name)) || !kept.includes(name)),
      };
    },
  };
}
