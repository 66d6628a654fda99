/** Results told apart by what a manifest says of its films, and within the places they come from. */

import { countsAt } from "../../statistics/binary-counts.ts";
import { type BinaryIndices, binaryIndices } from "../../statistics/binary-indices.ts";
import { type Bootstrapped, bootstrap } from "../../statistics/bootstrap.ts";
import { LEAST_CASES } from "../../statistics/cases.ts";
import { type ClassAreas, classAreas } from "../../statistics/class-areas.ts";
import { balancedAccuracy, confusionMatrix, predictedClasses } from "../../statistics/confusion.ts";
import { noEstimate } from "../../statistics/estimate.ts";
import { isDefined, notDefined, type Statistic } from "../../statistics/not-defined.ts";
import { type Proportion, proportion } from "../../statistics/proportion.ts";
import { type RocArea, rocAreaEstimate } from "../../statistics/roc-area.ts";
import { binarySet, type ScoredFilms } from "./judge.ts";

/** The places of the films with each value, in the order of the values; films without one are under none. */
function placesBy(films: readonly unknown[], value: (place: number) => string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let place = 0; place < films.length; place++) {
    const own = value(place);
    if (own === "") continue;
    const known = places.get(own);
    if (known) known.push(place);
    else places.set(own, [place]);
  }
  return new Map([...places].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Some of the films, with their scores. */
export function someOf(all: ScoredFilms, places: readonly number[]): ScoredFilms {
  const outputs = all.classes.length;
  return {
    ...all,
    films: places.map((place) => all.films[place]),
    labels: Int32Array.from(places, (place) => all.labels[place]),
    scores: Float64Array.from(places.flatMap((place) => Array.from(all.scores.subarray(place * outputs, (place + 1) * outputs)))),
    withheld: places.map((place) => all.withheld[place]),
    ...(all.clusters && { clusters: places.map((place) => all.clusters?.[place] ?? "") }),
  };
}

/** What a model tells apart where all films come from one place, so that nothing is gained by telling places. */
export interface Within {
  readonly source: string;
  readonly films: number;
  /** The classes with 5 films or more, which are told apart; with their films. */
  readonly classes: readonly { readonly name: string; readonly films: number }[];
  /** Over these classes, where the highest score among them is the answer; and where the highest of all is. */
  readonly balancedAccuracy: Bootstrapped;
  readonly amongAll: Statistic;
  /** Of two classes the area of the second's share of both scores; of more the areas of their shares. Not defined of what are no probabilities. */
  readonly area: RocArea | ClassAreas;
}

/** A source of one class, which says nothing of how the model tells classes apart. */
export interface OneClass {
  readonly source: string;
  readonly films: number;
  readonly reason: string;
}

/**
 * Results within each source, over the classes of which it has 5 films or more.
 * @param source - of each film; empty for films that are of none.
 */
export function withinSources(
  test: ScoredFilms,
  source: (place: number) => string,
  options: { readonly resamples: number; readonly seed: number },
): (Within | OneClass)[] {
  return [...placesBy(test.films, source)].map(([name, places]): Within | OneClass => {
    const counts = test.classes.map((_, c) => places.filter((place) => test.labels[place] === c).length);
    const present = test.classes.flatMap((_, c) => (counts[c] >= LEAST_CASES ? [c] : []));
    if (present.length < 2) return { source: name, films: places.length, reason: oneClassReason(test.classes, counts) };
    return {
      source: name,
      ...withinOne(
        someOf(
          test,
          places.filter((place) => present.includes(test.labels[place])),
        ),
        present,
        options,
      ),
    };
  });
}

function oneClassReason(classes: readonly string[], counts: readonly number[]): string {
  const had = classes.flatMap((label, c) => (counts[c] > 0 ? [`${label} ${counts[c]}`] : []));
  return `${LEAST_CASES} films of two classes are needed, it has ${had.join(", ")}`;
}

function withinOne(
  part: ScoredFilms,
  present: readonly number[],
  options: { readonly resamples: number; readonly seed: number },
): Omit<Within, "source"> {
  const outputs = part.classes.length;
  const count = present.length;
  const labels = Int32Array.from(part.labels, (label) => present.indexOf(label));
  const kept = Float64Array.from(part.films.flatMap((_, n) => present.map((c) => part.scores[n * outputs + c])));
  const sums = part.films.map((_, n) => kept.subarray(n * count, (n + 1) * count).reduce((sum, score) => sum + score, 0));
  // A row of zeros is no preference.
  const shares = kept.map((score, i) => (sums[Math.floor(i / count)] > 0 ? score / sums[Math.floor(i / count)] : 1 / count));
  const predicted = predictedClasses(kept, count);
  const all = predictedClasses(part.scores, outputs);
  const second = Float64Array.from(part.films, (_, n) => shares[n * count + 1]);
  return {
    films: part.films.length,
    classes: present.map((c) => ({ name: part.classes[c], films: part.labels.filter((label) => label === c).length })),
    balancedAccuracy: bootstrap(
      labels.length,
      (places) =>
        balancedAccuracy(
          confusionMatrix(
            places.map((n) => predicted[n]),
            places.map((n) => labels[n]),
            count,
          ),
        ),
      { clusters: part.clusters, ...options },
    ),
    amongAll: balancedAccuracy(confusionMatrix(all, part.labels, outputs)),
    area: kept.some((score) => score < 0 || score > 1)
      ? noShares(labels)
      : count === 2
        ? rocAreaEstimate(second, labels, { clusters: part.clusters })
        : classAreas(shares, labels, count),
  };
}

function noShares(labels: Int32Array): RocArea {
  const reason = "scores below 0 or above 1 have no shares";
  const positives = labels.filter((label) => label === 1).length;
  return { ...noEstimate(reason), standardError: notDefined(reason), positives, negatives: labels.length - positives };
}

/** One class against the rest on the films with one value of a column. */
export interface Subgroup {
  readonly column: string;
  readonly value: string;
  readonly films: number;
  /** How often the highest score is of the right class; not of a model that knows one class. */
  readonly accuracy: Proportion | undefined;
  readonly area: RocArea;
  readonly positives: number;
  /** At the first threshold there is. */
  readonly indices: BinaryIndices | undefined;
}

/** Results on the films with each value of a column. */
export function subgroups(
  test: ScoredFilms,
  positive: string,
  threshold: number | undefined,
  column: string,
  value: (place: number) => string,
): Subgroup[] {
  return [...placesBy(test.films, value)].map(([name, places]) => {
    const part = someOf(test, places);
    const { scores, labels, clusters } = binarySet(part, positive);
    const predicted = predictedClasses(part.scores, part.classes.length);
    const right = predicted.filter((label, n) => label === part.labels[n]).length;
    return {
      column,
      value: name,
      films: places.length,
      accuracy: part.classes.length > 1 ? proportion(right, places.length, {}, "no films") : undefined,
      area: rocAreaEstimate(scores, labels, { clusters }),
      positives: Array.from(labels).filter((label) => label === 1).length,
      indices: threshold === undefined ? undefined : binaryIndices(countsAt(scores, labels, threshold)),
    };
  });
}

/** The mean over classes of the area of one against the rest, over those for which it is defined. */
export const macroArea = ({ oneVersusRest }: ClassAreas): Statistic => {
  const areas = oneVersusRest.filter(isDefined<number>);
  return areas.length === 0 ? notDefined("no class has an area") : areas.reduce((sum, area) => sum + area, 0) / areas.length;
};
