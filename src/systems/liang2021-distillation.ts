/** Distillation in Liang et al. 2021: a student alone and taught by every pair of alpha and temperature, seed by seed. */
import { InputError } from "../bytes.ts";
import { meanOf } from "../statistics/mean.ts";
import type { Teaching } from "../training/distill.ts";
import { spreadOf } from "../training/folds.ts";
import { facts } from "./liang2021-facts.ts";
import { type Cell, cell, type Table, type Tables } from "./table.ts";

/** A way to be taught. */
export type Pair = Omit<Teaching, "logits">;

/** The grid that distillation is tried on, the reduction as published: `fit` takes each with a teacher's logits. */
export function distillationGrid(): Pair[] {
  const { alphas, temperatures, reduction } = facts.distillation;
  return alphas.value.flatMap((alpha) => temperatures.value.map((temperature) => ({ alpha, temperature, reduction: reduction.value })));
}

/**
 * A pair as it is typed, such as "0.95:6".
 * @throws InputError for anything else than alpha from 0 to 1, a colon, and a temperature above 0.
 */
export function pairOf(text: string, reduction: Pair["reduction"] = facts.distillation.reduction.value): Pair {
  const [alpha, temperature, ...rest] = text.split(":").map(Number);
  if (!(alpha >= 0 && alpha <= 1 && temperature > 0) || rest.length > 0)
    throw new InputError("grid", `a pair reads alpha:temperature, alpha from 0 to 1 and the temperature above 0, got ${text}`);
  return { alpha, temperature, reduction };
}

/** One training: of the teacher, of the student alone, or of the student by a pair. */
export interface DistillationRun {
  readonly role: "teacher" | "alone" | "taught";
  readonly network: string;
  readonly seed: number;
  readonly pair?: Pair;
  readonly epochs: number;
  readonly bestEpoch: number;
  /** On validation films, of which the best pair is told, and on test films: loss, accuracy, balancedAccuracy, rocArea. */
  readonly val: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
}

/**
 * `runs`: every training. `grid`: a row a pair, over its seeds, beside the student alone of the same seeds. `students`: the teacher, the
 * student alone, and the student taught by the pair that is best on validation films.
 */
export function distillationTables(runs: readonly DistillationRun[]): Tables {
  const alone = runs.filter(({ role }) => role === "alone");
  const taught = new Map<string, DistillationRun[]>();
  for (const run of runs) if (run.role === "taught") taught.set(nameOf(run.pair), [...(taught.get(nameOf(run.pair)) ?? []), run]);
  const grid = [...taught.values()].map((own) => gridRow(own, alone));
  const best = [...taught.values()].toSorted((a, b) => meanAccuracy(b) - meanAccuracy(a))[0] ?? [];
  return {
    runs: runs.map(({ role, network, seed, pair, epochs, bestEpoch, val, test }) => ({
      role,
      network,
      seed,
      alpha: pair?.alpha ?? "",
      temperature: pair?.temperature ?? "",
      reduction: pair?.reduction ?? "",
      epochs,
      best_epoch: bestEpoch,
      ...prefixed("val_", val),
      ...prefixed("test_", test),
    })),
    grid,
    students: [
      ...summary(
        "teacher",
        runs.filter(({ role }) => role === "teacher"),
      ),
      ...summary("student alone", alone),
      ...summary(`student taught, ${nameOf(best[0]?.pair)}`, best),
    ],
  };
}

function gridRow(own: readonly DistillationRun[], alone: readonly DistillationRun[]): Table[number] {
  const [{ pair }] = own;
  const differences = own.flatMap(({ seed, test }) => {
    const same = alone.find((run) => run.seed === seed);
    return same ? [test.accuracy - same.test.accuracy] : [];
  });
  const { mean, deviation } = spreadOf(own.map(({ test }) => test.accuracy));
  const gain = differences.length > 0 ? spreadOf(differences) : undefined;
  return {
    alpha: pair?.alpha ?? "",
    temperature: pair?.temperature ?? "",
    reduction: pair?.reduction ?? "",
    seeds: own.length,
    val_accuracy: meanAccuracy(own),
    test_accuracy: mean,
    test_accuracy_deviation: cell(deviation),
    gain_over_alone: gain?.mean ?? "",
    gain_deviation: gain ? cell(gain.deviation) : "",
    seeds_gaining: differences.filter((difference) => difference > 0).length,
  };
}

function summary(what: string, runs: readonly DistillationRun[]): Table {
  if (runs.length === 0) return [];
  const measures = Object.keys(runs[0].test);
  const cellsOf = (measure: string): Record<string, Cell> => {
    const { mean, deviation } = spreadOf(runs.map(({ test }) => test[measure]));
    return { [`test_${measure}`]: mean, [`test_${measure}_deviation`]: cell(deviation) };
  };
  return [{ what, network: runs[0].network, seeds: runs.length, ...Object.assign({}, ...measures.map(cellsOf)) }];
}

const meanAccuracy = (runs: readonly DistillationRun[]): number => meanOf(runs.map(({ val }) => val.accuracy));

const nameOf = (pair: Pair | undefined): string => (pair ? `alpha ${pair.alpha}, T ${pair.temperature}` : "");

const prefixed = (prefix: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
