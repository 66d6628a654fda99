/** Deletion and insertion (Petsiuk et al. 2018): how soon a score falls as pixels go by their rank, and rises as they come. */

import { compile } from "../graph/program.ts";
import { toTensor } from "../imaging/normalise.ts";
import { input } from "../kernels/op.ts";
import type { Image } from "../loaders/image.ts";
import { clinicalTensor } from "../models/clinical-values.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { withClinical } from "./clinical.ts";
import type { Explainable } from "./explainer.ts";
import { type Fill, fillOf } from "./fill.ts";
import type { HeatMap } from "./heat-map.ts";
import { hidden } from "./hidden.ts";
import { BATCH } from "./method.ts";
import { fittingBatch, onPictures } from "./network.ts";
import { labelIndex } from "./refuse.ts";

export interface Curve {
  /** The score after each step, from no pixel to all. */
  readonly scores: readonly number[];
  /** The mean score over the steps: small is good for deletion, large for insertion. */
  readonly area: number;
}

export interface CurveOptions {
  /** Steps from no pixel to all. */
  readonly steps?: number;
  /** The film's clinical values, as `model.read` gives them, for a network that reads them. */
  readonly clinical?: readonly number[];
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Deletion: the pixels that the map ranks highest are hidden first. Insertion: they are shown first, on the blurred picture.
 * @param image - the picture at the network's size, as `model.read` prepares it.
 */
export async function curves(
  model: Explainable,
  image: Image,
  map: HeatMap,
  label: string,
  { steps = 28, clinical, onProgress }: CurveOptions = {},
): Promise<{ readonly deletion: Curve; readonly insertion: Curve }> {
  const { description, device } = model;
  const index = labelIndex(label, description);
  const { width, height } = image;
  const picture = toTensor([image], description.input);
  const graph = fittingBatch(model, Math.min(BATCH, steps + 1), device.profile);
  const { batch } = graph;
  const [plain, filled, mask] = [input("picture", picture.shape), input("fill", picture.shape), input("mask", [batch, 1, height, width])];
  using compiled = await compile(device, { scores: onPictures(graph, hidden(plain, filled, mask)).scores });
  const { input: wanted } = description;
  const program = withClinical(compiled, wanted.clinical && clinical && clinicalTensor(wanted.clinical, [clinical]));
  const order = ranked(map);
  const total = 2 * (steps + 1);
  let done = 0;
  const curve = async (fill: Fill, isHidden: (place: number, shown: number) => boolean): Promise<Curve> => {
    const scores: number[] = [];
    const inputs = { picture, fill: fillOf(fill, image, description.input) };
    while (scores.length <= steps) {
      const masks = tensor([batch, 1, height, width]);
      const count = Math.min(batch, steps + 1 - scores.length);
      for (let n = 0; n < count; n++) {
        const shown = Math.round((order.length * (scores.length + n)) / steps);
        for (const [place, pixel] of order.entries()) if (isHidden(place, shown)) masks.data[n * order.length + pixel] = 1;
      }
      scores.push(...labelScores((await program.run({ ...inputs, mask: masks })).scores, index).slice(0, count));
      done += count;
      onProgress?.(done, total);
    }
    return { scores, area: areaUnder(scores) };
  };
  return {
    deletion: await curve("mean", (place, passed) => place < passed),
    insertion: await curve("blur", (place, passed) => place >= passed),
  };
}

/** Pixels by their value, highest first; of equal ones the earlier. */
const ranked = ({ values }: HeatMap): Uint32Array =>
  Uint32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[j] - values[i] || i - j);

const labelScores = ({ shape: [batch, classes], data }: Tensor, label: number): number[] =>
  Array.from({ length: batch }, (_, n) => data[n * classes + label]);

/** By trapezia over 0 … 1. */
function areaUnder(scores: readonly number[]): number {
  const inner = scores.slice(1, -1).reduce((sum, score) => sum + score, 0);
  return (inner + (scores[0] + scores[scores.length - 1]) / 2) / (scores.length - 1);
}
