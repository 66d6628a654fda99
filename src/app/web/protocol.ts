/** What a page and its engine, which runs in a worker, say to each other. */
import type { Source } from "../../bytes.ts";
import type { DeviceFailure } from "../../gpu/device-error.ts";
import type { Finding } from "../../imaging/quality.ts";
import type { CasesCalls } from "./cases/cases-protocol.ts";
import type { GreyLevels, HeatLevels } from "./draw-film.ts";
import type { TrainingCalls } from "./training-protocol.ts";
import type { Scored } from "./worklist.ts";

/** A file of weights: where it is, and what to call it. */
export interface ModelFile {
  readonly name: string;
  readonly source: Source;
  /** Where its card is, Markdown; a report prints it. */
  readonly card?: string;
  /** Whether it stays on the device for use offline, once it was fetched; for addresses whose contents never change. */
  readonly keep?: boolean;
}

/** Which model is asked: the one that scores the list, unless it is said, or the one that it is compared with. */
export type Which = "first" | "second";

/** What a page needs to know of a model. */
export interface OpenedModel {
  readonly name: string;
  readonly arch: string;
  readonly task: "classification" | "segmentation" | "regression";
  readonly classes: readonly string[];
  /** Whether a score is a probability. */
  readonly isProbability: boolean;
  readonly thresholds: Readonly<Record<string, number>>;
  /** The ways to explain its scores, by name. */
  readonly methods: readonly string[];
  readonly sizeBytes: number;
  readonly hash: string;
  /** Everything that its file says, as strings, for people. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly adapter: string;
  readonly times: { readonly download: number; readonly selfTest: number; readonly compile: number };
}

/** A film to look at. */
export interface ReadFilm {
  /** The film, and copies of half the size each. */
  readonly film: readonly GreyLevels[];
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

/** The outlines of two lungs. */
export interface LungOutlines {
  /** Of each part: column and row of one point after the other, as shares of the film's width and height. */
  readonly outlines: readonly Float32Array[];
  /** Of the film's area. */
  readonly share: number;
  /** Why these cannot be two lungs. */
  readonly problem?: string;
  readonly elapsedMs: number;
}

/** A heat map, and what it explains. */
export interface Explained {
  readonly levels: HeatLevels;
  /** What the strongest level stands for, in the method's own measure. */
  readonly limit: number;
  readonly method: string;
  readonly label: string;
  readonly layer?: string;
  readonly notes: readonly string[];
  readonly elapsedMs: number;
}

/** What a page can ask for, and what it gets; each has its handler in `engine.ts`. */
export interface Calls extends CasesCalls, TrainingCalls {
  open: { readonly input: { readonly model: ModelFile; readonly which?: Which }; readonly output: OpenedModel };
  close: { readonly input: { readonly which: Which }; readonly output: Record<never, never> };
  read: { readonly input: { readonly picture: Blob | string }; readonly output: ReadFilm };
  predict: { readonly input: { readonly picture: Blob | string; readonly which?: Which }; readonly output: Scored };
  segment: { readonly input: { readonly picture: Blob | string; readonly model: ModelFile }; readonly output: LungOutlines };
  explain: {
    readonly input: { readonly picture: Blob | string; readonly which?: Which; readonly method: string; readonly label: string };
    readonly output: Explained;
  };
  /** Fetches a model to be kept on the device. */
  keep: { readonly input: { readonly model: ModelFile }; readonly output: { readonly sizeBytes: number } };
  memory: { readonly input: Record<never, never>; readonly output: { readonly gpuBytes: number } };
}

export type Call = keyof Calls;
export type Input<Name extends Call> = Calls[Name]["input"];
export type Output<Name extends Call> = Calls[Name]["output"];
/** What is told before the answer. */
export type ProgressOf<Name extends Call> = Name extends Call
  ? Calls[Name] extends { readonly progress: infer News }
    ? News
    : Progress
  : never;

/** How far a call has come; a total of 0 is not known. */
export interface Progress {
  readonly stage: "download" | "self-test" | "compile" | "run";
  readonly done: number;
  readonly total: number;
  /** What is being fetched or made ready. */
  readonly name: string;
}

export type Request<Name extends Call = Call> = {
  readonly [One in Name]: { readonly id: number; readonly call: One; readonly input: Input<One> };
}[Name];

export type ToEngine = Request | { readonly id: number; readonly call: "cancel" };

/** An error as it crosses over. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly reason?: DeviceFailure;
}

export type FromEngine =
  | { readonly id: number; readonly progress: ProgressOf<Call> }
  | { readonly id: number; readonly output: Output<Call> }
  | { readonly id: number; readonly failure: Failure };

/** Either end of the line between page and engine: a worker, a worker's own scope, or a message port. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}
