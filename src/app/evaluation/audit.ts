/** How much of a model's success needs no lungs: with the lungs hidden, with the border alone, and how well its features tell sources. */
import { InputError, readBytes } from "../../bytes.ts";
import { thresholdMask } from "../../imaging/clean-mask.ts";
import { toGrey } from "../../imaging/grey.ts";
import { lungsIn } from "../../imaging/lung-mask.ts";
import { resize } from "../../imaging/resize.ts";
import { decodeImage, type Image } from "../../loaders/image.ts";
import type { Model } from "../../models/model.ts";
import { openFilm } from "../../models/picture.ts";
import { vote } from "../../retrieval/knn.ts";
import { neighbours } from "../../retrieval/neighbours.ts";
import { type Bootstrapped, bootstrap } from "../../statistics/bootstrap.ts";
import { LEAST_CASES } from "../../statistics/cases.ts";
import { classAreas } from "../../statistics/class-areas.ts";
import { balancedAccuracy, confusionMatrix, predictedClasses } from "../../statistics/confusion.ts";
import { type NotDefined, notDefined, type Statistic } from "../../statistics/not-defined.ts";
import { tensor } from "../../tensor.ts";
import type { Dataset, Sample } from "../../training/dataset.ts";
import { fingerprints } from "../../training/fingerprints.ts";
import { findLeaks, type Leak } from "../../training/leaks.ts";
import { macroArea, someOf } from "./groups.ts";
import { hideUnder, showBorder } from "./hide.ts";
import { type ScoredFilms, scoredFilms } from "./judge.ts";
import { scoreFilms } from "./scores.ts";

/** How a model does on some films, shown whole or in part. */
export interface Shown {
  readonly films: number;
  readonly balancedAccuracy: Bootstrapped;
  /** The mean over classes of the area of one against the rest. */
  readonly area: Statistic;
}

export interface HiddenPart {
  /** With the part hidden, and the same films whole. */
  readonly hidden: Shown;
  readonly whole: Shown;
  /** Films that are in neither: they could not be read, or no mask of two lungs was found. */
  readonly leftOut: number;
}

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

export interface Audit {
  readonly lungsHidden: HiddenPart;
  readonly borderOnly: HiddenPart;
  readonly source: SourceTest | NotDefined;
  /** Films of two sets that should be apart. */
  readonly leaks: readonly Leak[];
}

export interface AuditOptions {
  /** Draws the lungs where films have no mask of their own. */
  readonly segmenter: Model;
  readonly batch: number;
  readonly labelColumn: string;
  /** Where a film comes from; empty where that is not known. */
  readonly source: (film: Sample) => string;
  /** The films that the source is learnt from. */
  readonly train: readonly Sample[];
  readonly resamples: number;
  readonly seed: number;
  readonly onFilm?: () => void;
}

/** Neighbours that vote on the source. */
const NEIGHBOURS = 5;

/** @throws DeviceError if the GPU fails. */
export async function audit(model: Model, dataset: Dataset, test: ScoredFilms, options: AuditOptions): Promise<Audit> {
  return {
    lungsHidden: await hiddenPart(model, dataset, test, options, async (film) => {
      const { image } = await openFilm(film.picture);
      return hideUnder(image, await lungMask(film, image, options.segmenter));
    }),
    borderOnly: await hiddenPart(model, dataset, test, options, async (film) => showBorder((await openFilm(film.picture)).image)),
    source: await sourceTest(model, test, options),
    leaks: findLeaks(dataset, { fingerprints: await fingerprints(dataset.samples) }),
  };
}

/** The film's own mask, or the one that the network draws. @throws InputError where the network draws none of two lungs. */
async function lungMask({ name, mask }: Sample, image: Image, segmenter: Model): Promise<Image> {
  if (mask !== undefined) {
    const own = toGrey(await decodeImage(await readBytes(mask), `mask of ${name}`));
    return own.width === image.width && own.height === image.height ? own : resize(own, image.width, image.height, { filter: "nearest" });
  }
  const { maps } = await segmenter.segment(image);
  const drawn = thresholdMask(maps[0].map, 32767);
  const { problem } = lungsIn(drawn);
  if (problem !== undefined) throw new InputError(name, `no lungs are found to hide: ${problem}`);
  return drawn;
}

