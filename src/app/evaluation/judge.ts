/** What a model's scores on a set of films are worth. */
import { InputError } from "../../bytes.ts";
import { type BinaryReport, binaryReport } from "../../statistics/binary-report.ts";
import { type MulticlassReport, multiclassReport } from "../../statistics/multiclass-report.ts";
import { isDefined, type NotDefined, notDefined } from "../../statistics/not-defined.ts";
import type { ScoredSet } from "../../statistics/scored-set.ts";
import { chooseThreshold, fixedThreshold, type Threshold, type ThresholdRule } from "../../statistics/threshold.ts";
import type { Dataset, Sample } from "../../training/dataset.ts";
import { groupsOf } from "../../training/groups.ts";
import { labelsFor } from "./films.ts";
import type { Scores } from "./scores.ts";

/** A threshold as it is asked for: a rule to choose it by on the validation set, or a number. */
export type ThresholdChoice = ThresholdRule | number;

/** Films of one set with their scores; those that could not be read are left out. */
export interface ScoredFilms {
  /** The set's name. */
  readonly name: string;
  readonly classes: readonly string[];
  readonly films: readonly Sample[];
  /** The place of each film's class; −1 for another than the only one that the model knows. */
  readonly labels: Int32Array;
  /** A row of scores a film, end to end. */
  readonly scores: Float64Array;
  /** Whether users get no answer, since a film is unlike those that the model was fitted on. */
  readonly withheld: readonly boolean[];
  /** The patient (or group) of each film; undefined where no film names one. */
  readonly clusters?: readonly string[];
}

/** Joins films and scores. @throws InputError where a film is of a class that the model does not know, or no film is left. */
export function scoredFilms(dataset: Dataset, name: string, films: readonly Sample[], scores: Scores, labelColumn: string): ScoredFilms {
  const kept = films.flatMap((film, i) => (scores.rows[i] ? [{ film, row: scores.rows[i], withheld: scores.withheld[i] }] : []));
  if (kept.length === 0) throw new InputError(dataset.name, `no film of ${name} could be read`);
  const own = kept.map(({ film }) => film);
  return {
    name,
    classes: scores.classes,
    films: own,
    labels: labelsFor(dataset, own, scores.classes, labelColumn),
    scores: Float64Array.from(kept.flatMap(({ row }) => Array.from(row))),
    withheld: kept.map(({ withheld }) => withheld),
    ...(own.some(({ patient, group }) => patient ?? group) && { clusters: clustersOf(own) }),
  };
}

/** A name for what each film belongs to: its patient's or group's first, so that the same one has the same name in every set. */
function clustersOf(films: readonly Sample[]): string[] {
  const numbers = groupsOf(films);
  const names = new Map<number, string>();
  for (const [i, { group, patient, name }] of films.entries())
    if (!names.has(numbers[i])) names.set(numbers[i], group ?? patient ?? `film ${name}`);
  return Array.from(numbers, (number) => names.get(number) ?? "");
}

export interface JudgeOptions {
  /** Classes that are told from the rest; all where none is named. */
  readonly positive?: readonly string[];
  readonly thresholds: readonly ThresholdChoice[];
  /** What the model's file names as the thresholds of its classes. */
  readonly modelThresholds?: Readonly<Record<string, number>>;
  readonly prevalences: readonly number[];
  readonly resamples: number;
  readonly seed: number;
}

/** One class told from all others. */
export interface ClassJudgement {
  readonly positive: string;
  readonly report: BinaryReport;
  /** What was asked for and could not be chosen, with the reason. */
  readonly without: readonly { readonly rule: string; readonly reason: NotDefined }[];
}

export interface Judgement {
  readonly model: string;
  readonly test: ScoredFilms;
  /** Not defined where scores of a film do not sum to 1. */
  readonly classes: MulticlassReport | NotDefined;
  /** What thresholds were chosen on. */
  readonly validation?: ScoredFilms;
  /** Films of which several classes have the highest score, so that the first of them is taken for the answer. */
  readonly tied: number;
  readonly each: readonly ClassJudgement[];
}

