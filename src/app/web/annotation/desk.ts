/** What a person does with marks: made, changed, taken back, and kept; the parts of the annotation read and change it here. */
import { type Annotation, authorsOf, consensusBy, labelsOf, NO_FINDING, type Picture, signed } from "./annotation.ts";
import { applied, type History, madeAgain, noHistory, type Step, stepped, takenBack } from "./change.ts";
import type { ReadingSession } from "./reading.ts";
import { type Region, tidied } from "./region.ts";
import type { MarkStore } from "./store.ts";
import { strings } from "./strings.ts";

/** What the pointer does on the film: nothing of its own, so that it windows and pans; select; draw. */
export type Tool = "look" | "select" | "box" | "outline";

export interface DeskState {
  /** Who marks; nobody can with an empty name. */
  readonly author: string;
  readonly film?: Picture;
  /** Everyone's on the film, in the order they were made. */
  readonly marks: readonly Annotation[];
  /** Everyone who has marked any film. */
  readonly people: readonly string[];
  /** Those that are in use on any film. */
  readonly labels: readonly string[];
  /** The label that a mark gets when it is drawn. */
  readonly label: string;
  readonly tool: Tool;
  readonly selected?: string;
  /** People whose marks are not shown; others' are hidden until they are asked for. */
  readonly showsOthers: boolean;
  readonly history: History;
  /** The reading that is under way: nobody else's marks are shown. */
  readonly reading?: ReadingSession;
  /** What a screen reader is told, and what went wrong. */
  readonly said: string;
  readonly problem?: string;
  /** What the browser could not keep, as when its disk is full; it is shown all the same, and kept with the next change. */
  readonly unkept: Step;
}

export interface Desk {
  readonly state: DeskState;
  readonly store: MarkStore;
  set(change: Partial<DeskState>): void;
  watch(listener: () => void): () => void;
  /** Shows another film, or none. */
  look(film: Picture | undefined): Promise<void>;
  /** Whether this person may change a mark: their own, and the consensus they made. */
  isOwn(mark: Annotation): boolean;
  /** The marks that are shown, over the film and in lists. */
  shown(): Annotation[];
  /** Marks a part of the film, or all of it. */
  draw(region?: Region, label?: string): void;
  change(id: string, to: Partial<Pick<Annotation, "label" | "comment" | "region">>): void;
  remove(id: string): void;
  /** Several changes that are undone as one. */
  apply(step: Step, pictures?: readonly Picture[]): Promise<void>;
  undo(): void;
  redo(): void;
  /** Tries again to keep what could not be kept. */
  keep(): Promise<void>;
  /** Reads what is kept anew. */
  refresh(): Promise<void>;
  /** Does something that may fail; what fails is shown. */
  attempt(work: () => Promise<void> | void): Promise<void>;
}

