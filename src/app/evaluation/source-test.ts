/** Whether the features by which a model tells classes tell where films come from: the shortcut that a test over all sources cannot see. */
import type { Device } from "../../gpu/device.ts";
import { vote } from "../../retrieval/knn.ts";
import { neighbours } from "../../retrieval/neighbours.ts";
import { LEAST_CASES } from "../../statistics/cases.ts";
import { balancedAccuracy, confusionMatrix } from "../../statistics/confusion.ts";
import { type NotDefined, notDefined, type Statistic } from "../../statistics/not-defined.ts";
import type { Sample } from "../../training/dataset.ts";
import { type Embedded, rowsOf } from "./embed.ts";

/** How well sources are told, as balanced accuracy over sources. */
export interface SourceTest {
  readonly sources: readonly string[];
  readonly trainFilms: number;
  readonly testFilms: number;
  readonly nearestNeighbours: Statistic;
  readonly nearestMean: Statistic;
  /** By the right class of a film alone: the source that most training films of the class come from. */
  readonly byClass: Statistic;
  readonly chance: number;
}

/** Neighbours that vote on the source. */
const NEIGHBOURS = 5;

/**
 * Learns sources from the training films and tells those of the test films.
 * @param source - where a film comes from; empty where that is not known.
 * @throws DeviceError if the GPU fails.
 */
export async function sourceTest(
  device: Device,
  train: Embedded,
  test: Embedded,
  source: (film: Sample) => string,
): Promise<SourceTest | NotDefined> {
  const counts = new Map<string, number>();
  for (const film of train.films) counts.set(source(film), (counts.get(source(film)) ?? 0) + 1);
  const inTest = new Set(test.films.map(source));
  const sources = [...counts].flatMap(([name, count]) => (name !== "" && count >= LEAST_CASES && inTest.has(name) ? [name] : [])).sort();
  if (sources.length < 2) return notDefined(`training and test films of two sources are needed, with ${LEAST_CASES} of each to learn from`);
  const [known, asked] = [train, test].map((all) => ofSources(all, source, sources));
  const balanced = (predicted: readonly number[]): Statistic => balancedAccuracy(confusionMatrix(predicted, asked.sources, sources.length));
  using index = await neighbours(device, rowsOf(known.vectors), { k: NEIGHBOURS });
  const found = await index.search(rowsOf(asked.vectors));
  const means = meansOf(known.vectors, known.sources, sources.length);
  return {
    sources,
    trainFilms: known.films.length,
    testFilms: asked.films.length,
    nearestNeighbours: balanced(found.map((row) => highest(vote(row, known.sources, sources.length, { weights: "distance" })))),
    nearestMean: balanced(asked.vectors.map((vector) => highest(means.map((mean) => -squaredDistance(vector, mean))))),
    byClass: balanced(byClass(known, asked.films, sources.length)),
    chance: 1 / sources.length,
  };
}

interface Sourced extends Embedded {
  /** The place of each film's source. */
  readonly sources: readonly number[];
}

/** The films that are of these sources. */
function ofSources({ films, vectors }: Embedded, source: (film: Sample) => string, sources: readonly string[]): Sourced {
  const kept = [...films.keys()].filter((i) => sources.includes(source(films[i])));
  return {
    films: kept.map((i) => films[i]),
    vectors: kept.map((i) => vectors[i]),
    sources: kept.map((i) => sources.indexOf(source(films[i]))),
  };
}

function meansOf(vectors: readonly Float32Array[], labels: readonly number[], count: number): Float64Array[] {
  const sums = Array.from({ length: count }, () => new Float64Array(vectors[0].length));
  const films = new Array<number>(count).fill(0);
  for (const [i, vector] of vectors.entries()) {
    films[labels[i]]++;
    for (let d = 0; d < vector.length; d++) sums[labels[i]][d] += vector[d];
  }
  return sums.map((sum, label) => sum.map((value) => value / films[label]));
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] - b[d]) ** 2;
  return sum;
}

const highest = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
};

/** For each film the source that most known films of its class come from. */
function byClass(known: Sourced, films: readonly Sample[], sources: number): number[] {
  const counts = new Map<number | undefined, number[]>();
  for (const [i, { label }] of known.films.entries()) {
    const own = counts.get(label) ?? new Array<number>(sources).fill(0);
    own[known.sources[i]]++;
    counts.set(label, own);
  }
  return films.map(({ label }) => highest(counts.get(label) ?? [1]));
}