async function hiddenPart(
  model: Model,
  dataset: Dataset,
  test: ScoredFilms,
  options: AuditOptions,
  change: (film: Sample) => Promise<Image>,
): Promise<HiddenPart> {
  const { batch, onFilm, labelColumn } = options;
  const scores = await scoreFilms(model, test.films, { batch, onFilm, change });
  const hidden = scoredFilms(dataset, test.name, test.films, scores, labelColumn);
  const whole = someOf(
    test,
    test.films.flatMap((_, place) => (scores.rows[place] ? [place] : [])),
  );
  return { hidden: shown({ ...hidden, clusters: whole.clusters }, options), whole: shown(whole, options), leftOut: scores.failures.length };
}

export function shown(
  { films, labels, classes, scores, clusters }: ScoredFilms,
  sampling: { readonly resamples: number; readonly seed: number },
): Shown {
  const { length } = classes;
  if (length < 2) {
    const none = notDefined("the model knows one class only");
    return { films: films.length, balancedAccuracy: { value: none, interval: none, undefinedResamples: 0 }, area: none };
  }
  const predicted = predictedClasses(scores, length);
  const of = (places: Int32Array): Statistic =>
    balancedAccuracy(
      confusionMatrix(
        places.map((n) => predicted[n]),
        places.map((n) => labels[n]),
        length,
      ),
    );
  return {
    films: films.length,
    balancedAccuracy: bootstrap(films.length, of, { clusters, resamples: sampling.resamples, seed: sampling.seed }),
    area: macroArea(classAreas(scores, labels, length)),
  };
}

/** Whether the features by which the model tells classes tell where films come from. */
async function sourceTest(model: Model, test: ScoredFilms, { batch, source, train }: AuditOptions): Promise<SourceTest | NotDefined> {
  const counts = new Map<string, number>();
  for (const film of train) counts.set(source(film), (counts.get(source(film)) ?? 0) + 1);
  const inTest = new Set(test.films.map(source));
  const sources = [...counts].flatMap(([name, count]) => (name !== "" && count >= LEAST_CASES && inTest.has(name) ? [name] : [])).sort();
  if (sources.length < 2) return notDefined(`training and test films of two sources are needed, with ${LEAST_CASES} of each to learn from`);
  const known = await embedded(model, train, batch, source, sources);
  const asked = await embedded(model, test.films, batch, source, sources);
  if (known.films.length < NEIGHBOURS || asked.films.length === 0) return notDefined("the films could not be read");
  const balanced = (predicted: readonly number[]): Statistic => balancedAccuracy(confusionMatrix(predicted, asked.sources, sources.length));
  using index = await neighbours(model.device, rowsOf(known.vectors), { k: NEIGHBOURS });
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

interface Embedded {
  readonly films: readonly Sample[];
  /** The place of each film's source. */
  readonly sources: readonly number[];
  readonly vectors: readonly Float32Array[];
}

/** Films of these sources that can be read. */
async function embedded(
  model: Model,
  films: readonly Sample[],
  batch: number,
  source: (film: Sample) => string,
  sources: readonly string[],
): Promise<Embedded> {
  const own = films.filter((film) => sources.includes(source(film)));
  const kept: Sample[] = [];
  const vectors: Float32Array[] = [];
  for await (const outcome of model.embedAll(
    own.map(({ picture }) => picture),
    { batch },
  )) {
    if ("error" in outcome) continue;
    kept.push(own[outcome.index]);
    vectors.push(outcome.result.vector);
  }
  return { films: kept, sources: kept.map((film) => sources.indexOf(source(film))), vectors };
}

function rowsOf(vectors: readonly Float32Array[]) {
  const [{ length }] = vectors;
  const rows = tensor([vectors.length, length]);
  for (const [row, vector] of vectors.entries()) rows.data.set(vector, row * length);
  return rows;
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
function byClass(known: Embedded, films: readonly Sample[], sources: number): number[] {
  const counts = new Map<number | undefined, number[]>();
  for (const [i, { label }] of known.films.entries()) {
    const own = counts.get(label) ?? new Array<number>(sources).fill(0);
    own[known.sources[i]]++;
    counts.set(label, own);
  }
  return films.map(({ label }) => highest(counts.get(label) ?? [1]));
}
