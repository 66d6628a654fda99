/** What the engine tells of a training adds up to its course: losses at their batches, epochs once each, and the time that is left. */
import { expect, test } from "vitest";
import {
  beginning,
  clockText,
  epochsInView,
  secondsLeft,
  shareDone,
  type TrainingCourse,
  told,
} from "../../../src/app/web/training-course.ts";
import type { TrainingNews } from "../../../src/app/web/training-protocol.ts";
import type { EpochRecord } from "../../../src/training/log.ts";

const progress = (epoch: number, batch: number, losses: readonly number[]): TrainingNews => ({
  kind: "progress",
  progress: { epoch, batch, batches: 4, batchSize: 8, loss: 1, lr: 1e-3, imagesPerSecond: 16 },
  losses,
});
const record = (epoch: number, loss: number): EpochRecord => ({
  epoch,
  steps: 4 * (epoch + 1),
  lr: 1e-3,
  train: { loss },
  imagesPerSecond: 16,
  elapsedMs: 1,
  isBest: true,
});
const courseOf = (...news: readonly TrainingNews[]): TrainingCourse => news.reduce(told, beginning());

test("losses lie where their batches end, in epochs", () => {
  const { losses, stage } = courseOf(progress(0, 2, [3, 2.5]), progress(0, 4, [2, 1.5]), progress(1, 1, [1]));
  expect(losses).toEqual([
    { epoch: 0.25, loss: 3 },
    { epoch: 0.5, loss: 2.5 },
    { epoch: 0.75, loss: 2 },
    { epoch: 1, loss: 1.5 },
    { epoch: 1.25, loss: 1 },
  ]);
  expect(stage).toBe("training");
});

test("many losses become fewer by the means of neighbours, and none is lost", () => {
  const many = Array.from({ length: 3000 }, (_, i) => i % 2);
  const { losses } = courseOf({
    kind: "progress",
    progress: { epoch: 0, batch: 3000, batches: 3000, batchSize: 1, loss: 1, lr: 1, imagesPerSecond: 1 },
    losses: many,
  });
  expect(losses).toHaveLength(1500);
  expect(losses.every(({ loss }) => loss === 0.5)).toBe(true);
  expect(losses.at(-1)?.epoch).toBe(1);
});

test("an epoch that comes again after a stop takes the place of what was told of it", () => {
  const { records } = courseOf(...[record(0, 3), record(1, 2), record(1, 1.5)].map((one) => ({ kind: "epoch", record: one }) as const));
  expect(records.map(({ epoch, train }) => [epoch, train.loss])).toEqual([
    [0, 3],
    [1, 1.5],
  ]);
});

test("a chart shows twice the epochs that have begun, at least five, and never more than there are or were", () => {
  const shown = (done: number, epochs: number) => epochsInView({ records: [], losses: [{ epoch: done, loss: 1 }] }, epochs);
  expect([shown(0.1, 200), shown(2.5, 200), shown(150, 200), shown(1, 3), shown(4, 2)]).toEqual([5, 6, 200, 3, 4]);
});

test("what is left follows from the epochs to come, the films a batch and the speed", () => {
  const course = courseOf(progress(1, 1, [1]));
  expect(shareDone(course, 5)).toBeCloseTo(0.25, 12);
  // 15 batches of 8 films at 16 a second.
  expect(secondsLeft(course, 5)).toBe(7.5);
  expect(secondsLeft(beginning(), 5)).toBeUndefined();
  expect([0.4, 65, 3599.6, 7210].map(clockText)).toEqual(["0:00", "1:05", "1:00:00", "2:00:10"]);
});
