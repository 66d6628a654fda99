/** A student with and without a teacher: every pair of a grid with every seed, each training written down as it ends. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { writeSafetensors } from "../loaders/safetensors.ts";
import { networks } from "../models/registry.ts";
import { isDefined } from "../statistics/not-defined.ts";
import { rocArea } from "../statistics/roc-area.ts";
import { type DistillationRun, distillationTables, type Pair, pairOf } from "../systems/liang2021-distillation.ts";
import { scoredFilms } from "../systems/scored-films.ts";
import type { Tables } from "../systems/table.ts";
import type { Dataset } from "../training/dataset.ts";
import { type TeacherLogits, teacherLogits } from "../training/distill.ts";
import type { Evaluation } from "../training/evaluate.ts";
import { fit } from "../training/fit.ts";
import { metricsOf } from "../training/metrics.ts";
import { type Trainee, traineeFrom } from "../training/trainee.ts";
import { writeWhole } from "../training/write-file.ts";
import { note } from "./command-line.ts";
import { fitOptionsOf } from "./fit-options.ts";
import { judge } from "./train-judge.ts";
import type { TrainOptions } from "./train-options.ts";
import { readTeacher } from "./train-teacher.ts";

export interface StudentSets {
  readonly train: Dataset;
  readonly val: Dataset;
  readonly test: Dataset;
}

/**
 * Trains a teacher where a network is named and not a file, the student alone, and the student by every pair, each from every seed. What
 * `runs.jsonl` has is not done again.
 * @param start - a network at its start.
 */
export async function trainDistilled(
  device: Device,
  sets: StudentSets,
  start: (arch: string, seed: number) => Promise<Trainee>,
  options: TrainOptions & { readonly teacher: string; readonly grid: readonly string[] },
  out: string,
): Promise<Tables> {
  const { arch, teacher, seed: firstSeed, seeds } = options;
  const pairs = options.grid.map((text) => pairOf(text, options.klReduction));
  if (sets.test.samples.length === 0) throw new InputError(sets.test.name, "holds no films");
  const log = join(out, "runs.jsonl");
  const done: DistillationRun[] = await readRuns(log);
  const fitted = fitOptionsOf(device, options, sets.train);

  /** One training, from its start to its best epoch on validation films. */
  const trained = async (network: string, seed: number, pair?: Pair, logits?: TeacherLogits) => {
    let best: { readonly trainee: Trainee; readonly epoch: number } | undefined;
    let epochs = 0;
    const teaching = pair && logits && { logits, ...pair };
    for await (const epoch of fit(await start(network, seed), sets.train, { ...fitted, seed, val: sets.val, teacher: teaching })) {
      epochs++;
      if (epoch.isBest) best = { trainee: traineeFrom(epoch.checkpoint.metadata, epoch.values, network), epoch: epoch.epoch };
    }
    if (!best) throw new InputError(network, "was trained for no epoch");
    return { ...best, epochs };
  };
  const scoresOf = async (trainee: Trainee, films: Dataset): Promise<Record<string, number>> => {
    const evaluation = await judge(device, trainee, films, options);
    return { ...metricsOf(trainee.description, films, evaluation), ...areaOf(films, evaluation) };
  };
  const record = async (run: Omit<DistillationRun, "val" | "test">, trainee: Trainee): Promise<void> => {
    const scored: DistillationRun = { ...run, val: await scoresOf(trainee, sets.val), test: await scoresOf(trainee, sets.test) };
    done.push(scored);
    await appendFile(log, `${JSON.stringify(scored)}\n`);
    note(`${run.role} ${run.network} seed ${run.seed}${pairText(run.pair)}: test accuracy ${scored.test.accuracy.toFixed(4)}`, options);
  };
  const isDone = (role: DistillationRun["role"], seed: number, pair?: Pair): boolean =>
    done.some((run) => run.role === role && run.seed === seed && pairText(run.pair) === pairText(pair));

  const master = await teacherOf(teacher, out, sets.train, async (network) => {
    const { trainee, epoch, epochs } = await trained(network, firstSeed);
    if (!isDone("teacher", firstSeed)) await record({ role: "teacher", network, seed: firstSeed, epochs, bestEpoch: epoch }, trainee);
    return trainee;
  });
  if (!isDone("teacher", firstSeed))
    await record({ role: "teacher", network: master.description.arch, seed: firstSeed, epochs: 0, bestEpoch: 0 }, master);
  // In batches of its own: it may be larger than its student, or see larger films.
  const logits = await teacherLogits(device, master, sets.train, { workers: options.workers });
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++)
    for (const pair of [undefined, ...pairs]) {
      const role = pair ? "taught" : "alone";
      if (isDone(role, seed, pair)) continue;
      const { trainee, epoch, epochs } = await trained(arch, seed, pair, logits);
      await record({ role, network: arch, seed, ...(pair && { pair }), epochs, bestEpoch: epoch }, trainee);
    }
  return distillationTables(done);
}

/** The teacher of a file, or of `teacher.safetensors` in the folder, or one that is trained and written there. */
async function teacherOf(teacher: string, out: string, films: Dataset, train: (network: string) => Promise<Trainee>): Promise<Trainee> {
  if (!Object.hasOwn(networks, teacher)) return readTeacher(teacher, films);
  const file = join(out, "teacher.safetensors");
  if (await readFile(file).catch(() => undefined)) return readTeacher(file, films);
  const trainee = await train(teacher);
  const values = new Map(trainee.weights.values.flatMap(({ attrs: { name, tensor } }) => (tensor ? [[name, tensor] as const] : [])));
  await writeWhole(file, writeSafetensors(values, { dtype: "F32", metadata: trainee.description.metadata }));
  return trainee;
}

/** The area under the ROC curve of the last class against the rest, where films are of both. */
function areaOf(films: Dataset, evaluation: Evaluation): Record<string, number> {
  const { classes, films: scored } = scoredFilms(films.name, films, evaluation);
  const last = classes.length - 1;
  const area = rocArea(
    scored.map(({ probabilities }) => probabilities[last]),
    scored.map(({ label }) => Number(label === last)),
  );
  return isDefined(area) ? { rocArea: area } : {};
}

const pairText = (pair: Pair | undefined): string => (pair ? `, alpha ${pair.alpha}, T ${pair.temperature}` : "");

async function readRuns(path: string): Promise<DistillationRun[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  // A line that was not finished is of a training that is done again.
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}
