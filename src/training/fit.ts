/** Training: epochs of steps, each followed by an evaluation; what was best is kept, and what was stopped goes on. */
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import type { Node } from "../kernels/op.ts";
import type { ModelDescription } from "../models/description.ts";
import type { Tensor } from "../tensor.ts";
import type { Recipe } from "./augment.ts";
import { type BatchesOptions, openBatches } from "./batches.ts";
import { type Checkpoint, valuesFor, valuesOf, writeCheckpoint } from "./checkpoint.ts";
import { beginning, type Course, courseFrom, courseState, type Setup } from "./course.ts";
import type { Dataset } from "./dataset.ts";
import { type Teaching, taughtFilms, taughtLoss } from "./distill.ts";
import { isOver, nextBest } from "./early-stopping.ts";
import { evaluate } from "./evaluate.ts";
import { type Freeze, isFrozenBy } from "./freeze.ts";
import type { EpochRecord } from "./log.ts";
import { metricNames, metricsOf, modeOf, usualMonitor } from "./metrics.ts";
import { type Loss, type LossName, type LossOptions, lossFor } from "./objective.ts";
import { type OptimizerChoice, usualRates } from "./optimizers/named.ts";
import { type RateSchedule, ratesOf } from "./rates.ts";
import type { Sampler } from "./sampler.ts";
import { compileStep, type StepProgram } from "./step-program.ts";
import { type BatchLoss, type FitProgress, trainEpoch } from "./train-epoch.ts";
import { type Trainee, traineeFrom } from "./trainee.ts";
import type { FileSystem } from "./write-file.ts";

export interface FitOptions extends LossOptions {
  readonly device: Device;
  /** What the epochs are judged by; without it by the training loss. */
  readonly val?: Dataset;
  readonly epochs: number;
  /** Films a batch. A last batch that would be smaller is left out while training. */
  readonly batch: number;
  /** Batches whose gradients are summed to one step; 1 by default. */
  readonly accumulate?: number;
  readonly seed?: number;
  /** By name, or any graph from the raw output and the targets to one number; by default the first of the task (see `lossNames`). */
  readonly loss?: LossName | Loss;
  /** Learns from a teacher's logits beside the classes; the loss of validation is that of the classes alone. */
  readonly teacher?: Teaching;
  readonly optimizer?: OptimizerChoice;
  /** The rate that the schedule begins with, or culminates in; by default the optimizer's usual one. */
  readonly lr?: number;
  readonly schedule?: RateSchedule;
  readonly sampler?: Sampler;
  readonly augment?: Recipe;
  readonly augmentAt?: BatchesOptions["augmentAt"];
  readonly freeze?: Freeze;
  readonly frozenNorms?: "fixed" | "drift";
  /** What single weights' learning rates are multiplied by, by name. */
  readonly lrFactor?: (name: string) => number;
  /** Evaluates an average of the weights over the steps, of which so much stays at each. */
  readonly averageDecay?: number;
  /** Computes activations again for the gradients instead of keeping them: less memory, a third more work. */
  readonly recompute?: boolean;
  /** The metric that tells the best epoch; by default balanced accuracy, Dice, or the loss. */
  readonly monitor?: string;
  /** Epochs without a better one after which training ends; by default all are run. */
  readonly patience?: number;
  /** Where `last.safetensors` and `best.safetensors` are written, checkpoints of the last and the best epoch: on the disk, in a page in `pageFiles`. */
  readonly folder?: string;
  /** Time after which the last checkpoint is also written within an epoch; by default 10 minutes. */
  readonly saveEveryMs?: number;
  /** Goes on from here, on the same adapter bit for bit as if nothing had been in between. */
  readonly resume?: Checkpoint;
  /** Finishes the batch, saves, and ends. */
  readonly signal?: AbortSignal;
  /** Threads that decode and change films; by default 1. */
  readonly workers?: number;
  readonly onProgress?: (progress: FitProgress) => void;
  /** The loss of every batch, some at a time. */
  readonly onLosses?: (losses: readonly BatchLoss[]) => void;
  /** What writes checkpoints, so that they can go elsewhere, and a test can let it fail. */
  readonly files?: FileSystem;
}

/** An epoch, and what the network holds after it. */
export interface Epoch extends EpochRecord {
  /** The network's values as they were evaluated, by name: averages where they are kept. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** What `resume` takes. */
  readonly checkpoint: Checkpoint;
}

/**
 * Trains on a dataset, epoch by epoch. Two runs with one seed on one adapter give the same bits.
 * @throws TrainingError where a gradient or an output is not a number: tells the step, and whose gradient it was.
 * @throws InputError for a sample that cannot be read, a checkpoint of another training, a file that cannot be written.
 * @throws DeviceError where the batch does not fit or the GPU fails.
 * @example
 * for await (const { epoch, train, val } of fit(trainee, films, { device, val: others, epochs: 10, batch: 32 })) show(epoch, train, val);
 */
