/** Tiny models that can tell their films from other pictures. */

import type { Image } from "../src/loaders/image.ts";
import { readDescription } from "../src/models/description.ts";
import { type Measure, OOD_PREFIX } from "../src/models/out-of-distribution/description.ts";
import { fitStatistics, scaled, stageScales } from "../src/models/out-of-distribution/fit.ts";
import { prepare } from "../src/models/preprocess.ts";
import { weightsFrom } from "../src/models/weights.ts";
import type { Tensor } from "../src/tensor.ts";
import { openFeatureReader } from "../src/training/feature-rows.ts";
import { device } from "./device.ts";
import type { TinyModel } from "./tiny-model.ts";

interface DetectorOptions {
  readonly stages?: readonly string[];
  readonly thresholds: Readonly<Partial<Record<Measure, number>>>;
  readonly neighbour?: number;
}

/** The model with a detector fitted on films, the n-th of class n modulo their number, and the thresholds that are given. */
export async function withDetector(
  model: TinyModel,
  films: readonly Image[],
  { stages = ["features"], thresholds, neighbour = 2 }: DetectorOptions,
): Promise<TinyModel> {
  const description = readDescription(model.metadata, "tiny");
  using reader = await openFeatureReader(await device(), description, weightsFrom(model.tensors), stages, films.length);
  const { features } = await reader.ofImages(
    (await Promise.all(films.map((film) => prepare(film, description.input)))).map(({ image }) => image),
  );
  const classes = description.classes.length;
  const labels = films.map((_, n) => n % classes);
  const scales = stageScales(features, labels, classes, reader.sizes);
  const statistics = fitStatistics(scaled(features, scales, reader.sizes), labels, classes, {
    measures: ["mahalanobis", "knn", "energy"].filter((name) => name in thresholds) as Measure[],
    references: films.length,
    seed: 0,
  });
  const values = Object.entries(statistics).map(([name, value]): [string, Tensor] => [OOD_PREFIX + name, value]);
  return {
    metadata: { ...model.metadata, outOfDistribution: JSON.stringify({ stages, scales, neighbour, temperature: 1, thresholds }) },
    tensors: new Map([...model.tensors, ...values]),
  };
}
