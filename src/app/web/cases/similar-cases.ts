/** Like films of the picture that is looked at: the index they are in, how they are searched for, and what was found. */
import { InputError, readBytes } from "../../../bytes.ts";
import type { IndexItem } from "../../../retrieval/embedding-index.ts";
import type { ChosenFile } from "../../../training/film-folder.ts";
import type { GreyLevels } from "../draw-film.ts";
import type { CallOptions } from "../engine-client.ts";
import { saveFile } from "../save-file.ts";
import type { Of, Session } from "../session.ts";
import { strings } from "../strings.ts";
import { type Item, selectedItem } from "../worklist.ts";
import type { GivenIndex, LikeFilms, OpenedIndex, SearchSettings } from "./cases-protocol.ts";
import { type Candidate, type FoundFilm, filmFinder } from "./film-finder.ts";
import { indexIn } from "./index-files.ts";

/** What is seen of a film of the index: its picture, or why there is none. */
export type SmallFilm = GreyLevels | { readonly missing: "not given" | "changed" | "unreadable" };

export interface CasesState {
  readonly index?: OpenedIndex;
  readonly settings: SearchSettings;
  /** Those of the picture that is looked at. */
  readonly found?: Of<LikeFilms>;
  /** Small pictures of films, by their place in the index. */
  readonly films: ReadonlyMap<number, SmallFilm>;
  /** What keeps films from being found, and what is to be said of the index. */
  readonly problem?: string;
  readonly remarks: readonly string[];
}

export interface Cases {
  readonly state: CasesState;
  /** Opens the index among files; pictures beside it are those that it is of. */
  open(files: readonly ChosenFile[]): Promise<void>;
  /** Makes an index of the pictures in the list. */
  build(): Promise<void>;
  /** Saves the index that is open, as an archive. */
  save(): Promise<void>;
  close(): void;
  /** Pictures that the index may be of. */
  giveFilms(files: readonly ChosenFile[]): void;
  change(settings: Partial<SearchSettings>): void;
  /** Whose the picture is that is looked at, as a person has said. */
  patient(): string | undefined;
  namePatient(patient: string): void;
  /** The films like a picture. */
  like(item: Item, options: CallOptions): Promise<LikeFilms>;
  /** A small picture of the film in this place of the index. */
  film(place: number, options: CallOptions): Promise<SmallFilm>;
  /** Where that film is. */
  find(place: number): Promise<FoundFilm>;
}

/** What is under way is called so: a search gives way to the next one, an index that is opened or made does not. */
const SEARCH = "cases";
const INDEX = "index";

/** Of an index. */
let lastId = 0;

/** Pixels of the longer side of small pictures. */
const SMALL = 256;

const DEFAULTS: SearchSettings = { k: 5, metric: "euclidean", leftOut: "same-file", weights: "uniform" };

/** Columns that say what a film is of, the likeliest first. */
const LABELS = ["label", "diagnosis", "class", "finding"];

