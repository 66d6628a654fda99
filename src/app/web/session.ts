/** What the parts of a viewer share: its state, the line to its engine, and what is done with pictures and models. */
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from "lit";
import { type Attempts, attempts } from "./attempts.ts";
import type { Cases } from "./cases/similar-cases.ts";
import { colourNames } from "./colours.ts";
import type { Compared } from "./compare-panel.ts";
import type { EngineClient } from "./engine-client.ts";
import { type FailureText, failureText } from "./failure-text.ts";
import type { Explained, LungOutlines, ModelFile, OpenedModel, Progress, ReadFilm } from "./protocol.ts";
import { runningEngine } from "./running-engine.ts";
import { MARGIN } from "./score-text.ts";
import { type Scoring, scoring } from "./scoring.ts";
import { strings } from "./strings.ts";
import { noPictures, type Worklist } from "./worklist.ts";

/** Something computed of one picture of the list. */
export type Of<T> = T & { readonly id: number };

/** The method of a heat map that is none. */
export const NO_METHOD = "";

/** All that is shown. A panel's own state is the panel's. */
export interface ViewerState {
  /** The model that was asked for. */
  readonly file?: ModelFile;
  /** The same once it is ready. */
  readonly opened?: OpenedModel;
  readonly progress?: Progress;
  readonly failure?: FailureText & { readonly kind: string; readonly again: () => void };
  readonly list: Worklist;
  /** The picture that is looked at, and what lies over it. */
  readonly film?: Of<ReadFilm>;
  readonly heat?: Of<Explained>;
  readonly lungs?: Of<LungOutlines>;
  /** Another model, beside the one that scores the list. */
  readonly compared?: Compared;
  /** The class that is explained. */
  readonly label?: string;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly margin: number;
  readonly method: string;
  readonly opacity: number;
  readonly hasLungs: boolean;
  readonly colours: string;
  /** Like films, once they have been asked for. */
  readonly cases?: Cases;
  readonly gpuBytes: number;
  /** The training's view, once it has been opened, and where it stands in one line. */
  readonly training?: { readonly isShown: boolean; readonly text: string };
  /** What a screen reader is told. */
  readonly said: string;
  /** More tools above the film, and what lies over it. */
  readonly stageTools?: () => TemplateResult;
  readonly overFilm?: () => TemplateResult;
  /** Which film of how many is read blind: what models and others say of it, and its name, are hidden. */
  readonly blind?: { readonly place: number; readonly total: number };
}

/**
 * What has changed, for parts that compute something of it: the model, the picture, its film once it is read, its scores, or the class and
 * method to explain it by.
 */
export type Change = "model" | "picture" | "film" | "scores" | "class" | "method";

/** The element around it. */
export interface ViewerHost extends ReactiveControllerHost, EventTarget {
  readonly models: readonly ModelFile[];
  readonly lungModel: ModelFile | undefined;
  readonly example: string | undefined;
}

export interface Session extends Attempts, Scoring {
  readonly host: ViewerHost;
  readonly state: ViewerState;
  /** Changes the state; the viewer is drawn anew. */
  set(change: Partial<ViewerState>): void;
  watch(listener: (change: Change) => void): void;
  changed(change: Change): void;
  /** Offers what is dropped on the viewer to a part, which tells whether it takes it; what nobody takes are pictures. */
  onDrop(take: (event: DragEvent) => boolean): void;
  /** Whether a part has taken what was dropped. */
  dropped(event: DragEvent): boolean;
  /** Asks the engine for something, see `Calls`; within `attempt`, with what that hands over. */
  readonly call: EngineClient["call"];
  /** Dispatches one of the element's events. */
  tell(type: "ready" | "progress" | "result" | "error", detail: unknown): void;
}

export function session(host: ViewerHost): Session {
  let state: ViewerState = {
    list: noPictures,
    thresholds: {},
    margin: MARGIN,
    method: NO_METHOD,
    opacity: 0.6,
    hasLungs: false,
    colours: colourNames[0],
    gpuBytes: 0,
    said: "",
  };
  const listeners: ((change: Change) => void)[] = [];
  const takers: ((event: DragEvent) => boolean)[] = [];
  const set: Session["set"] = (change) => {
    state = { ...state, ...change };
    host.requestUpdate();
  };
  const tell: Session["tell"] = (type, detail) => {
    host.dispatchEvent(new CustomEvent(type, { detail }));
  };
  const engine = runningEngine(() => set({ opened: undefined }));
  const measure = async (): Promise<void> => {
    if (!engine.isStarted()) return;
    const memory = await engine.call("memory", {}).catch(() => undefined);
    if (memory) set({ gpuBytes: memory.gpuBytes });
  };
  const underWay = attempts({
    onStart(kind) {
      // What kept a model from opening is still true when a picture comes.
      if (state.failure?.kind === kind || kind === "open") set({ failure: undefined });
    },
    onProgress(progress) {
      set({ progress });
      tell("progress", progress);
    },
    onFailure(error, kind, again) {
      const text = failureText(error, strings.failed[kind]);
      if (!text) return;
      set({ failure: { ...text, kind, again } });
      tell("error", error);
    },
    onEnd(isLast) {
      if (isLast) set({ progress: undefined });
      measure();
    },
  });
  const shared: Omit<Session, keyof Scoring> = {
    ...underWay,
    host,
    get state() {
      return state;
    },
    set,
    watch: (listener) => {
      listeners.push(listener);
    },
    changed: (change) => {
      for (const listener of listeners) listener(change);
    },
    onDrop: (take) => {
      takers.push(take);
    },
    dropped: (event) => takers.some((take) => take(event)),
    call: engine.call,
    tell,
  };
  const lifecycle: ReactiveController = {
    hostDisconnected() {
      for (const kind of underWay.running()) underWay.cancel(kind);
      engine.stop();
    },
  };
  host.addController(lifecycle);
  // Not spread, since the state is read through the getter.
  return Object.assign(shared, scoring(shared));
}
