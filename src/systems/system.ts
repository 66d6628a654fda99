/** A published system: what its paper did, what a training of it takes, and what it has to put out. */
import type { Pattern } from "../imaging/phantom-cohort.ts";
import type { InputDescription } from "../models/description.ts";
import type { FoldResult } from "../training/folds.ts";
import type { DistillationOptions } from "../training/losses.ts";
import type { Merging } from "../training/merge-classes.ts";
import type { LossName } from "../training/objective.ts";
import type { OptimizerName } from "../training/optimizers/named.ts";
import type { RateSchedule } from "../training/rates.ts";
import type { Sampler } from "../training/sampler.ts";
import type { Facts } from "./fact.ts";
import type { Findings, Inspection } from "./inspection.ts";
import type { PredictedFilms } from "./predicted-films.ts";
import type { ScoredFilms } from "./scored-films.ts";
import type { Tables } from "./table.ts";

export interface System {
  /** As `--system` takes it: first author and year. */
  readonly name: string;
  readonly paper: string;
  /** The networks, or tasks, by name, and what each is; the first is the default. */
  readonly members: Readonly<Record<string, string>>;
  /** Ways to train a member, and what each is; the first is the default. */
  readonly variants: Readonly<Record<string, string>>;
  readonly facts: Facts;
  /** Where this is not what was published, and why. */
  readonly deviations: readonly Deviation[];
  /** What `--member all` and `--variant all` stand for: those that answer together or are compared. All there are, unless it says so. */
  readonly together?: Trainings;
  /** What a quick run trains unless others are asked for, so that it puts out all there is; otherwise the first of both. */
  readonly quick?: Trainings;
  /** What a quick run draws where it is given no films. */
  readonly phantoms: { readonly films: number; readonly size: number; readonly patterns: Readonly<Record<string, Pattern>> };
  /** What a training takes; `member` and `variant` are names of this system. */
  plan(choice: Choice): Plan;
  /** What the system puts out of a training, as tables by name. */
  tables(results: Results): Tables;
  /** The same of a member that predicts numbers. */
  valueTables?(test: PredictedFilms): Tables;
  /** What it puts out of the trained network and the held-out films: pictures, and tables beside those of the results. */
  inspect?(inspection: Inspection): Promise<Findings>;
  /** What it puts out of several trainings on the same films, by their names. */
  comparison(results: Readonly<Record<string, Results>>): Tables;
}

/** Members and variants by name. */
export interface Trainings {
  readonly members: readonly string[];
  readonly variants: readonly string[];
}

export interface Deviation {
  readonly published: string;
  readonly here: string;
  /** The number of the trap in the project's list of them, where it is one. */
  readonly trap?: number;
}

export interface Choice {
  readonly member: string;
  readonly variant: string;
  /** Small pictures and few epochs: the same code in minutes on a CPU. Its results mean nothing. */
  readonly quick: boolean;
}

/** Options of `train`, by their names there. */
export interface Plan {
  readonly arch: string;
  readonly size: number;
  readonly resize: InputDescription["resize"];
  readonly pseudoColour?: InputDescription["pseudoColour"];
  readonly merge?: Merging;
  readonly classes?: readonly string[];
  readonly values?: readonly string[];
  readonly units?: readonly string[];
  readonly scaleValues?: boolean;
  /** What a network starts with: where it is a file's values, `--init` has to name the file. */
  readonly start: "ImageNet" | "random";
  readonly freeze: string;
  readonly frozenNorms: "fixed" | "drift";
  readonly seed?: number;
  readonly epochs: number;
  readonly batch: number;
  readonly optimizer: OptimizerName;
  readonly lr: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly schedule: RateSchedule;
  readonly loss: LossName;
  /** By the classes' names; the others count 1. */
  readonly classWeights?: Readonly<Record<string, number>>;
  readonly sampler: Exclude<Sampler["kind"], "sequential">;
  readonly augment: string;
  readonly augmentAt: "input" | "source";
  /** Films are seen with their lungs, which this model finds; and so many changed copies of each training film are made beforehand. */
  readonly lungModel?: string;
  readonly copies?: number;
  readonly monitor: string;
  readonly patience?: number;
  readonly folds?: number;
  /** A network that teaches this one, and the pairs alpha:temperature that are tried. */
  readonly teacher?: string;
  readonly grid?: readonly string[];
  readonly klReduction?: DistillationOptions["reduction"];
}

/** What a training gave. */
export interface Results {
  /** Films that were held out; of a cross-validation all films, each judged by the fold that had not seen it. */
  readonly test: ScoredFilms;
  /** What thresholds may be chosen on. */
  readonly val?: ScoredFilms;
  readonly folds?: readonly FoldResult[];
  /** From which probability a film is positive, where one was asked for: else it is the paper's. */
  readonly threshold?: number;
}
