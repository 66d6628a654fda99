/** Masks as COCO has them: lengths of runs of 0 and 1 by turns, down the columns, as numbers or in its own text. */
import type { Image } from "../../../loaders/image.ts";

/** The lengths of runs, the first of which is outside and may be 0. */
export function runsOf({ width, height, data }: Image): number[] {
  const runs = [0];
  let inside = false;
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      if ((data[y * width + x] !== 0) !== inside) {
        inside = !inside;
        runs.push(0);
      }
      runs[runs.length - 1]++;
    }
  return runs;
}

/** The mask of runs; undefined unless they are lengths that fill it. */
export function maskOfRuns(runs: readonly number[], width: number, height: number): Image | undefined {
  const data = new Uint8Array(width * height);
  let at = 0;
  for (const [i, run] of runs.entries()) {
    if (!(Number.isInteger(run) && run >= 0 && at + run <= data.length)) return undefined;
    if (i % 2 === 1) for (let k = at; k < at + run; k++) data[(k % height) * width + Math.floor(k / height)] = 255;
    at += run;
  }
  return at === data.length ? { width, height, channels: 1, bitDepth: 8, data } : undefined;
}

/**
 * The lengths in the text that pycocotools writes: digits of five bits from the lowest, a sixth says that more follow, the fifth of the last
 * is the sign; from the third length on it is the difference to the one before the last. Undefined where the text is none.
 */
export function runsOfText(text: string): number[] | undefined {
  const runs: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of text) {
    const digit = character.charCodeAt(0) - 48;
    if (digit < 0 || digit > 63 || shift > 30) return undefined;
    value += (digit & 31) * 2 ** shift;
    shift += 5;
    if (digit & 32) continue;
    if (digit & 16) value -= 2 ** shift;
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
    [value, shift] = [0, 0];
  }
  return shift === 0 ? runs : undefined;
}
