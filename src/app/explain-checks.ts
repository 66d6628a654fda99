/** What `explain --check` asks of a map. */
import { existsSync } from "node:fs";
import { InputError, readBytes } from "../bytes.ts";
import { type Agreement, agreement, type Share, shareInside } from "../explanation/agreement.ts";
import { type ClassDifference, COLLAPSED, classDifference, type Randomisation, randomisation, SAME } from "../explanation/checks.ts";
import { curves } from "../explanation/curves.ts";
import type { Explanation } from "../explanation/explainer.ts";
import type { Device } from "../gpu/device.ts";
import { decodeImage, type Image } from "../loaders/image.ts";
import { loadModel } from "../models/model.ts";
import { besideValues } from "./clinical-option.ts";
import { note } from "./command-line.ts";
import { type ExplainCommandOptions, methodOptions, type Named, runsBar } from "./explain-options.ts";
import { sourceOf } from "./models.ts";

/** What was found of one map. */
export interface Checked {
  /** Not where there is one class. */
  readonly classes?: ClassDifference;
  readonly weights: Randomisation;
  /** Mean scores while the pixels go, and while they come. */
  readonly deletion: number;
  readonly insertion: number;
  readonly lungs?: Share;
  readonly outline?: Agreement;
}

/** Where a map should lie on a film. */
export interface Regions {
  lungsFor(film: Image): Promise<Image | undefined>;
  outlineFor(film: Image): Promise<Image | undefined>;
}

/** The lungs, from a mask or from a model that draws them, and the outline. */
export async function regionsOf(
  { check, lungs = "lungs-unet16", outline, precision, adapter }: ExplainCommandOptions,
  device: Device,
): Promise<Regions> {
  const isMask = /\.(png|tiff?|bmp|webp)$/i.test(lungs) && existsSync(lungs);
  const lungMask = isMask ? await readMask(lungs) : undefined;
  const segmenter = check && !isMask ? await loadModel(sourceOf(lungs), { device, adapter, precision }) : undefined;
  if (segmenter && segmenter.description.task !== "segmentation") throw new InputError(lungs, "is no model that draws lungs, nor a mask");
  const outlined = outline === undefined ? undefined : await readMask(outline);
  return {
    async lungsFor(film) {
      if (lungMask) return fitting(lungMask, film, lungs);
      if (!segmenter) return undefined;
      const [{ map }] = (await segmenter.segment(film)).maps;
      return { ...map, bitDepth: 8, data: Uint8Array.from(map.data, (probability) => (probability > 32767.5 ? 255 : 0)) };
    },
    outlineFor: async (film) => outlined && fitting(outlined, film, outline ?? ""),
  };
}

/** @throws InputError for a mask of nothing. */
async function readMask(file: string): Promise<Image> {
  const { width, height, channels, data } = await decodeImage(await readBytes(file), file);
  const mask: Image = {
    width,
    height,
    channels: 1,
    bitDepth: 8,
    data: Uint8Array.from({ length: width * height }, (_, i) => (data[i * channels] > 0 ? 255 : 0)),
  };
  if (!mask.data.includes(255)) throw new InputError(file, "is an empty mask");
  return mask;
}

function fitting(mask: Image, { width, height }: Image, name: string): Image {
  if (mask.width === width && mask.height === height) return mask;
  throw new InputError(name, `is a mask of ${mask.width} × ${mask.height}, the film is ${width} × ${height}`);
}

/** All checks that there is something for. */
export async function checkAll(
  { model, explains }: Named,
  film: Image,
  explanation: Explanation,
  regions: Regions | undefined,
  options: ExplainCommandOptions,
): Promise<Checked> {
  const given = methodOptions(options);
  const picture = besideValues(film, options);
  const { classes } = model.description;
  const others = [...classes].filter((label) => label !== explanation.label);
  note(`${explanation.label}: maps of other classes`, options);
  const compared =
    others.length > 0 ? classDifference(explanation, await explains.explainAll(picture, others.slice(0, MOST_CLASSES), given)) : undefined;
  note(`${explanation.label}: maps of fresh weights`, options);
  const bar = runsBar(options);
  try {
    const weights = await randomisation(model, picture, explanation, { ...given, onProgress: bar.onProgress });
    note(`${explanation.label}: deletion and insertion`, options);
    const { prepared, clinical } = await model.read(picture);
    const asked = { clinical, onProgress: bar.onProgress };
    const { deletion, insertion } = await curves(model, prepared.image, explanation.map, explanation.label, asked);
    const [lungs, outline] = [await regions?.lungsFor(film), await regions?.outlineFor(film)];
    return {
      ...(compared && { classes: compared }),
      weights,
      deletion: deletion.area,
      insertion: insertion.area,
      ...(lungs && { lungs: shareInside(explanation.levels, lungs) }),
      ...(outline && { outline: agreement(explanation.levels, outline) }),
    };
  } finally {
    bar.stop();
  }
}

/** Of a thousand classes so many are explained to be compared. */
const MOST_CLASSES = 16;

/** A line a check, indented. */
export function formatChecks({ classes, weights, deletion, insertion, lungs, outline }: Checked): string {
  const list = (entries: readonly (readonly [string, number])[]): string =>
    entries.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ");
  const verdict = (isPassed: boolean, limit: string): string => (isPassed ? `passed (${limit})` : `FAILED (${limit})`);
  const lines: string[] = [];
  if (classes) {
    const others = list(classes.others.map(({ label, correlation }) => [label, correlation]));
    lines.push(`classes    ${verdict(classes.isPassed, `below ${SAME}`)}: rank correlation with ${others}`);
  }
  const parts = list(weights.parts.map(({ name, correlation }) => [name, correlation]));
  lines.push(
    `weights    ${verdict(weights.isPassed, `below ${COLLAPSED} at the end`)}: fresh down to ${parts}`,
    `deletion   ${deletion.toFixed(3)} (lower is better), insertion ${insertion.toFixed(3)} (higher is better)`,
  );
  if (lungs) lines.push(`lungs      ${percentOf(lungs.share)} of the map lies in them, they are ${percentOf(lungs.area)} of the film`);
  if (outline) {
    const { isHit, iou, covered, share } = outline;
    const overlap = `IoU ${iou.toFixed(2)}, covered ${percentOf(covered)}, ${percentOf(share)} of the map inside`;
    lines.push(`outline    ${isHit ? "hit" : "missed"} by the strongest point; ${overlap}`);
  }
  return lines.map((line) => `  ${line}\n`).join("");
}

const percentOf = (share: number): string => `${(share * 100).toFixed(0)} %`;
