/** What weights from anywhere are: what their file says of them, then what the caller says, then what is published for the network. */
import { InputError } from "../bytes.ts";
import type { WeightsFile } from "../loaders/weights-file.ts";
import { type ModelDescription, publishedMetadata, readDescription } from "./description.ts";
import { networkNamed } from "./registry.ts";

export interface Said {
  /** The network, for a file that does not name it. */
  readonly arch?: string;
  /** The classes in the order of the outputs, for a file that does not name them. */
  readonly labels?: readonly string[];
}

/** The description of a model, and the metadata by which a file of ours would give it. */
export interface Described {
  readonly description: ModelDescription;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * @throws InputError where nobody names the network, the file names another one, or the classes are not as many as its outputs.
 */
export function describeWeights({ tensors, metadata, isModel }: WeightsFile, file: string, { arch, labels }: Said): Described {
  if (arch && metadata.arch && arch !== metadata.arch) throw new InputError(file, `says that its network is ${metadata.arch}, not ${arch}`);
  const name = arch ?? metadata.arch;
  if (isModel || !name) {
    const complete = labels ? { ...metadata, classes: JSON.stringify(labels) } : metadata;
    return { description: readDescription(complete, file), metadata: complete };
  }
  const { head, classes: usual } = networkNamed(name);
  const count = classCount(tensors, head);
  if (labels && count !== undefined && labels.length !== count)
    throw new InputError(file, `has ${count} classes, got ${labels.length} labels`);
  const numbered = Array.from({ length: count ?? usual }, (_, index) => `class ${index}`);
  const published = publishedMetadata(name, labels ?? numbered);
  const complete = { ...published, ...metadata, ...(labels && { classes: published.classes }) };
  return { description: { ...readDescription(complete, file), metadata }, metadata: complete };
}

/** Outputs of the last layer, by its weight. */
function classCount(tensors: WeightsFile["tensors"], head: readonly string[]): number | undefined {
  for (const [name, { shape }] of tensors) if (name.endsWith(".weight") && head.some((start) => name.startsWith(start))) return shape[0];
  return undefined;
}