export function desk(store: MarkStore, author: string): Desk {
  let state: DeskState = {
    author,
    marks: [],
    people: [],
    labels: [],
    label: strings.firstLabel,
    tool: "look",
    showsOthers: false,
    history: noHistory,
    said: "",
    unkept: [],
  };
  const listeners = new Set<() => void>();
  /** Of each film, so that looking at another one loses nothing. */
  const histories = new Map<string, History>();
  /** Every film that was shown, to be kept with what is marked on it. */
  const seen = new Map<string, Picture>();

  const set: Desk["set"] = (change) => {
    state = { ...state, ...change };
    if (state.film) histories.set(state.film.hash, state.history);
    for (const listener of listeners) listener();
  };
  const isOwn = (mark: Annotation): boolean => mark.author === state.author || mark.author === consensusBy(state.author);
  const warn = (event: BeforeUnloadEvent): void => {
    if (state.unkept.length > 0) event.preventDefault();
  };
  globalThis.addEventListener("beforeunload", warn);
  const attempt: Desk["attempt"] = async (work) => {
    try {
      await work();
    } catch (error) {
      set({ problem: error instanceof Error ? error.message : String(error) });
    }
  };
  let writes = 0;
  const refresh = async (): Promise<void> => {
    const { film } = state;
    const before = writes;
    const { annotations } = await store.all();
    // What was read is older than what is shown; whoever looked or wrote meanwhile reads again.
    if (film !== state.film || before !== writes) return;
    const kept = annotations.filter(({ picture }) => picture === film?.hash).map((after) => ({ after }));
    const marks = applied([], [...kept, ...onFilm(state.unkept)]);
    const selected = marks.some(({ id }) => id === state.selected) ? state.selected : undefined;
    set({ marks, selected, people: authorsOf(annotations), labels: labelsOf(annotations) });
  };
  const onFilm = (step: Step): Step => step.filter(({ before, after }) => (after ?? before)?.picture === state.film?.hash);
  const write = async (step: Step, pictures: readonly Picture[]): Promise<void> => {
    for (const picture of pictures) seen.set(picture.hash, picture);
    const whole = [...state.unkept, ...step];
    const touched = new Set(whole.map(({ before, after }) => (after ?? before)?.picture));
    writes++;
    // Shown before it is kept, and in sight even where it cannot be.
    set({ marks: applied(state.marks, onFilm(step)), unkept: [] });
    try {
      const conflicts = await store.write(
        [...seen.values()].filter(({ hash }) => touched.has(hash)),
        whole,
      );
      await refresh();
      if (conflicts > 0) set({ problem: strings.conflict(conflicts) });
    } catch (error) {
      set({ unkept: [...whole, ...state.unkept] });
      throw new Error(strings.notKept(error instanceof Error ? error.message : String(error)), { cause: error });
    }
  };
  const films = (): Picture[] => (state.film ? [state.film] : []);
  const apply: Desk["apply"] = (step, pictures = films()) =>
    attempt(async () => {
      set({ history: step.length > 0 ? stepped(state.history, step) : state.history, problem: undefined });
      await write(step, pictures);
    });
  const move = (found: ReturnType<typeof takenBack>, said: string): void => {
    if (!found) return;
    attempt(async () => {
      set({ history: found.history, said, problem: undefined });
      await write(found.step, films());
    });
  };
  const draw: Desk["draw"] = (region, label = state.label) => {
    const { film, author, marks } = state;
    if (!film) return;
    if (author === "") return set({ problem: strings.nameFirst });
    if (label.trim() === "") return set({ problem: strings.labelFirst });
    const tidy = region && tidied(region, film);
    if (region && !tidy) return set({ said: strings.nothingDrawn });
    const own = marks.filter((mark) => mark.author === author);
    const none = own.filter((mark) => mark.label === NO_FINDING);
    if (label === NO_FINDING && own.length > none.length) return set({ problem: strings.findingsThere });
    const mark = signed({ picture: film.hash, label: label.trim(), region: tidy, author }, new Date());
    // Whoever marks something takes back that there is nothing.
    apply([...none.map((before) => ({ before })), { after: mark }]);
    set({ selected: region ? mark.id : state.selected, said: strings.made(mark.label) });
    // Browsers may clear what pages keep, unless they are asked not to; whether they agree changes nothing here.
    navigator.storage?.persist?.();
  };
  store.onOtherTab(() => attempt(refresh));

  return {
    get state() {
      return state;
    },
    store,
    set,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async look(film) {
      if (film?.hash === state.film?.hash) return;
      set({ film: undefined, marks: [], selected: undefined });
      set({ film, history: (film && histories.get(film.hash)) ?? noHistory });
      await attempt(refresh);
    },
    isOwn,
    shown: () => state.marks.filter((mark) => (state.reading ? mark.author === state.author : isOwn(mark) || state.showsOthers)),
    draw,
    change(id, to) {
      const before = state.marks.find((mark) => mark.id === id);
      if (!before || !state.film || !isOwn(before)) return;
      const region = to.region && tidied(to.region, state.film);
      if (to.region && !region) return;
      const after = { ...before, ...to, ...(region && { region }) };
      if (JSON.stringify(after) === JSON.stringify(before)) return;
      apply([{ before, after: { ...after, modified: new Date().toISOString() } }]);
    },
    remove(id) {
      const before = state.marks.find((mark) => mark.id === id);
      if (!before || !isOwn(before)) return;
      set({ selected: undefined, said: strings.removed(before.label) });
      apply([{ before }]);
    },
    apply,
    undo: () => move(takenBack(state.history), strings.undone),
    redo: () => move(madeAgain(state.history), strings.redone),
    keep: () => apply([]),
    refresh,
    attempt,
  };
}
