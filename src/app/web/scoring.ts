/** What is done with pictures and models: opened, put in the list, read to be looked at, and scored one after the other. */
import { InputError } from "../../bytes.ts";
import type { CallOptions } from "./engine-client.ts";
import type { ModelFile } from "./protocol.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";
import { added, changed, type Item, nextWaiting, removed, selectedItem, stepped, toScoreAgain, type Worklist } from "./worklist.ts";
import { stateText } from "./worklist-panel.ts";

export interface Scoring {
  /** Opens another model, and scores all pictures by it. */
  openModel(file: ModelFile): Promise<void>;
  /** Adds pictures to the end of the list, and scores them when their turn comes. */
  addPictures(pictures: readonly Pick<Item, "name" | "source">[]): void;
  removePicture(id: number): void;
  /** Looks at another picture. */
  select(id: number | undefined): void;
  /** Looks at the picture so many places further down the list. */
  step(places: number): void;
  /** Chooses the class to explain. */
  choose(label: string): void;
}

export function scoring(session: Omit<Session, keyof Scoring>): Scoring {
  const { set, call, attempt, cancel, tell } = session;

  const openModel = async (file: ModelFile): Promise<void> => {
    cancel("predict");
    set({ file, opened: undefined, thresholds: {}, label: undefined, list: toScoreAgain(session.state.list) });
    session.changed("model");
    await attempt(
      "open",
      () => openModel(file),
      async (options) => {
        const opened = await call("open", { model: file }, options);
        set({ opened, thresholds: opened.thresholds, said: strings.ready(opened.name) });
        tell("ready", opened);
        scoreAll();
      },
    );
  };

  /** One picture after the other, the one that is looked at first. */
  const scoreAll = async (): Promise<void> => {
    if (!session.state.opened || session.isRunning("predict")) return;
    await attempt("predict", scoreAll, async (options) => {
      for (let item = nextWaiting(session.state.list); item; item = nextWaiting(session.state.list)) {
        if (options.signal.aborted) return;
        await score(item, options);
      }
    });
  };

  const change = (id: number, to: Parameters<typeof changed>[2]): void => set({ list: changed(session.state.list, id, to) });

  const score = async ({ id, name, source }: Item, options: CallOptions): Promise<void> => {
    change(id, { status: "working" });
    try {
      const result = await call("predict", { picture: source }, options);
      change(id, { status: "done", result });
      const done = session.state.list.items.find((item) => item.id === id);
      if (done) set({ said: strings.scored(name, stateText(done, session.state.opened?.isProbability ?? false)) });
      tell("result", { picture: name, ...result });
      if (id === session.state.list.selected) {
        chooseBest();
        session.changed("scores");
      }
    } catch (error) {
      if (!(error instanceof InputError)) {
        change(id, { status: "waiting" });
        throw error;
      }
      const problem = withoutName(error.message, name);
      change(id, { status: "failed", problem });
      set({ said: strings.scored(name, problem) });
      tell("error", error);
    }
  };

  /** The class that is chosen, else the best one. */
  const chooseBest = (): void => {
    const predictions = selectedItem(session.state.list)?.result?.predictions ?? [];
    const { label } = session.state;
    if (!predictions.some((one) => one.label === label)) set({ label: predictions[0]?.label });
  };

  /** Reads the selected picture to look at, and what lies over it. */
  const look = (): void => {
    const item = selectedItem(session.state.list);
    set({ film: undefined });
    cancel("read");
    if (item) {
      attempt("read", look, async (options) => {
        try {
          const film = await call("read", { picture: item.source }, options);
          set({ film: { id: item.id, ...film } });
          session.changed("film");
        } catch (error) {
          // The list says so too, when its turn comes.
          if (!(error instanceof InputError)) throw error;
        }
      });
      chooseBest();
    }
    session.changed("picture");
  };

  const show = (list: Worklist): void => {
    const isSame = list.selected === session.state.list.selected;
    set({ list });
    if (!isSame) look();
  };

  return {
    openModel,
    addPictures(pictures) {
      if (pictures.length === 0) return;
      show(added(session.state.list, pictures));
      scoreAll();
    },
    removePicture: (id) => show(removed(session.state.list, id)),
    select: (id) => show({ ...session.state.list, selected: id }),
    step: (places) => show(stepped(session.state.list, places)),
    choose(label) {
      set({ label });
      session.changed("class");
    },
  };
}

const withoutName = (message: string, name: string): string => (message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message);
