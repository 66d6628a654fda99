/** One step of training as a program: loss, gradients, the optimiser's updates, running statistics and averages in one list of launches. */
import type { Device } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import { gradients } from "../graph/gradient.ts";
import { compile, type Program } from "../graph/program.ts";
import { evenCuts } from "../graph/recompute.ts";
import { type Update, updatedParameters } from "../graph/update.ts";
import { input, type Node } from "../kernels/op.ts";
import type { ModelDescription } from "../models/description.ts";
import { trainingWeights } from "../models/training-weights.ts";
import { type Shape, type Tensor, tensor } from "../tensor.ts";
import type { Weight } from "./arena.ts";
import type { BatchValues } from "./batch.ts";
import { type HistoryEntry, history } from "./history.ts";
import { largestBatch } from "./largest-batch.ts";
import { type MovingAverage, movingAverage } from "./moving-average.ts";
import type { Loss } from "./objective.ts";
import { namedOptimizer, type OptimizerChoice } from "./optimizers/named.ts";
import { outputOf, type Trainee } from "./trainee.ts";
import { TrainingError } from "./training-error.ts";

export interface StepOptions {
  /** Pictures a run. */
  readonly batch: number;
  readonly loss: Loss;
  /** The shape of one film's target, where it is not the task's own. */
  readonly targets?: Shape;
  readonly optimizer: OptimizerChoice;
  /** Runs whose gradients are summed to one step; 1 by default. */
  readonly accumulate?: number;
  readonly isFrozen?: (name: string) => boolean;
  readonly frozenNorms?: "fixed" | "drift";
  /** What single weights' learning rates are multiplied by, by name. */
  readonly lrFactor?: (name: string) => number;
  /** Keeps an average of the weights over the steps: how much of it stays at each. */
  readonly averageDecay?: number;
  readonly seed?: number;
  /** Computes activations again for the gradients instead of keeping them: less memory, a third more work. */
  readonly recompute?: boolean;
}

/** What changes from run to run beside the pictures. */
export interface RunInputs {
  readonly lr: number;
  /** The number of the run since the training began: what is dropped follows from it. */
  readonly run: number;
  /** Whether the run begins a step, whether it ends one, and how many runs the step has. */
  readonly phase: { readonly isFirst: boolean; readonly isLast: boolean; readonly runs: number };
}

/** Owns GPU memory: call `destroy`. */
export interface StepProgram {
  readonly program: Program;
  /** What the updates change, but for the record of losses: with the frozen weights, all there is to keep. */
  readonly state: readonly Node[];
  /** The averages of weights and running statistics, where they are kept. */
  readonly averages: MovingAverage["averages"];
  /** Ends when the GPU is done; may be called again before. */
  run(values: BatchValues, inputs: RunInputs): Promise<void>;
  /** How many runs there were, and the last of them, at most `HISTORY`. */
  entries(): Promise<{ readonly count: number; readonly entries: readonly HistoryEntry[] }>;
  destroy(): void;
}

/** Losses kept on the GPU until they are read. */
export const HISTORY = 64;

/**
 * Builds the step and compiles it.
 * @throws TrainingError where all values are frozen.
 * @throws DeviceError where a batch is too large for the adapter.
 */
export async function compileStep(device: Device, trainee: Trainee, options: StepOptions): Promise<StepProgram> {
  const { state, averages, updates, ring } = buildStep(trainee, options);
  const program = await compileFitting(device, trainee, options, updates);
  const wanted = [...program.plan.inputs.keys()];
  return {
    program,
    state,
    averages,
    async run({ inputs, targets }, { lr, run, phase: { isFirst, isLast, runs } }) {
      const all: Readonly<Record<string, Tensor>> = {
        ...inputs,
        target: targets,
        lr: tensor([1], Float32Array.of(lr)),
        run: tensor([1], Float32Array.of(run % 2 ** 24)),
        phase: tensor([3], Float32Array.of(Number(isFirst), Number(isLast), 1 / runs)),
      };
      await program.run(Object.fromEntries(wanted.map((name) => [name, all[name]])));
    },
    async entries() {
      const [stored] = await program.read([ring.parameter]);
      return ring.entries(stored);
    },
    destroy: program.destroy,
  };
}

/** @throws DeviceError that says the largest batch that fits, where this one does not. */
async function compileFitting(device: Device, trainee: Trainee, options: StepOptions, updates: readonly Update[]): Promise<Program> {
  try {
    return await compile(device, {}, { updates });
  } catch (cause) {
    if (!(cause instanceof DeviceError)) throw cause;
    // A device that is lost fails at any size.
    device.check();
    const { batch } = options;
    const fits = await largestBatch(batch, async (smaller) => {
      const program = await compile(device, {}, { updates: buildStep(trainee, { ...options, batch: smaller }).updates });
      program.destroy();
    });
    const advice = fits > 0 ? `the largest that does is ${fits}` : "nor does one of 1, take smaller films";
    throw new DeviceError(`a batch of ${batch} does not fit, ${advice} (${cause.message})`, { cause, reason: cause.reason });
  }
}

/** The graph of a step: its updates, and what they leave behind. */
function buildStep(
  trainee: Trainee,
  { batch, loss: lossOf, targets, optimizer, accumulate = 1, isFrozen, frozenNorms, lrFactor, averageDecay, seed, recompute }: StepOptions,
) {
  const weights = trainingWeights(trainee.weights, { isFrozen, frozenNorms, step: input("run", [1]), seed });
  const output = outputOf({ ...trainee, weights }, batch);
  if (weights.trainable.length === 0) throw new TrainingError("all values are frozen, there is nothing to train");
  const loss = lossOf(output, input("target", targets ? [batch, ...targets] : targetShape(trainee.description, output.shape)));
  const found = gradients(loss, weights.trainable, undefined, recompute ? evenCuts : undefined);
  const step = namedOptimizer(weights.trainable, found, optimizer, {
    lr: input("lr", [1]),
    ...(accumulate > 1 && { phase: input("phase", [3]) }),
    ...(lrFactor && { lrFactor: ({ attrs }: Weight) => lrFactor(attrs.name) }),
  });
  const average = averageDecay === undefined ? undefined : movingAverage(step, { decay: averageDecay, statistics: weights.updates });
  const ring = history(step, loss, { capacity: HISTORY });
  const kept: readonly Update[] = [...step.updates, ...weights.updates, ...(average?.updates ?? [])];
  return { loss, state: updatedParameters(kept), averages: average?.averages ?? [], updates: [...kept, ...ring.updates], ring };
}

/** Class numbers for a classifier; else what the output itself is like. */
export const targetShape = ({ task }: ModelDescription, output: Shape): Shape => (task === "classification" ? [output[0]] : output);