export async function* fit(given: Trainee, train: Dataset, options: FitOptions): AsyncGenerator<Epoch, void, undefined> {
  const { device, val, epochs, batch, accumulate = 1, seed = 0, optimizer = { kind: "adamw" }, schedule = { kind: "constant" } } = options;
  const {
    sampler,
    augment,
    augmentAt,
    freeze = "none",
    frozenNorms,
    lrFactor,
    averageDecay,
    recompute,
    patience,
    signal,
    onProgress,
    onLosses,
  } = options;
  const { teacher, folder, files, saveEveryMs = 600_000, resume, workers = 1 } = options;
  const trainee = resume ? resumedTrainee(given, resume) : given;
  const { description } = trainee;
  const loss = typeof options.loss === "function" ? options.loss : lossFor(description.arch, options.loss, options);
  const monitor = val ? monitored(description.task, options.monitor) : "loss";
  const mode = modeOf(monitor);
  const lr = options.lr ?? usualRates[optimizer.kind];

  const shared = { input: description.input, size: batch, seed, workers };
  await using batches = openBatches(teacher ? taughtFilms(train, teacher) : train, {
    ...shared,
    sampler,
    augment,
    augmentAt,
    dropLast: true,
  });
  await using checks = val && openBatches(val, { ...shared, sampler: { kind: "sequential" } });
  const stepsPerEpoch = Math.ceil(batches.perEpoch / accumulate);
  const setup: Setup = {
    seed,
    batch,
    accumulate,
    films: train.samples.length,
    optimizer: optimizer.kind,
    lr,
    schedule: schedule.kind,
    ...(teacher && { alpha: teacher.alpha, temperature: teacher.temperature ?? 1 }),
  };
  let course: Course = resume ? courseFrom(resume.state, setup, "checkpoint") : beginning;
  const rates = ratesOf(schedule, lr, { steps: epochs * stepsPerEpoch, mode, state: course.plateau });

  const step = await compileStep(device, trainee, {
    batch,
    loss: teacher ? taughtLoss(loss, teacher) : loss,
    ...(teacher && { targets: [1 + description.classes.length] }),
    optimizer,
    accumulate,
    isFrozen: isFrozenBy(freeze, description.arch),
    frozenNorms,
    lrFactor,
    averageDecay,
    recompute,
    seed,
  });
  const saved = async (name: "last" | "best", checkpoint: Checkpoint): Promise<void> => {
    if (folder !== undefined) await writeCheckpoint(`${folder}/${name}.safetensors`, checkpoint, files);
  };
  const stored = async (): Promise<Checkpoint> => ({
    values: await valuesOf(step.program, [...trainee.weights.values, ...stateBeside(trainee, step)]),
    state: courseState(course, setup),
    metadata: description.metadata,
  });
  try {
    const changes = new Set(step.state);
    if (resume)
      await step.program.write(
        valuesFor([...trainee.weights.values, ...stateBeside(trainee, step)], resume).filter(([node]) => changes.has(node)),
      );
    while (course.epoch < epochs && !(patience !== undefined && isOver(course.best, patience)) && !signal?.aborted) {
      const { epoch } = course;
      for await (course of trainEpoch(step, batches, rates, course, { accumulate, batch, signal, saveEveryMs, onProgress, onLosses }))
        await saved("last", await stored());
      if (course.batch < batches.perEpoch) return;
      const start = performance.now();
      const { values, metadata } = await stored();
      const evaluated = evaluatedValues(trainee, step, values);
      const train: Record<string, number> = { loss: course.lossSum / batches.perEpoch };
      const scores =
        val && checks && metricsOf(description, val, await evaluate(device, traineeFrom(metadata, evaluated, "training"), checks, loss));
      const score = (scores ?? train)[monitor];
      const best = nextBest(course.best, epoch, score, { mode });
      const imagesPerSecond = (1000 * batches.perEpoch * batch) / course.epochMs;
      const lastRate = rates.at(course.steps - 1, epoch);
      rates.next(score);
      const elapsedMs = course.elapsedMs + performance.now() - start;
      course = { ...course, epoch: epoch + 1, batch: 0, lossSum: 0, epochMs: 0, elapsedMs, best, plateau: rates.state };
      const checkpoint = { values, metadata, state: courseState(course, setup) };
      const isBest = best.since === 0;
      if (isBest) await saved("best", checkpoint);
      await saved("last", checkpoint);
      const { steps } = course;
      yield { epoch, steps, lr: lastRate, train, val: scores, imagesPerSecond, elapsedMs, isBest, values: evaluated, checkpoint };
    }
  } finally {
    step.destroy();
  }
}

/** The network with a checkpoint's values. */
function resumedTrainee({ description, weights }: Trainee, { values, metadata }: Checkpoint): Trainee {
  const { arch, classes } = description;
  const made = { arch: metadata.arch, classes: metadata.classes };
  if (made.arch !== arch || made.classes !== JSON.stringify(classes))
    throw new InputError("checkpoint", `is of ${made.arch} for ${made.classes}, got ${arch} for ${JSON.stringify(classes)}`);
  const own = new Set(weights.values.map(({ attrs }) => attrs.name));
  return traineeFrom(metadata, new Map([...values].filter(([name]) => own.has(name))), "checkpoint");
}

/** What the optimizer and the averages keep beside the network's own values. */
function stateBeside({ weights }: Trainee, { state }: StepProgram): Node[] {
  const own = new Set<Node>(weights.values);
  return state.filter((node) => !own.has(node));
}

/** The network's values with averages in the place of what they are of. */
function evaluatedValues({ weights }: Trainee, { averages }: StepProgram, stored: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const source = new Map(averages.map(({ of, average }) => [of.attrs.name, average.attrs.name]));
  return new Map(
    weights.values.flatMap(({ attrs: { name } }) => {
      const value = stored.get(source.get(name) ?? name);
      return value ? [[name, value] as const] : [];
    }),
  );
}

/** @throws InputError for a metric that the task does not have. */
function monitored(task: ModelDescription["task"], name: string = usualMonitor[task]): string {
  const names: readonly string[] = metricNames[task];
  if (names.includes(name)) return name;
  throw new InputError("monitor", `there is no ${name}, there are ${names.join(", ")}`);
}
