/** What was measured of a detector: how many films it withholds, and how well it tells outliers. */
import { type Measure, measures, type OutOfDistribution } from "../models/out-of-distribution/description.ts";
import { type OutlierScores, withheldBy } from "../models/out-of-distribution/detector.ts";
import type { Dataset } from "../training/dataset.ts";
import { type Separation, separation } from "../training/separation.ts";

/** How many pictures there were, and how many got no answer. */
export interface Withholding {
  readonly name: string;
  readonly pictures: number;
  readonly withheld: number;
}

export interface OutlierResult extends Withholding {
  readonly separation: Readonly<Partial<Record<Measure, Separation>>>;
}

export interface OodMeasurement {
  /** Films that took no part in the fit: all of them, then by their tag `source`, where the manifest has it. */
  readonly tested: readonly Withholding[];
  /** Outliers by their kind, then all of them. */
  readonly outliers: readonly OutlierResult[];
}

export interface OodReport extends OodMeasurement {
  readonly tool: string;
  readonly adapter: string;
  readonly data: string;
  /** The share of films that may be withheld. */
  readonly reject: number;
  /** Films that it was fitted on, films that fixed the thresholds, and how many of the latter are past one. */
  readonly films: { readonly train: number; readonly val: number; readonly rejected: number };
}

export function measureOod(
  description: OutOfDistribution,
  { name, part: { samples }, scores: films }: { readonly name: string; readonly part: Dataset; readonly scores: readonly OutlierScores[] },
  outliers: readonly { readonly kind: string; readonly scores: readonly OutlierScores[] }[],
): OodMeasurement {
  const counted = (name: string, scores: readonly OutlierScores[]): Withholding => ({
    name,
    pictures: scores.length,
    withheld: scores.filter((one) => withheldBy(one, description) !== undefined).length,
  });
  const sources = [...new Set(samples.flatMap(({ tags }) => tags?.source ?? []))].sort();
  const used = measures.filter((measure) => description.thresholds[measure] !== undefined);
  const result = (kind: string, scores: readonly OutlierScores[]): OutlierResult => ({
    ...counted(kind, scores),
    separation: Object.fromEntries(used.map((measure) => [measure, separation(valuesOf(films, measure), valuesOf(scores, measure))])),
  });
  return {
    tested: [
      counted(name, films),
      ...sources.map((source) =>
        counted(
          source,
          films.filter((_, i) => samples[i].tags?.source === source),
        ),
      ),
    ],
    outliers: [
      ...outliers.map(({ kind, scores }) => result(kind, scores)),
      result(
        "all",
        outliers.flatMap(({ scores }) => scores),
      ),
    ],
  };
}

const valuesOf = (scores: readonly OutlierScores[], measure: Measure): number[] => scores.map((one) => one[measure] ?? Number.NaN);
