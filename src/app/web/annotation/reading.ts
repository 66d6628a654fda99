/** Reading films blind, for comparison with a model or other readers: the order, what was answered, and how long it took. */
import { InputError } from "../../../bytes.ts";
import { shuffled } from "../../../imaging/draws.ts";
import { readCsv, writeCsv } from "../../../loaders/csv.ts";
import { newId } from "./annotation.ts";
import { type RatingAgreement, ratingAgreement } from "./label-agreement.ts";

export interface Reading {
  /** The hash of the film. */
  readonly picture: string;
  readonly label: string;
  /** How sure the reader is, from 0 to 100. */
  readonly confidence: number;
  /** From when the film was seen first to the answer, without the time in which the page was hidden. */
  readonly seconds: number;
  /** ISO 8601, in UTC. */
  readonly answered: string;
}

/** A film, by the hash of its file and the name it had. */
export interface FilmToRead {
  readonly picture: string;
  readonly file: string;
}

export interface ReadingSession {
  readonly id: string;
  readonly reader: string;
  readonly started: string;
  readonly seed: number;
  /** The answers that could be given. */
  readonly labels: readonly string[];
  /** The films, in the order they are shown. */
  readonly order: readonly FilmToRead[];
  /** In the same order, as far as it has come. */
  readonly readings: readonly Reading[];
}

/** The order belongs to the seed and the films' contents, not to how they were added; a film that is there twice is read once. */
export function readingOrder(films: readonly FilmToRead[], seed: number): FilmToRead[] {
  const byHash = new Map(films.toReversed().map((film) => [film.picture, film]));
  const sorted = [...byHash.values()].sort((a, b) => (a.picture < b.picture ? -1 : 1));
  return Array.from(shuffled(sorted.length, seed), (place) => sorted[place]);
}

/** A session in which nothing is read yet. */
export const newSession = (
  reader: string,
  labels: readonly string[],
  films: readonly FilmToRead[],
  seed: number,
  now: Date,
): ReadingSession => ({ id: newId(), reader, started: now.toISOString(), seed, labels, order: readingOrder(films, seed), readings: [] });

/** The film that is read next; undefined when all are. */
export const nextToRead = ({ order, readings }: ReadingSession): FilmToRead | undefined => order[readings.length];

export const answered = (session: ReadingSession, reading: Reading): ReadingSession => ({
  ...session,
  readings: [...session.readings, reading],
});

/** Without the film that is next, which cannot be shown. */
export const withoutNext = (session: ReadingSession): ReadingSession => ({
  ...session,
  order: session.order.toSpliced(session.readings.length, 1),
});

const COLUMNS = ["reader", "sha256", "file", "place", "label", "confidence", "seconds", "started", "answered", "seed", "session"] as const;
type Column = (typeof COLUMNS)[number];

/** A row for each answer, in the order they were given. */
export function readingsCsv(sessions: readonly ReadingSession[]): string {
  const rows = sessions.flatMap(({ id, reader, started, seed, order, readings }) =>
    readings.map(({ picture, label, confidence, seconds, answered }, i) => {
      const row: Record<Column, string> = {
        reader,
        sha256: picture,
        file: order[i].file,
        place: String(i + 1),
        label,
        confidence: String(confidence),
        seconds: seconds.toFixed(1),
        started,
        answered,
        seed: String(seed),
        session: id,
      };
      return COLUMNS.map((column) => row[column]);
    }),
  );
  return writeCsv({ columns: COLUMNS, rows });
}

/** An answer of a table of readings. */
export interface ReadingRow {
  readonly reader: string;
  readonly picture: string;
  readonly label: string;
  readonly confidence: number;
  readonly seconds: number;
}

/**
 * The answers of a table that `readingsCsv` wrote, or of another with its columns reader, sha256 and label; confidence and seconds may be
 * missing and are NaN then.
 * @throws InputError that names the row of what is missing or wrong.
 */
export function readReadings(text: string, file: string): ReadingRow[] {
  const { columns, rows } = readCsv(text, file);
  const places = new Map(columns.map((column, i) => [column, i]));
  const missing = ["reader", "sha256", "label"].filter((column) => !places.has(column));
  if (missing.length > 0) throw new InputError(file, `has no column ${missing.join(", ")}`);
  return rows.map((row, i) => {
    const field = (column: Column): string => row[places.get(column) ?? -1] ?? "";
    const need = (column: Column): string => {
      if (field(column) === "") throw new InputError(file, `row ${i + 2} has no ${column}`);
      return field(column);
    };
    const number = (column: Column, most: number): number => {
      const value = field(column) === "" ? Number.NaN : Number(field(column));
      if (field(column) !== "" && !(value >= 0 && value <= most))
        throw new InputError(file, `row ${i + 2} has a ${column} that is no number from 0 to ${most}, got ${field(column)}`);
      return value;
    };
    return {
      reader: need("reader"),
      picture: need("sha256"),
      label: need("label"),
      confidence: number("confidence", 100),
      seconds: number("seconds", Number.MAX_VALUE),
    };
  });
}

/** Agreement of readers on the films that they have in common; of a film that a reader read twice the last answer counts. */
export const readerAgreement = (rows: readonly ReadingRow[]): RatingAgreement =>
  ratingAgreement(
    new Map(
      [...new Set(rows.map(({ reader }) => reader))].map((reader) => [
        reader,
        new Map(rows.filter((row) => row.reader === reader).map(({ picture, label }) => [picture, label])),
      ]),
    ),
  );
