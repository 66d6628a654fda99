/** What a training has done, a line of JSON an epoch: `log.jsonl`. */
import { InputError } from "../bytes.ts";

/** One epoch. */
export interface EpochRecord {
  /** From 0. */
  readonly epoch: number;
  /** Steps of the optimizer since the beginning. */
  readonly steps: number;
  /** The learning rate of its last step. */
  readonly lr: number;
  /** Means over the epoch's training batches, `loss` first. */
  readonly train: Readonly<Record<string, number>>;
  /** Of the validation set, under the same names where they mean the same. */
  readonly val?: Readonly<Record<string, number>>;
  readonly imagesPerSecond: number;
  readonly elapsedMs: number;
  /** Whether it is the best until now. */
  readonly isBest: boolean;
}

/** A record as a line, its end included. NaN and infinities, which JSON has not, become null, and are NaN when read back. */
export const logLine = (record: EpochRecord): string => `${JSON.stringify(record)}\n`;

/**
 * The records of a log in the order of their epochs. An epoch that is there twice, as after a training was taken up again, counts as it was
 * written last; a last line that was cut off is left out.
 * @throws InputError for any other line that is no record.
 */
export function readLog(text: string, name: string): EpochRecord[] {
  const lines = text.split("\n");
  const epochs = new Map<number, EpochRecord>();
  for (const [i, line] of lines.entries()) {
    if (line === "") continue;
    const record = parsed(line);
    if (record) epochs.set(record.epoch, record);
    else if (i < lines.length - 1)
      throw new InputError(name, `line ${i + 1} is no record of an epoch: ${JSON.stringify(line.slice(0, 40))}`);
  }
  return [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
}

function parsed(line: string): EpochRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value.epoch !== "number" || !isRecord(value.train)) return undefined;
  return {
    epoch: value.epoch,
    steps: numberOf(value.steps),
    lr: numberOf(value.lr),
    train: numbersOf(value.train),
    ...(isRecord(value.val) ? { val: numbersOf(value.val) } : {}),
    imagesPerSecond: numberOf(value.imagesPerSecond),
    elapsedMs: numberOf(value.elapsedMs),
    isBest: value.isBest === true,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const numberOf = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
const numbersOf = (values: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, numberOf(value)]));
