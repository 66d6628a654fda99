/** What a report shows of each picture: what the model said, like films, and for paper the film with what lies over it. */
import { InputError } from "../../../bytes.ts";
import type { LikeFilms } from "../cases/cases-protocol.ts";
import { type ListedFilm, listedFilms } from "../cases/listed-films.ts";
import type { SmallFilm } from "../cases/similar-cases.ts";
import type { GreyLevels } from "../draw-film.ts";
import type { CallOptions } from "../engine-client.ts";
import type { Explained, LungOutlines, OpenedModel } from "../protocol.ts";
import { NO_METHOD, type Session } from "../session.ts";
import { strings } from "../strings.ts";
import { type Item, selectedItem } from "../worklist.ts";
import { type ReportedPicture, reportedPicture } from "./report-document.ts";

/** A picture on paper. */
export interface PrintedPicture extends ReportedPicture {
  /** Not there for a picture that cannot be read. */
  readonly film?: GreyLevels;
  /** Columns and rows of the film itself. */
  readonly size?: readonly [width: number, height: number];
  readonly heat?: Explained;
  readonly lungs?: LungOutlines;
  readonly like?: readonly { readonly film: ListedFilm; readonly picture: SmallFilm }[];
}

/** Pixels of the longer side of a film on paper: some 200 an inch. */
export const PRINTED_SIDE = 800;

/** What is said of pictures, with like films where an index is open. */
export async function reportedPictures(
  session: Session,
  opened: OpenedModel,
  items: readonly Item[],
  options: CallOptions,
): Promise<ReportedPicture[]> {
  const pictures: ReportedPicture[] = [];
  for (const [done, item] of items.entries()) {
    tellProgress(item, done, items.length, options);
    const found = await likeFilms(session, item, options);
    pictures.push({ ...reportedPicture(item, opened, session.state), ...(found && neighboursOf(session, found)) });
  }
  return pictures;
}

/** The same with all that is drawn of each. */
export async function printedPictures(
  session: Session,
  opened: OpenedModel,
  items: readonly Item[],
  options: CallOptions,
): Promise<PrintedPicture[]> {
  const pictures: PrintedPicture[] = [];
  for (const [done, item] of items.entries()) {
    tellProgress(item, done, items.length, options);
    const picture = reportedPicture(item, opened, session.state);
    const film = await filmOf(session, item, options);
    if (!film) {
      pictures.push(picture);
      continue;
    }
    const found = await likeFilms(session, item, options);
    pictures.push({
      ...picture,
      ...film,
      heat: await heatOf(session, item, options),
      lungs: await lungsOf(session, item, options),
      ...(found && { ...neighboursOf(session, found), like: await smallFilms(session, found, options) }),
    });
  }
  return pictures;
}

const tellProgress = ({ name }: Item, done: number, total: number, { onProgress }: CallOptions): void =>
  onProgress?.({ stage: "run", name: strings.reporting(name), done, total });

/** Undefined for a film that cannot be read, whose problem the list tells. */
async function filmOf(
  { state, call }: Session,
  { id, source }: Item,
  options: CallOptions,
): Promise<Pick<PrintedPicture, "film" | "size"> | undefined> {
  const read = state.film?.id === id ? state.film : await orNothing(call("read", { picture: source }, options));
  if (!read) return undefined;
  const [whole] = read.film;
  // A report of many films keeps no more of each than is drawn.
  const film = read.film.findLast(({ width, height }) => Math.max(width, height) >= PRINTED_SIDE) ?? whole;
  return { film, size: [whole.width, whole.height] };
}

/** Of the class that is looked at, for other pictures of their highest score. */
async function heatOf({ state, call }: Session, { id, source, result }: Item, options: CallOptions): Promise<Explained | undefined> {
  if (state.heat?.id === id) return state.heat;
  const { method, opened } = state;
  const label = id === selectedItem(state.list)?.id ? state.label : result?.predictions[0]?.label;
  if (method === NO_METHOD || label === undefined || !opened?.methods.includes(method)) return undefined;
  return orNothing(call("explain", { picture: source, method, label }, options));
}

async function lungsOf({ state, call, host }: Session, { id, source }: Item, options: CallOptions): Promise<LungOutlines | undefined> {
  if (state.lungs?.id === id) return state.lungs;
  if (!state.hasLungs || !host.lungModel) return undefined;
  return orNothing(call("segment", { picture: source, model: host.lungModel }, options));
}

async function likeFilms({ state: { cases } }: Session, item: Item, options: CallOptions): Promise<LikeFilms | undefined> {
  if (!cases?.state.index || item.status === "failed") return undefined;
  const { found } = cases.state;
  return found?.id === item.id ? found : orNothing(cases.like(item, options));
}

const listed = ({ state: { cases } }: Session, found: LikeFilms): ListedFilm[] =>
  listedFilms({ index: cases?.state.index, found: { id: 0, ...found } });

function neighboursOf(session: Session, found: LikeFilms): Pick<ReportedPicture, "neighbours" | "vote"> {
  // A report says nothing of who is on a film.
  const neighbours = listed(session, found).map(({ rank, distance, item: { patient: _, group: __, ...item } }) => ({
    rank,
    distance,
    item,
  }));
  return { neighbours, ...(found.vote && { vote: found.vote }) };
}

async function smallFilms(session: Session, found: LikeFilms, options: CallOptions): Promise<NonNullable<PrintedPicture["like"]>> {
  const { cases } = session.state;
  const films: { film: ListedFilm; picture: SmallFilm }[] = [];
  for (const film of listed(session, found)) {
    const known = cases?.state.films.get(film.place);
    const picture = known ?? (await cases?.film(film.place, options)) ?? { missing: "not given" };
    films.push({ film, picture });
  }
  return films;
}

/** What a film itself keeps from being computed is left out of a report; the page has said it already. */
async function orNothing<T>(computed: Promise<T>): Promise<T | undefined> {
  try {
    return await computed;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}