/**
 * Judges scores on the test films; thresholds are chosen on the validation films.
 * @throws InputError for a positive class that the model does not know.
 * @throws StatisticsError for scores that are not finite, and where test and validation films share a patient.
 */
export function judge(model: string, test: ScoredFilms, validation: ScoredFilms | undefined, options: JudgeOptions): Judgement {
  const { positive = test.classes, resamples, seed } = options;
  for (const label of positive)
    if (!test.classes.includes(label)) throw new InputError(model, `has no class ${label}, it knows ${test.classes.join(", ")}`);
  return {
    model,
    test,
    validation,
    classes:
      reasonAgainstClasses(test) ?? multiclassReport(test.scores, test.labels, test.classes, { clusters: test.clusters, resamples, seed }),
    tied: tiedFilms(test),
    each: positive.map((label) => judgeClass(label, test, validation, options)),
  };
}

function tiedFilms({ classes, scores, films }: ScoredFilms): number {
  const isTied = (n: number): boolean => {
    const row = scores.subarray(n * classes.length, (n + 1) * classes.length);
    const highest = Math.max(...row);
    return row.indexOf(highest) !== row.lastIndexOf(highest);
  };
  return films.filter((_, n) => isTied(n)).length;
}

/** Probabilities of a float32 softmax sum to 1 within this. */
const ROUNDING = 1e-4;

function reasonAgainstClasses({ classes, scores, films }: ScoredFilms): NotDefined | undefined {
  if (classes.length < 2) return notDefined("the model knows one class only");
  for (let n = 0; n < films.length; n++) {
    const row = scores.subarray(n * classes.length, (n + 1) * classes.length);
    const sum = row.reduce((total, score) => total + score, 0);
    if (row.some((score) => score < 0 || score > 1) || Math.abs(sum - 1) > ROUNDING)
      return notDefined(`the scores of a film are no probabilities that sum to 1 (${films[n].name}: ${sum.toPrecision(4)})`);
  }
  return undefined;
}

/** One class against the rest, as `src/statistics` takes it. */
export function binarySet({ name, classes, films, labels, scores, clusters }: ScoredFilms, positive: string): ScoredSet {
  const place = classes.indexOf(positive);
  return {
    name,
    scores: Float64Array.from(films, (_, n) => scores[n * classes.length + place]),
    labels: Uint8Array.from(labels, (label) => (label === place ? 1 : 0)),
    ids: films.map((film) => film.name),
    clusters,
  };
}

function judgeClass(positive: string, test: ScoredFilms, validation: ScoredFilms | undefined, options: JudgeOptions): ClassJudgement {
  const { thresholds: choices, modelThresholds = {}, prevalences, resamples, seed } = options;
  const set = binarySet(test, positive);
  const own = Object.hasOwn(modelThresholds, positive) ? [fixedThreshold(modelThresholds[positive], "the model's file")] : [];
  const chosen = choices.map((choice) => ({ rule: choiceText(choice), threshold: thresholdOf(choice, positive, validation) }));
  return {
    positive,
    report: binaryReport(set.scores, set.labels, {
      name: set.name,
      ids: set.ids,
      clusters: set.clusters,
      thresholds: [...own, ...chosen.flatMap(({ threshold }) => (isDefined(threshold) ? [threshold] : []))],
      prevalences,
      resamples,
      seed,
    }),
    without: chosen.flatMap(({ rule, threshold }) => (isDefined(threshold) ? [] : [{ rule, reason: threshold }])),
  };
}

function thresholdOf(choice: ThresholdChoice, positive: string, validation: ScoredFilms | undefined): Threshold | NotDefined {
  if (typeof choice === "number") return fixedThreshold(choice, "the command line");
  if (!validation) return notDefined("there are no validation films to choose it on");
  return chooseThreshold(binarySet(validation, positive), choice);
}

const choiceText = (choice: ThresholdChoice): string => {
  if (typeof choice !== "object") return String(choice);
  const [[index, least]] = Object.entries(choice);
  return `${index} ≥ ${least}`;
};
