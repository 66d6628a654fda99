/** A report: what a model said of pictures, with all that somebody needs to ask it again. */
import type { Finding } from "../../../imaging/quality.ts";
import type { OutlierScores, Withheld } from "../../../models/out-of-distribution/detector.ts";
import type { Milliseconds } from "../../../models/result.ts";
import type { IndexDescription, IndexItem } from "../../../retrieval/embedding-index.ts";
import type { SearchSettings, Vote } from "../cases/cases-protocol.ts";
import type { OpenedModel } from "../protocol.ts";
import { ASSUMED_THRESHOLD, type Verdict, verdictOf } from "../score-text.ts";
import type { Item } from "../worklist.ts";

/** What computed, and when. */
export interface Circumstances {
  /** Of this package. */
  readonly version: string;
  /** ISO 8601, in UTC. */
  readonly created: string;
  readonly browser: string;
}

/** How scores are judged: the thresholds that are set, and how near them nothing is called. */
export interface Judgement {
  readonly thresholds: Readonly<Record<string, number>>;
  readonly margin: number;
}

export interface ReportedClass {
  readonly label: string;
  readonly score: number;
  /** Of a probability alone; model: its file names it, assumed: it names none, set: a person has set it. */
  readonly threshold?: { readonly value: number; readonly from: "model" | "assumed" | "set" };
  readonly verdict?: Verdict;
}

export interface ReportedPicture {
  /** The file's name as it is shown in the list. */
  readonly file: string;
  readonly status: "scored" | "withheld" | "failed" | "waiting";
  /** Highest first; none unless scored. */
  readonly predictions: readonly ReportedClass[];
  readonly withheld?: Withheld;
  readonly outlierScores?: OutlierScores;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** Why there is no result. */
  readonly problem?: string;
  readonly milliseconds?: Milliseconds;
  /** The nearest films of the index, nearest first, with what the index says of each but for its patient. */
  readonly neighbours?: readonly {
    readonly rank: number;
    readonly distance: number;
    readonly item: Omit<IndexItem, "patient" | "group">;
  }[];
  readonly vote?: Vote;
}

export interface ReportDocument extends Circumstances {
  readonly tool: "roentgen";
  readonly use: string;
  readonly adapter: string;
  readonly model: Pick<OpenedModel, "name" | "arch" | "task" | "classes" | "sizeBytes"> & { readonly sha256: string };
  /** Whether scores are probabilities, which thresholds are of. */
  readonly isProbability: boolean;
  readonly notSureWithin: number;
  readonly index?: { readonly name: string; readonly items: number } & IndexDescription & { readonly settings: SearchSettings };
  readonly results: readonly ReportedPicture[];
}

/** What is said of one picture by the model alone. */
export function reportedPicture({ name, status, result, problem }: Item, opened: OpenedModel, judgement: Judgement): ReportedPicture {
  const scored = {
    predictions: (result?.predictions ?? []).map((one) => reportedClass(one, opened, judgement)),
    findings: result?.findings ?? [],
    notes: result?.notes ?? [],
  };
  if (!result)
    return { file: name, status: status === "failed" ? status : "waiting", ...scored, ...(problem !== undefined && { problem }) };
  const { withheld, outlierScores, milliseconds } = result;
  return {
    file: name,
    status: withheld ? "withheld" : "scored",
    ...scored,
    ...(withheld && { withheld }),
    ...(outlierScores && { outlierScores }),
    milliseconds,
  };
}

function reportedClass(
  { label, score }: { readonly label: string; readonly score: number },
  { isProbability, thresholds: own }: OpenedModel,
  { thresholds, margin }: Judgement,
): ReportedClass {
  if (!isProbability) return { label, score };
  const value = thresholds[label] ?? ASSUMED_THRESHOLD;
  const from = value !== (own[label] ?? ASSUMED_THRESHOLD) ? "set" : own[label] === undefined ? "assumed" : "model";
  return { label, score, threshold: { value, from }, verdict: verdictOf(score, value, margin) };
}

export function reportDocument(
  circumstances: Circumstances,
  { name, arch, task, classes, sizeBytes, hash, adapter, isProbability }: OpenedModel,
  { margin }: Judgement,
  results: readonly ReportedPicture[],
  index?: ReportDocument["index"],
): ReportDocument {
  return {
    tool: "roentgen",
    use: "Research use, not for clinical use.",
    ...circumstances,
    adapter,
    model: { name, arch, task, classes, sizeBytes, sha256: hash },
    isProbability,
    notSureWithin: margin,
    ...(index && { index }),
    results,
  };
}
