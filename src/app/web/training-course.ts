/** How a training goes, gathered from what the engine tells. */
import type { EpochRecord } from "../../training/log.ts";
import type { FitProgress } from "../../training/train-epoch.ts";
import type { SetCounts, TrainingNews } from "./training-protocol.ts";

/** The loss of a batch, or the mean of neighbouring ones. */
export interface LossPoint {
  /** Epochs done when it was; 1.5 is the middle of the second one. */
  readonly epoch: number;
  readonly loss: number;
}

export interface TrainingCourse {
  readonly stage: "checking" | "compiling" | "training" | "testing";
  /** Films that have been looked at before training, and of how many. */
  readonly checked?: { readonly done: number; readonly total: number };
  readonly classes: readonly string[];
  readonly sets?: SetCounts;
  readonly progress?: FitProgress;
  readonly losses: readonly LossPoint[];
  readonly records: readonly EpochRecord[];
}

/** Before the engine has told anything; what was trained before counts as told. */
export const beginning = (records: readonly EpochRecord[] = []): TrainingCourse => ({
  stage: "checking",
  classes: [],
  losses: [],
  records,
});

/** A curve of more points is drawn slower than it is trained, and no better. */
const MOST_POINTS = 2000;

export function told(course: TrainingCourse, news: TrainingNews): TrainingCourse {
  switch (news.kind) {
    case "checking":
      return { ...course, stage: "checking", checked: { done: news.done, total: news.total } };
    case "sets":
      return { ...course, stage: "compiling", classes: news.classes, sets: news.sets };
    case "progress":
      return {
        ...course,
        stage: "training",
        progress: news.progress,
        losses: thinned([...course.losses, ...pointsOf(news.progress, news.losses)]),
      };
    case "epoch":
      return { ...course, records: [...course.records.filter(({ epoch }) => epoch < news.record.epoch), news.record] };
    case "testing":
      return { ...course, stage: "testing" };
  }
}

const pointsOf = ({ epoch, batch, batches }: FitProgress, losses: readonly number[]): LossPoint[] =>
  losses.map((loss, i) => ({ epoch: epoch + (batch - losses.length + i + 1) / batches, loss }));

/** Neighbours are joined two by two where there are too many. */
const thinned = (points: readonly LossPoint[]): readonly LossPoint[] =>
  points.length <= MOST_POINTS
    ? points
    : points.flatMap((point, i) => {
        const next = points[i + 1];
        if (i % 2 === 1) return [];
        return [next ? { epoch: next.epoch, loss: (point.loss + next.loss) / 2 } : point];
      });

/** The share of all batches that is done. */
export function shareDone({ progress }: TrainingCourse, epochs: number): number {
  return progress ? (progress.epoch + progress.batch / progress.batches) / epochs : 0;
}

/** Seconds until all epochs are done at the speed of this one; what validation takes comes on top. */
export function secondsLeft({ progress }: TrainingCourse, epochs: number): number | undefined {
  if (!progress || !(progress.imagesPerSecond > 0)) return undefined;
  const { epoch, batch, batches, batchSize, imagesPerSecond } = progress;
  return (((epochs - epoch) * batches - batch) * batchSize) / imagesPerSecond;
}

/** The epochs that a chart shows: twice those that have begun, since of 200 the first ones would not be seen; all of them in time. */
export function epochsInView({ records, losses }: Pick<TrainingCourse, "records" | "losses">, epochs: number): number {
  const begun = Math.ceil(Math.max(records.length, losses.at(-1)?.epoch ?? 0));
  return Math.max(begun, Math.min(epochs, Math.max(5, 2 * begun)));
}

/** "1:05", "2:00:10". */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const parts = hours > 0 ? [hours, minutes, rest] : [minutes, rest];
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
