/** Classes of a dataset merged into fewer, as "COVID or not" of many diagnoses. */
import { InputError } from "../bytes.ts";
import type { Dataset } from "./dataset.ts";

/** The classes that each new class is made of, by name; `*` stands for all that no other takes. */
export type Merging = Readonly<Record<string, readonly string[]>>;

/** The tag that keeps the class that a film had before. */
export const GROUP = "group";

/**
 * The same samples with the merged classes, in the order in which they are named. Every sample keeps its former class as the tag `group`,
 * so that results can be told apart by it. Without `*` samples of classes that nothing takes are left out.
 * @throws InputError where a class is not in the dataset, is taken twice, or nothing is left of a new one.
 */
export function mergeClasses({ name, classes, samples }: Dataset, merging: Merging): Dataset {
  const merged = Object.keys(merging);
  const named = Object.values(merging).flat();
  const unknown = named.filter((part) => part !== "*" && !classes.includes(part));
  if (unknown.length > 0) throw new InputError(name, `has no class ${unknown.join(", ")} to merge, only ${classes.join(", ")}`);
  const twice = named.find((part, i) => named.indexOf(part) !== i);
  if (twice !== undefined) throw new InputError(name, `class ${twice} is merged into two`);
  const target = classes.map((part) => {
    const own = merged.findIndex((key) => merging[key].includes(part));
    return own >= 0 ? own : merged.findIndex((key) => merging[key].includes("*"));
  });
  const kept = samples.flatMap((sample) => {
    const { label, tags } = sample;
    if (label === undefined || target[label] < 0) return [];
    return [{ ...sample, label: target[label], tags: { ...tags, [GROUP]: classes[label] } }];
  });
  const empty = merged.filter((_, c) => kept.every(({ label }) => label !== c));
  if (empty.length > 0) throw new InputError(name, `has no picture of ${empty.join(", ")} once its classes are merged`);
  return { name, classes: merged, samples: kept };
}
