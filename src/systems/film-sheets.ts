/** Contact sheets of films: those that a network is wrong about, those it finds easy and hard, and films beside their nearest. */
import { contactSheet, type Tile } from "../imaging/contact-sheet.ts";
import type { Image } from "../loaders/image.ts";
import type { Neighbour } from "../retrieval/neighbours.ts";
import type { EmbeddedFilms } from "./embedded-films.ts";
import { placeOf, type ScoredFilm, type ScoredFilms } from "./scored-films.ts";

/** A film as it came, by its name. */
export type FilmReader = (name: string) => Promise<Image>;

const COLUMNS = 6;
/** Films of each kind among the easy and the hard. */
const EXAMPLES = 4;

/**
 * `false_positives` and `false_negatives`, surest first and at most so many, and `examples`: of each kind of film the easy ones, of which the
 * network is surest and right, and the hard ones, whose right class it gives the least probability.
 */
export async function mistakeSheets(
  { classes, films }: ScoredFilms,
  positive: string,
  threshold: number,
  read: FilmReader,
  most = 24,
): Promise<Record<"false_positives" | "false_negatives" | "examples", Image>> {
  const place = placeOf(classes, positive);
  const p = ({ probabilities }: ScoredFilm): number => probabilities[place];
  const tileOf = async (film: ScoredFilm): Promise<Tile> => ({
    image: await read(film.name),
    caption: [{ text: film.name }, { text: `${classes[film.label]}, ${positive} ${(100 * p(film)).toFixed(1)} %` }],
  });
  const sheet = async (title: string, shown: readonly ScoredFilm[]) => sheetOf(title, await Promise.all(shown.slice(0, most).map(tileOf)));
  const positives = films.filter(({ label }) => label === place).sort((a, b) => p(b) - p(a));
  const others = films.filter(({ label }) => label !== place).sort((a, b) => p(a) - p(b));
  const rows = [positives, others].flatMap((sorted) => [sorted.slice(0, EXAMPLES), sorted.slice(EXAMPLES).slice(-EXAMPLES).reverse()]);
  const drawn = await Promise.all(rows.filter(({ length }) => length > 0).map((row) => Promise.all(row.map(tileOf))));
  return {
    false_positives: await sheet(`Taken for ${positive} at ${threshold}`, others.filter((film) => p(film) >= threshold).reverse()),
    false_negatives: await sheet(`${positive} not found at ${threshold}`, positives.filter((film) => p(film) < threshold).reverse()),
    examples: contactSheet(drawn, { title: `${positive}, easy and hard; others, easy and hard` }),
  };
}

/** Rows of tiles; where there are none the sheet says so. */
function sheetOf(title: string, tiles: readonly Tile[]): Image {
  if (tiles.length === 0) return contactSheet([[{ caption: [{ text: "no film" }] }]], { title });
  const rows = Array.from({ length: Math.ceil(tiles.length / COLUMNS) }, (_, row) => tiles.slice(row * COLUMNS, (row + 1) * COLUMNS));
  return contactSheet(rows, { title });
}

/** Test films, each at the head of its row, and the training films nearest to it. */
export async function neighbourSheet(
  train: EmbeddedFilms,
  test: EmbeddedFilms,
  nearest: readonly (readonly Neighbour[])[],
  { shown, rows }: { readonly shown: number; readonly rows: number },
  read: FilmReader,
): Promise<Image> {
  const { classes } = test;
  const tileOf = async (name: string, label: number, more: string): Promise<Tile> => ({
    image: await read(name),
    caption: [{ text: name }, { text: `${classes[label]}${more}` }],
  });
  // Films of all classes in turn.
  const order = classes.map((_, c) => [...test.films.keys()].filter((n) => test.films[n].label === c));
  const chosen = Array.from({ length: test.films.length }, (_, turn) => order.flatMap((own) => own[turn] ?? []))
    .flat()
    .slice(0, rows);
  const tiles = await Promise.all(
    chosen.map((n) =>
      Promise.all([
        tileOf(test.films[n].name, test.films[n].label, ""),
        ...nearest[n]
          .slice(0, shown)
          .map(({ index, distance }) => tileOf(train.films[index].name, train.films[index].label, `, distance ${distance.toPrecision(3)}`)),
      ]),
    ),
  );
  return contactSheet(tiles, { title: `Test films and their ${shown} nearest training films` });
}
