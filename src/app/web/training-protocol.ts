/** What a page and its engine say to each other of training. */
import type { ChosenFile } from "../../training/film-folder.ts";
import type { EpochRecord } from "../../training/log.ts";
import type { Report } from "../../training/report.ts";
import type { FitProgress } from "../../training/train-epoch.ts";
import type { TrainOptions } from "../train-options.ts";

/** Films, and where it stands what each of them shows. */
export interface FilmsInput {
  readonly files: readonly ChosenFile[];
  /** The path of a manifest among them; "none": the folders are the classes. By default the first manifest, where there is one. */
  readonly table?: string;
  /** The manifest's column with the class. */
  readonly label?: string;
}

export interface FilmsSummary {
  /** The folder's. */
  readonly name: string;
  /** Paths of the manifests in it, and the one that was read. */
  readonly tables: readonly string[];
  readonly table?: string;
  /** The manifest's columns, and the one with the class. */
  readonly columns: readonly string[];
  readonly label?: string;
  readonly classes: readonly string[];
  readonly films: number;
  /** How many patients there are, where that is said. */
  readonly patients?: number;
  /** How many films of each class are in each set, where they say theirs; else how many there are. */
  readonly counts: SetCounts;
  readonly hasSets: boolean;
  /** Why these films cannot be trained on. */
  readonly problem?: string;
}

/** Films of each class, by set. */
export type SetCounts = Readonly<Record<string, readonly number[]>>;

/** What a person chooses; the rest is as on the command line. */
export interface ChosenOptions
  extends Pick<
    TrainOptions,
    | "freeze"
    | "epochs"
    | "batch"
    | "size"
    | "optimizer"
    | "lr"
    | "schedule"
    | "weightDecay"
    | "augment"
    | "sampler"
    | "classWeights"
    | "labelSmoothing"
    | "patience"
    | "seed"
    | "allow"
  > {
  readonly start: "open model" | "random values";
}

/** How a training is under way. */
export type TrainingNews =
  | { readonly kind: "checking"; readonly done: number; readonly total: number }
  | { readonly kind: "sets"; readonly classes: readonly string[]; readonly sets: SetCounts }
  | { readonly kind: "progress"; readonly progress: FitProgress; readonly losses: readonly number[] }
  | { readonly kind: "epoch"; readonly record: EpochRecord }
  | { readonly kind: "testing" };

/** What a training learns from. */
export interface KeptFilms {
  /** The folder's. */
  readonly name: string;
  readonly count: number;
  readonly classes: readonly string[];
  /** Tells these films in these sets from all others. */
  readonly digest: string;
}

/** What is kept of a training in this browser. */
export interface KeptTraining {
  /** As `config.json` has it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly films: KeptFilms;
  readonly records: readonly EpochRecord[];
  /** Whether there is a checkpoint to go on from. */
  readonly canGoOn: boolean;
  /** The test's result, where the training has come to its end. */
  readonly report?: Report;
  /** The names of its files. */
  readonly files: readonly string[];
}

/** What a page can ask for, and what it gets. */
export interface TrainingCalls {
  readFilms: { readonly input: FilmsInput; readonly output: FilmsSummary };
  train: {
    readonly input: { readonly options: ChosenOptions; readonly resume: boolean };
    readonly output: { readonly isStopped: boolean; readonly kept?: KeptTraining };
    readonly progress: TrainingNews;
  };
  /** Finishes the batch, and ends the training with a checkpoint. */
  stopTraining: { readonly input: Nothing; readonly output: Nothing };
  keptTraining: { readonly input: Nothing; readonly output: { readonly kept?: KeptTraining } };
  trainingFile: { readonly input: { readonly name: string }; readonly output: { readonly file: File } };
  discardTraining: { readonly input: Nothing; readonly output: Nothing };
}

type Nothing = Record<never, never>;
