/** An epoch of training, or the rest of one: batches go to the GPU one after another, and what it reports is looked at now and then. */
import type { Batches } from "./batches.ts";
import type { Course } from "./course.ts";
import type { Rates } from "./rates.ts";
import { HISTORY, type StepProgram } from "./step-program.ts";
import { TrainingError } from "./training-error.ts";

export interface EpochOptions {
  /** Films a batch, and batches a step. */
  readonly batch: number;
  readonly accumulate: number;
  /** Finishes the batch and ends. */
  readonly signal?: AbortSignal;
  /** Time after which the course so far is told. */
  readonly saveEveryMs: number;
  readonly onProgress?: (progress: FitProgress) => void;
  /** Told with every look at the GPU: the losses since the last one. */
  readonly onLosses?: (losses: readonly BatchLoss[]) => void;
}

/** What one batch of training gave. */
export interface BatchLoss {
  readonly epoch: number;
  /** From 0. */
  readonly batch: number;
  readonly loss: number;
  readonly lr: number;
}

/** Told every second or so. */
export interface FitProgress {
  readonly epoch: number;
  /** Batches done of the epoch, and of how many. */
  readonly batch: number;
  readonly batches: number;
  /** Films a batch. */
  readonly batchSize: number;
  /** The mean over the epoch so far. */
  readonly loss: number;
  readonly lr: number;
  readonly imagesPerSecond: number;
}

/** Batches that may wait on the GPU: one runs while the next is uploaded. */
const IN_FLIGHT = 2;
/** Time between two looks at the losses; each waits until the GPU has nothing left to do. */
const LOOK_MS = 1000;

/**
 * Trains from where the course stands. Gives the course when it is time to save, and at the end: of the epoch, or where the signal came.
 * @throws TrainingError where a gradient is not finite.
 */
export async function* trainEpoch(
  step: StepProgram,
  batches: Batches,
  rates: Rates,
  begun: Course,
  { batch, accumulate, signal, saveEveryMs, onProgress, onLosses }: EpochOptions,
): AsyncGenerator<Course, void, undefined> {
  const { epoch } = begun;
  const { perEpoch } = batches;
  let course = begun;
  let seen = (await step.entries()).count;
  let unseen = 0;
  let looked = performance.now();
  let saved = looked;
  const inFlight: Promise<void>[] = [];

  /** Waits for the GPU, and adds up what it reports. */
  const look = async (): Promise<void> => {
    await Promise.all(inFlight.splice(0));
    const { count, entries } = await step.entries();
    let { lossSum } = course;
    const losses: BatchLoss[] = [];
    for (const [index, { loss, fault, lr }] of entries.slice(entries.length - (count - seen)).entries()) {
      const number = course.batch - unseen + index;
      if (fault !== undefined || !Number.isFinite(loss)) {
        const whose = fault === undefined ? "" : `, and so is the gradient of ${fault}`;
        throw new TrainingError(
          `the loss of epoch ${epoch}, batch ${number} is not finite (${loss})${whose}; the learning rate was ${lr.toPrecision(3)}`,
        );
      }
      lossSum += loss;
      losses.push({ epoch, batch: number, loss, lr });
    }
    if (losses.length > 0) onLosses?.(losses);
    seen = count;
    unseen = 0;
    const passedMs = performance.now() - looked;
    looked += passedMs;
    course = { ...course, lossSum, epochMs: course.epochMs + passedMs, elapsedMs: course.elapsedMs + passedMs };
    const imagesPerSecond = (1000 * batch * course.batch) / course.epochMs;
    const lr = rates.at(course.steps - 1, epoch);
    onProgress?.({ epoch, batch: course.batch, batches: perEpoch, batchSize: batch, loss: lossSum / course.batch, lr, imagesPerSecond });
  };

  for await (const values of batches.epoch(epoch, begun.batch)) {
    // The last step of an epoch may have fewer batches than the others.
    const place = values.index % accumulate;
    const runs = Math.min(accumulate, perEpoch - (values.index - place));
    const isLast = place === runs - 1;
    const run = step.run(values, { lr: rates.at(course.steps, epoch), run: course.runs, phase: { isFirst: place === 0, isLast, runs } });
    // Whoever waits for it hears of its failure.
    run.catch(() => {});
    inFlight.push(run);
    unseen++;
    course = { ...course, batch: values.index + 1, runs: course.runs + 1, steps: course.steps + (isLast ? 1 : 0) };
    if (signal?.aborted) break;
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
    if (unseen === HISTORY || performance.now() - looked >= LOOK_MS) await look();
    if (unseen === 0 && looked - saved >= saveEveryMs && course.batch < perEpoch) {
      saved = looked;
      yield course;
    }
  }
  await look();
  yield course;
}
