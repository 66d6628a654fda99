/** The films that a network finds most alike: their embeddings, who is near whom, classes by the nearest, and a map of all. */
import type { Device } from "../gpu/device.ts";
import { vote } from "../retrieval/knn.ts";
import { type Group, type Neighbour, neighbours } from "../retrieval/neighbours.ts";
import { tsne } from "../retrieval/tsne.ts";
import { countsOf } from "../statistics/binary-counts.ts";
import { binaryIndices } from "../statistics/binary-indices.ts";
import { rocAreaEstimate } from "../statistics/roc-area.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { EmbeddedFilm, EmbeddedFilms } from "./embedded-films.ts";
import { placeOf } from "./scored-films.ts";
import { cells, type Table, type Tables } from "./table.ts";

export interface Retrieval {
  /** How many neighbours vote, each in its turn. */
  readonly neighbours: readonly number[];
  readonly tsne: { readonly seed: number; readonly perplexity: number };
}

export interface SimilarFilms {
  readonly tables: Tables;
  /** For each test film its nearest training films, by their places there. */
  readonly nearest: readonly (readonly Neighbour[])[];
  /** [films, 2]: the training films, then the test films. */
  readonly map: Tensor;
  readonly mapTitle: string;
}

/**
 * Test films among training films, and each among the other test films: all of them, as is published, and those of other patients, where a
 * patient has several. A neighbour vote calls a film positive where more than half of the votes do.
 * @throws RangeError without three films in all, or without a training film.
 */
export async function similarFilms(
  device: Device,
  train: EmbeddedFilms,
  test: EmbeddedFilms,
  positive: string,
  { neighbours: counts, tsne: { seed, perplexity: wanted } }: Retrieval,
): Promise<SimilarFilms> {
  const { classes } = test;
  const most = Math.max(...counts);
  const all = joined(train, test);
  if (train.films.length === 0 || all.films.length < 3)
    throw new RangeError(`similar films: three are needed, got ${train.films.length} and ${test.films.length}`);
  const nearest = await among(device, train, test, most);
  const names = test.films.map(({ name }) => name);
  const patients = patientsOf(test);
  const questions = {
    "test against train": { found: nearest, items: train },
    "leave one out": { found: await others(device, test, most, names), items: test },
    ...(new Set(patients).size < names.length && {
      "leave one patient out": { found: await others(device, test, most, patients), items: test },
    }),
  };
  const named = Object.entries(questions).filter(([, { found }]) => found.length > 0);
  // A map of few films has few neighbours for each.
  const perplexity = Math.min(wanted, (all.films.length - 1) / 3);
  const { places, divergence } = await tsne(device, all.embeddings, { seed, perplexity, initial: "random" });
  return {
    nearest,
    map: places,
    mapTitle: `t-SNE, perplexity ${Number(perplexity.toPrecision(3))}, divergence ${divergence.toFixed(3)}`,
    tables: {
      embeddings: all.films.map((film, n) => ({ ...aboutFilm(film, classes), ...numbered(all.embeddings, n) })),
      neighbours: named.flatMap(([question, { found, items }]) => neighbourTable(question, test, items, found)),
      knn: named.flatMap(([question, { found, items }]) =>
        counts.map((k) => ({ question, k, ...knnRow(test, items, found, placeOf(classes, positive), k) })),
      ),
      map: all.films.map((film, n) => ({ ...aboutFilm(film, classes), x: places.data[2 * n], y: places.data[2 * n + 1] })),
    },
  };
}

const aboutFilm = ({ name, set, patient = "", label }: EmbeddedFilm, classes: readonly string[]): Table[number] => ({
  file: name,
  set,
  patient,
  truth: classes[label],
});

/** The numbers of a row as columns e0, e1, … */
const numbered = ({ shape: [, columns], data }: Tensor, row: number): Table[number] =>
  Object.fromEntries(Array.from({ length: columns }, (_, c) => [`e${c}`, data[row * columns + c]]));

/** The nearest of each test film among the training films. */
async function among(device: Device, { embeddings }: EmbeddedFilms, test: EmbeddedFilms, most: number): Promise<Neighbour[][]> {
  using searcher = await neighbours(device, embeddings, { k: Math.min(most, embeddings.shape[0]) });
  return await searcher.search(test.embeddings);
}

/** Films without a patient are of one each. */
const patientsOf = ({ films }: EmbeddedFilms): string[] => films.map(({ patient, name }) => patient ?? name);

/** The nearest of each film among those of other groups; none where there is one group. */
async function others(
  device: Device,
  { embeddings, films }: EmbeddedFilms,
  most: number,
  groups: readonly Group[],
): Promise<Neighbour[][]> {
  if (new Set(groups).size < 2) return [];
  using searcher = await neighbours(device, embeddings, { k: Math.min(most, films.length - 1), groups });
  return await searcher.search(embeddings, { exclude: groups });
}

const neighbourTable = (question: string, { films, classes }: EmbeddedFilms, items: EmbeddedFilms, found: readonly Neighbour[][]): Table =>
  films.flatMap(({ name, label }, n) =>
    found[n].map(({ index, distance }, place) => ({
      question,
      file: name,
      truth: classes[label],
      rank: place + 1,
      neighbour: items.films[index].name,
      neighbour_patient: items.films[index].patient ?? "",
      neighbour_truth: classes[items.films[index].label],
      distance,
    })),
  );

function knnRow(test: EmbeddedFilms, items: EmbeddedFilms, found: readonly Neighbour[][], positive: number, k: number) {
  const { films, classes } = test;
  const voters = items.films.map(({ label }) => label);
  const shares = found.map((row) => vote(row.slice(0, k), voters, classes.length)[positive]);
  const labels = films.map(({ label }) => Number(label === positive));
  const { accuracy, ppv } = binaryIndices(
    countsOf(
      shares.map((share) => Number(share > 0.5)),
      labels,
    ),
  );
  return {
    films: films.length,
    ...cells("accuracy", accuracy),
    ...cells("precision", ppv),
    ...cells("roc_area", rocAreaEstimate(shares, labels, { clusters: patientsOf(test) })),
  };
}

function joined(first: EmbeddedFilms, second: EmbeddedFilms): EmbeddedFilms {
  const [a, b] = [first.embeddings, second.embeddings];
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return {
    classes: second.classes,
    films: [...first.films, ...second.films],
    embeddings: tensor([a.shape[0] + b.shape[0], b.shape[1]], data),
  };
}
