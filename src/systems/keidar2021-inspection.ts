/** What Keidar et al. 2021 put out of a network and its films: sheets of mistakes, the films that are alike, and how bright films are. */
import { InputError } from "../bytes.ts";
import { scatterPlot } from "../imaging/scatter-plot.ts";
import { openFilm } from "../models/picture.ts";
import type { Dataset } from "../training/dataset.ts";
import { type EmbeddedFilms, embeddedFilms } from "./embedded-films.ts";
import { type FilmReader, mistakeSheets, neighbourSheet } from "./film-sheets.ts";
import { imageStatistics } from "./image-statistics.ts";
import { type Findings, type Inspection, together } from "./inspection.ts";
import { COVID, facts } from "./keidar2021-facts.ts";
import { similarFilms } from "./similar-films.ts";
import type { Table } from "./table.ts";

/** Test films whose neighbours are shown. */
const SHOWN = 8;

/** Nothing of films whose classes are not known; neighbours where there are films that it has learnt from. */
export async function keidarInspection({
  model,
  films,
  train,
  test,
  threshold = facts.evaluation.threshold.value,
}: Inspection): Promise<Findings> {
  if (!test) return {};
  const sets = train ? { train, [test.set]: films } : { [test.set]: films };
  const read = filmReader(Object.values(sets));
  return together([
    { pictures: await mistakeSheets(test, COVID, threshold, read) },
    { tables: { image_statistics: await statisticsOf(sets, read) } },
    ...(train ? [await alike(model, train, films, test.set, read)] : []),
  ]);
}

/** Films by name, as they came. */
function filmReader(sets: readonly Dataset[]): FilmReader {
  const pictures = new Map(sets.flatMap(({ samples }) => samples.map(({ name, picture }) => [name, picture] as const)));
  return async (name) => {
    const picture = pictures.get(name);
    if (picture === undefined) throw new InputError(name, "is none of the films that are at hand");
    return (await openFilm(picture)).image;
  };
}

/** Of every film as it came, and as the network sees it where that is another picture; copies have none of their own. */
async function statisticsOf(sets: Readonly<Record<string, Dataset>>, read: FilmReader): Promise<Table> {
  const rows: Table[number][] = [];
  for (const [set, { classes, samples }] of Object.entries(sets))
    for (const { name, seen, copyOf, label, tags } of samples) {
      if (copyOf !== undefined) continue;
      const made = seen === undefined ? undefined : imageStatistics((await openFilm(seen)).image);
      rows.push({
        ...{ file: name, set, truth: label === undefined ? "" : classes[label], source: tags?.source ?? "" },
        ...imageStatistics(await read(name)),
        ...{ seen_mean: made?.mean ?? "", seen_deviation: made?.deviation ?? "" },
      });
    }
  return rows;
}

async function alike(model: Inspection["model"], train: Dataset, films: Dataset, set: string, read: FilmReader): Promise<Findings> {
  const { neighbours, usualNeighbours, tsne } = facts.retrieval;
  const own: EmbeddedFilms = await embeddedFilms(model, set, films);
  const learnt = await embeddedFilms(model, "train", train);
  const { tables, nearest, map, mapTitle } = await similarFilms(model.device, learnt, own, COVID, {
    neighbours: neighbours.value,
    tsne: tsne.value,
  });
  const labels = [...learnt.films, ...own.films].map(({ label }) => label);
  return {
    tables,
    pictures: {
      map: scatterPlot(map.data, { title: mapTitle, labels, classes: own.classes }),
      neighbours: await neighbourSheet(learnt, own, nearest, { shown: usualNeighbours.value, rows: SHOWN }, read),
    },
  };
}
