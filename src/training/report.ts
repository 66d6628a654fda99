/** Test results told apart: over all films, and within each place they come from, where a network cannot win by telling the places apart. */
import type { ModelDescription } from "../models/description.ts";
import { type Confusion, meanSensitivity, predictedClasses } from "../statistics/confusion.ts";
import { meanOf } from "../statistics/mean.ts";
import { defined } from "../statistics/not-defined.ts";
import type { Tensor } from "../tensor.ts";
import type { Dataset } from "./dataset.ts";
import type { Evaluation } from "./evaluate.ts";
import { confusionOf, metricsOf } from "./metrics.ts";

/** Results on some of the films. */
export interface Part {
  /** Such as "source kermany". */
  readonly name: string;
  readonly films: number;
  /** The classes that its films are of. */
  readonly classes?: readonly string[];
  /** Over those classes, where the highest output among them is the answer; and where the highest of all is. */
  readonly balancedAccuracy?: number;
  readonly amongAll?: number;
  readonly dice?: number;
}

export interface Report {
  readonly films: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** For a classifier: how often each class (row) was taken for each other (column). */
  readonly confusion?: readonly (readonly number[])[];
  readonly parts: readonly Part[];
}

/** Values of a tag that count as one collection: both are the NLM's screening sets, read alike. */
const joined: Readonly<Record<string, string>> = { shenzhen: "shenzhen+montgomery", montgomery: "shenzhen+montgomery" };

/** Fewer films of a class than this tell nothing of a part. */
const LEAST = 10;

export function reportOf(description: ModelDescription, dataset: Dataset, evaluation: Evaluation): Report {
  const metrics = metricsOf(description, dataset, evaluation);
  const films = dataset.samples.length;
  if (description.task === "segmentation") return { films, metrics, parts: overlapParts(dataset, evaluation.rows) };
  if (description.task === "regression") return { films, metrics, parts: [] };
  const confusion = confusionOf(dataset, predictedClasses(evaluation.rows.data, evaluation.rows.shape[1]));
  return { films, metrics, confusion, parts: classParts(dataset, evaluation.rows) };
}

/** Within each source, over the classes of which it has films: their outputs alone are compared. */
function classParts(dataset: Dataset, rows: Tensor): Part[] {
  const predicted = predictedClasses(rows.data, rows.shape[1]);
  return grouped(dataset, "source", joined).flatMap(([source, places]) => {
    const counts = dataset.classes.map((_, c) => places.filter((place) => dataset.samples[place].label === c).length);
    const present = dataset.classes.flatMap((_, c) => (counts[c] >= LEAST ? [c] : []));
    if (present.length < 2) return [];
    const kept = places.filter((place) => present.includes(dataset.samples[place].label ?? -1));
    const classes = present.map((c) => dataset.classes[c]);
    const samples = kept.map((place) => ({ ...dataset.samples[place], label: present.indexOf(dataset.samples[place].label ?? -1) }));
    const outputs = dataset.classes.length;
    const data = Float32Array.from(kept.flatMap((place) => present.map((c) => rows.data[place * outputs + c])));
    const confusion = confusionOf({ ...dataset, classes, samples }, predictedClasses(data, present.length));
    const all = { ...dataset, samples: kept.map((place) => dataset.samples[place]) };
    const amongAll = confusionOf(
      all,
      Int32Array.from(kept, (place) => predicted[place]),
    );
    const sensitivity = (of: Confusion): number => defined("report", meanSensitivity(of));
    const part = { name: `source ${source}`, films: kept.length, classes };
    return [{ ...part, balancedAccuracy: sensitivity(confusion), amongAll: sensitivity(amongAll) }];
  });
}

const overlapParts = (dataset: Dataset, { data }: Tensor): Part[] =>
  ["convention", "source"].flatMap((tag) =>
    grouped(dataset, tag).map(([value, places]) => ({
      name: `${tag} ${value}`,
      films: places.length,
      dice: meanOf(places.map((place) => data[place])),
    })),
  );

/** The places of the films with each value of a tag, sorted by the value. */
function grouped({ samples }: Dataset, tag: string, names: Readonly<Record<string, string>> = {}): [string, number[]][] {
  const places = new Map<string, number[]>();
  for (const [place, { tags }] of samples.entries()) {
    const value = tags?.[tag];
    if (!value) continue;
    const name = names[value] ?? value;
    places.set(name, [...(places.get(name) ?? []), place]);
  }
  return [...places].sort(([a], [b]) => (a < b ? -1 : 1));
}
