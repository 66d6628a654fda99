/** Scores in words and numbers: what is at least shown, and what is too near the threshold to be called. */
import { DeviceError } from "../../gpu/device-error.ts";

/** "not sure": within the margin of the threshold. */
export type Verdict = "positive" | "negative" | "not sure";

/** Half the width of the zone around a threshold in which a probability is not called. */
export const MARGIN = 0.1;

/** The threshold of a class whose model names none. */
export const ASSUMED_THRESHOLD = 0.5;

/** @throws DeviceError for a score that is no number. */
export function verdictOf(score: number, threshold: number, margin: number): Verdict {
  checkScore(score);
  if (Math.abs(score - threshold) < margin) return "not sure";
  return score >= threshold ? "positive" : "negative";
}

/** The zone around a threshold, within 0 and 1. */
export const zoneOf = (threshold: number, margin: number): readonly [from: number, to: number] => [
  Math.max(0, threshold - margin),
  Math.min(1, threshold + margin),
];

/**
 * A probability in percent. What is not quite 0 or 1 is not written as that.
 * @throws DeviceError for a score that is no number.
 */
export function percentText(score: number): string {
  checkScore(score);
  if (score > 0 && score < 0.001) return "< 0.1 %";
  if (score < 1 && score > 0.999) return "> 99.9 %";
  return `${(100 * score).toFixed(1)} %`;
}

/**
 * A value that is no probability.
 * @throws DeviceError for one that is no number.
 */
export function valueText(value: number): string {
  checkScore(value);
  return Number(value.toPrecision(3)).toString();
}

/** "4.3 MB"; a million bytes a megabyte, as browsers count. */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export const millisecondsText = (elapsed: number): string =>
  elapsed < 1000 ? `${elapsed.toFixed(elapsed < 10 ? 1 : 0)} ms` : `${(elapsed / 1000).toFixed(1)} s`;

function checkScore(score: number): void {
  if (!Number.isFinite(score)) throw new DeviceError(`gave a score that is not a number, ${score}`, { reason: "wrong-numbers" });
}
