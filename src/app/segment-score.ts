/** How well masks agree with those of a table, within each convention of drawing them and each place they come from. */
import { InputError, readBytes, type Source } from "../bytes.ts";
import { thresholdMask } from "../imaging/clean-mask.ts";
import { toGrey } from "../imaging/grey.ts";
import { lungsIn } from "../imaging/lung-mask.ts";
import { decodeImage, type Image } from "../loaders/image.ts";
import type { Model } from "../models/model.ts";
import { openFilm } from "../models/picture.ts";
import { type Estimate, estimateText } from "../statistics/estimate.ts";
import { type Overlap, overlapOf, overlapSummary } from "../statistics/overlap.ts";
import { type Sample, samplesIn } from "../training/dataset.ts";
import { readManifest } from "../training/manifest.ts";
import { complain, exitCode, note } from "./command-line.ts";
import { readOptionsOf } from "./film-options.ts";
import { maskOf } from "./lung-map.ts";
import { progressBar } from "./progress.ts";
import type { SegmentOptions } from "./segment.ts";

/** One row's result. */
interface Scored {
  readonly file: string;
  readonly patient?: string;
  readonly tags?: Sample["tags"];
  readonly overlap?: Overlap;
  /** Why the mask cannot be two lungs; it is scored all the same, since leaving it out would flatter the model. */
  readonly problem?: string;
  readonly error?: string;
}

/** Results on some of the films: means with bootstrap intervals, by patient where the table names patients. */
interface Part {
  /** "all", or such as "convention lung_fields". */
  readonly name: string;
  readonly films: number;
  readonly dice: Estimate;
  readonly iou: Estimate;
  /** Of the films that have one: none where both masks are empty. */
  readonly leastDice?: number;
  /** Masks that cannot be two lungs. */
  readonly rejected: number;
}

/** Segments the films of a manifest and prints how well the masks agree with the true ones. */
export async function scoreManifest(
  model: Model,
  classes: readonly number[],
  table: string,
  options: SegmentOptions,
  about: object,
): Promise<void> {
  const { score: mask, where, split, json } = options;
  const dataset = await readManifest(table, { mask, where });
  const { samples } = split === undefined ? dataset : samplesIn(dataset, split);
  if (samples.length === 0) throw new InputError(table, `has no row of the set ${split}`);
  const bar = progressBar(samples.length, options);
  const results: Scored[] = [];
  for (const sample of samples) {
    const result = await scoreSample(model, classes, sample, options);
    bar.increment();
    results.push(result);
    if (result.error !== undefined) complain(new InputError(result.file, result.error));
  }
  bar.stop();
  const parts = partsOf(results);
  process.stdout.write(json ? `${JSON.stringify({ ...about, parts, results }, undefined, 2)}\n` : formatParts(parts));
  if (results.some(({ error }) => error !== undefined)) process.exitCode = exitCode.someFailed;
  note("Research use only, not for clinical use.", options);
}

async function scoreSample(model: Model, classes: readonly number[], sample: Sample, options: SegmentOptions): Promise<Scored> {
  const { name: file, tags, patient } = sample;
  const about = { file, tags, ...(patient !== undefined && { patient }) };
  try {
    const { image } = await openFilm(sample.picture, { ...readOptionsOf(options), checks: "off" });
    const truth = await trueMask(sample, image);
    const mask = maskOf((await model.segment(image)).maps, classes, options);
    const { problem } = lungsIn(mask);
    return { ...about, overlap: overlapOf(mask.data, truth.data), ...(problem !== undefined && { problem }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...about, error: error.message };
  }
}

/** White, above the middle of the scale, is inside. */
async function trueMask({ name, mask }: Sample, film: Image): Promise<Image> {
  if (mask === undefined) throw new InputError(name, "has no true mask");
  const drawn = toGrey(await decodeImage(await readBytes(mask as Source), String(mask)));
  if (drawn.width !== film.width || drawn.height !== film.height)
    throw new InputError(String(mask), `is ${drawn.width} × ${drawn.height}, its film ${film.width} × ${film.height}`);
  return thresholdMask(drawn, drawn.bitDepth === 16 ? 32767 : 127);
}

function partsOf(results: readonly Scored[]): Part[] {
  const scored = results.flatMap(({ overlap, ...result }) => (overlap ? [{ ...result, overlap }] : []));
  if (scored.length === 0) return [];
  const parts = [partOf("all", scored)];
  for (const tag of ["convention", "source"]) {
    const values = [...new Set(scored.flatMap(({ tags }) => (tags?.[tag] ? [tags[tag]] : [])))].sort();
    for (const value of values) {
      parts.push(
        partOf(
          `${tag} ${value}`,
          scored.filter(({ tags }) => tags?.[tag] === value),
        ),
      );
    }
  }
  return parts;
}

function partOf(name: string, results: readonly (Scored & { readonly overlap: Overlap })[]): Part {
  // A film without a patient is one of its own.
  const clusters = results.map(({ patient, file }) => patient ?? `film ${file}`);
  const { dice, iou, diceQuartiles } = overlapSummary(
    results.map(({ overlap }) => overlap),
    { clusters },
  );
  const [leastDice] = diceQuartiles;
  return {
    name,
    films: results.length,
    dice,
    iou,
    ...(leastDice !== undefined && { leastDice }),
    rejected: results.filter(({ problem }) => problem !== undefined).length,
  };
}

function formatParts(parts: readonly Part[]): string {
  const rows = [
    ["", "films", "mean Dice", "mean IoU", "least Dice", "rejected"],
    ...parts.map(({ name, films, dice, iou, leastDice, rejected }) => [
      name,
      String(films),
      estimateText(dice, 4),
      estimateText(iou, 4),
      leastDice?.toFixed(4) ?? "-",
      String(rejected),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => (column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column])))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
