/** What a network learns from: pictures by reference, what each shows, and whom it shows. */
import { InputError, type Source } from "../bytes.ts";

/** One picture of a dataset. */
export interface Sample {
  /** The picture as its manifest or folder names it; it stands in messages. */
  readonly name: string;
  readonly picture: Source;
  /** What a network is shown in its place: a picture that was made of it beforehand, as of film and lungs. */
  readonly seen?: Source;
  /** The name of the film that it is a changed copy of, where it is one. */
  readonly copyOf?: string;
  /** Its class: an index into the dataset's `classes`. */
  readonly label?: number;
  /** Numbers to be predicted, for regression. */
  readonly values?: readonly number[];
  /** Numbers that the network reads beside the picture, by name. */
  readonly clinical?: Readonly<Record<string, number>>;
  /** The picture of the region to be found, for segmentation: white inside. */
  readonly mask?: Source;
  /** The picture of what readers have outlined: white inside. Nothing is learnt of it; maps are judged by it. */
  readonly outline?: Source;
  /** Whom it shows, and what else it belongs together with: equal names never come into different sets. */
  readonly patient?: string;
  readonly group?: string;
  /** The set its manifest puts it into, such as "train", "val" or "test". */
  readonly split?: string;
  /** What else its manifest says of it that results are told apart by, such as where it comes from. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Dataset {
  /** Where it was read from, for messages. */
  readonly name: string;
  /** In the order of the network's outputs; empty where nothing is classified. */
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
}

/** The samples that a manifest puts into one set, as a dataset of their own. */
export const samplesIn = (dataset: Dataset, split: string): Dataset =>
  subset(
    dataset,
    [...dataset.samples.keys()].filter((i) => dataset.samples[i].split === split),
    split,
  );

/** The samples at these places, in this order. */
export const subset = ({ name, classes, samples }: Dataset, indices: Iterable<number>, part: string): Dataset => ({
  name: `${name} (${part})`,
  classes,
  samples: Array.from(indices, (i) => samples[i]),
});

/** How many samples each class has. */
export function classCounts({ classes, samples }: Dataset): number[] {
  const counts = new Array<number>(classes.length).fill(0);
  for (const { label } of samples) if (label !== undefined) counts[label]++;
  return counts;
}

/**
 * A classifier needs two classes, and a picture of each.
 * @throws InputError where there are no samples, fewer classes, or a class without a sample.
 */
export function checkClasses(dataset: Dataset): void {
  const { name, classes, samples } = dataset;
  if (samples.length === 0) throw new InputError(name, "holds no pictures");
  if (classes.length === 1) throw new InputError(name, `has one class only (${classes[0]}), nothing can be told apart`);
  const counts = classCounts(dataset);
  const empty = classes.filter((_, i) => counts[i] === 0);
  if (empty.length > 0) {
    const full = classes.flatMap((label, i) => (counts[i] > 0 ? [`${label} ${counts[i]}`] : []));
    throw new InputError(name, `has no picture of ${empty.join(", ")}, only ${full.join(", ")}`);
  }
}

/**
 * Every file that is missing is told at once. Looks at paths only, and under Node alone unless it is told how: URLs and Blobs are met when
 * they are read.
 * @throws InputError naming the first ten and how many there are.
 */
export async function checkFiles(
  { name, samples }: Dataset,
  isThere: ((path: string) => Promise<boolean>) | undefined = onDisk(),
): Promise<void> {
  const paths = samples.flatMap(({ picture, mask, outline }) => [picture, mask, outline]).filter((source) => source !== undefined);
  if (!isThere) return;
  const isRead = async (source: Source) => typeof source !== "string" || /^[a-z][a-z0-9+.-]+:\/\//i.test(source) || isThere(source);
  const found = await Promise.all(paths.map(isRead));
  const missing = paths.filter((_, i) => !found[i]);
  if (missing.length === 0) return;
  const shown = missing.slice(0, 10).join(", ");
  const more = missing.length > 10 ? `, … (${missing.length} in all)` : "";
  throw new InputError(name, `${missing.length} of ${paths.length} files are missing: ${shown}${more}`);
}

/** Tells whether there is a file, where there is a disk. */
function onDisk(): ((path: string) => Promise<boolean>) | undefined {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  return (
    fs &&
    ((path) =>
      fs.stat(path).then(
        (found) => found.isFile(),
        () => false,
      ))
  );
}