export function similarCases(session: Session): Cases {
  let state: CasesState = { settings: DEFAULTS, films: new Map(), remarks: [] };
  let index: GivenIndex | undefined;
  let finder = filmFinder();
  /** Pictures of the list that the finder knows, and whose they are. */
  let given = new Set<number>();
  const patients = new Map<number, string>();
  const update = (change: Partial<CasesState>): void => {
    state = { ...state, ...change };
    session.set({});
  };

  /** Does something that a person's files may keep from being done; what they do wrong is said beside the index, not over the film. */
  const attempt = (kind: string, again: () => void, work: (options: Required<CallOptions>) => Promise<void>): Promise<void> =>
    session.attempt(kind, again, async (options) => {
      update({ problem: undefined });
      try {
        await work(options);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        update({ problem: error.message });
        session.set({ said: error.message });
      }
    });

  const take = (files: GivenIndex, opened: OpenedIndex, remarks: readonly string[]): void => {
    const { items, description, name } = opened;
    const columns = labelColumns(items);
    const leftOut = items.some(({ patient }) => patient) ? "same-patient" : "same-file";
    const label = LABELS.find((column) => columns.includes(column)) ?? columns[0];
    const settings = { ...state.settings, metric: description.metric, leftOut, label } as const;
    [index, finder, given] = [files, filmFinder(), new Set()];
    update({ index: opened, settings, found: undefined, films: new Map(), remarks });
    session.set({ said: strings.indexOpened(name, items.length) });
    search();
  };

  const knowList = (): void => {
    const fresh = session.state.list.items.filter(({ id }) => !given.has(id));
    finder.give(fresh.map(({ name, source }) => ({ path: name, source })));
    for (const { id } of fresh) given.add(id);
  };

  const open = (files: readonly ChosenFile[]): Promise<void> =>
    attempt(
      INDEX,
      () => open(files),
      async (options) => {
        const found = { id: ++lastId, ...(await indexIn(files)) };
        const opened = await session.call("openIndex", found, options);
        take(found, opened, opened.unfinished > 0 ? [strings.indexUnfinished(opened.unfinished)] : []);
        finder.give(candidates(files));
      },
    );

  const build = (): Promise<void> =>
    attempt(INDEX, build, async (options) => {
      const pictures = session.state.list.items.map(({ name, source }) => ({ name, source }));
      const asked = { id: ++lastId, name: strings.builtIndex, pictures };
      const { files, leftOut, ...opened } = await session.call("buildIndex", asked, options);
      take(
        files,
        opened,
        leftOut.map(({ name, problem }) => strings.notIndexed(name, problem)),
      );
    });

  const save = (): Promise<void> =>
    attempt(INDEX, save, async () => {
      if (!index) return;
      const { packIndex } = await import("./index-archive.ts");
      const [embeddings, items] = await Promise.all([index.embeddings, index.items].map(readBytes));
      saveFile(`${index.name}.zip`, new Blob([packIndex({ embeddings, items })], { type: "application/zip" }));
    });

  const like = async ({ id, source }: Item, options: CallOptions): Promise<LikeFilms> => {
    if (!index) throw new InputError(strings.cases, "no index is open");
    return session.call("findLike", { picture: source, index, ...state.settings, patient: patients.get(id) }, options);
  };

  const film: Cases["film"] = async (place, options) => {
    const found = await find(place);
    if ("missing" in found) return found;
    try {
      return await session.call("shrink", { picture: found.source, side: SMALL }, options);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { missing: "unreadable" };
    }
  };
  const find = (place: number): Promise<FoundFilm> => {
    knowList();
    const item = state.index?.items[place];
    return item ? finder.find(item) : Promise.resolve({ missing: "not given" });
  };

  /** Finds the films like the picture that is looked at, and shows them one after the other. */
  const show = async (options: CallOptions): Promise<void> => {
    const item = selectedItem(session.state.list);
    if (!item || !state.index || !session.state.opened) return;
    const found = await like(item, options);
    update({ found: { id: item.id, ...found } });
    for (const { index } of found.neighbours) {
      const known = state.films.get(index);
      if (known && !("missing" in known)) continue;
      const picture = await film(index, options);
      options.signal?.throwIfAborted();
      update({ films: new Map(state.films).set(index, picture) });
    }
  };
  const search = (): void => {
    session.cancel(SEARCH);
    if (state.found) update({ found: undefined });
    if (state.index) attempt(SEARCH, search, show);
  };
  session.watch((change) => {
    if (change === "model" || change === "picture") search();
    else if (change === "scores" && !state.found && !session.isRunning(SEARCH)) search();
  });

  return {
    get state() {
      return state;
    },
    open,
    build,
    save,
    close() {
      session.cancel(SEARCH);
      index = undefined;
      update({ index: undefined, found: undefined, films: new Map(), problem: undefined, remarks: [] });
    },
    giveFilms(files) {
      finder.give(candidates(files));
      search();
    },
    change(settings) {
      update({ settings: { ...state.settings, ...settings } });
      search();
    },
    patient: () => patients.get(session.state.list.selected ?? 0),
    namePatient(patient) {
      const { selected } = session.state.list;
      if (selected === undefined) return;
      if (patient === "") patients.delete(selected);
      else patients.set(selected, patient);
      search();
    },
    like,
    film,
    find,
  };
}

/** Columns that films may be told apart by: all that do not say which film it is. */
export const labelColumns = (items: readonly IndexItem[]): string[] =>
  [...new Set(items.flatMap((item) => Object.keys(item)))].filter((column) => !["file", "sha256", "patient", "group"].includes(column));

/** Files beside an index that its films may be. */
const candidates = (files: readonly ChosenFile[]): Candidate[] =>
  files.filter(({ path }) => !/\.(jsonl|safetensors|zip)$/i.test(path)).map(({ path, file }) => ({ path, source: file }));
