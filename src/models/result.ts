/** What a model says of pictures, and how it follows from what a run of its network gives. */
import { DeviceError } from "../gpu/device-error.ts";
import type { Finding } from "../imaging/quality.ts";
import type { Image } from "../loaders/image.ts";
import type { Tensor } from "../tensor.ts";
import type { ModelDescription } from "./description.ts";
import { type Detector, type OutlierScores, type Withheld, withheldBy } from "./out-of-distribution/detector.ts";
import type { Ready } from "./picture.ts";

/** One class and its score; in every list the highest is first, and values come in the order in which the file names them. */
export interface Prediction {
  readonly label: string;
  /** The probability that the network gives; a regression's value, in its unit. */
  readonly score: number;
  /** Of a regression's value; "" where the model file does not say it. */
  readonly unit?: string;
  /** Whether the score reaches the class's threshold, where the model file has one. */
  readonly positive?: boolean;
}

/** What a model says of one picture: scores, highest first; or no score at all, and why the answer is withheld. */
export interface Answer extends ReadonlyArray<Prediction> {
  /** The picture is unlike those that the model was fitted on, so that the list is empty. */
  readonly withheld?: Withheld;
}

/** Where the time of one picture went; `run` is its share of its batch. */
export interface Milliseconds {
  readonly decode: number;
  readonly preprocess: number;
  readonly run: number;
}

export interface Result {
  /** Highest first, values in their order; empty where the answer is withheld. */
  readonly predictions: readonly Prediction[];
  /** Why there is no answer: the picture is unlike those that the model was fitted on. */
  readonly withheld?: Withheld;
  /** How unlike them it is, where the model's file can tell. */
  readonly outlierScores?: OutlierScores;
  /** How the picture was read, where that needs to be said. */
  readonly notes?: readonly string[];
  /** What speaks against the picture as a film, where that was checked and found. */
  readonly findings?: readonly Finding[];
  readonly milliseconds: Milliseconds;
}

export interface Segmentation {
  readonly width: number;
  readonly height: number;
  /** The probability of each class at each pixel of the original picture, as a 16-bit grey picture: 65535 is 1. */
  readonly maps: readonly { readonly label: string; readonly map: Image }[];
  /** How the picture was read, where that needs to be said. */
  readonly notes?: readonly string[];
  /** What speaks against the picture as a film, where that was checked and found. */
  readonly findings?: readonly Finding[];
  readonly milliseconds: Milliseconds;
}

export interface Embedding {
  /** Not of unit length. */
  readonly vector: Float32Array;
  /** How the picture was read, where that needs to be said. */
  readonly notes?: readonly string[];
  readonly milliseconds: Milliseconds;
}

/** What a run of a batch gives: scores or an embedding, and what a detector looks at. */
export interface Run {
  readonly output: Tensor;
  readonly raw: Tensor;
  readonly features: Tensor;
  /** Of the whole batch. */
  readonly elapsedMs: number;
}

/** How a model answers. */
export interface Answering {
  readonly description: ModelDescription;
  readonly detector?: Detector;
  /** Whether pictures are answered, with a note, that are unlike those that the model was fitted on. */
  readonly answerAll: boolean;
}

/** What a run says of each picture of its batch. */
export function resultsOf(
  ready: readonly Ready[],
  { output, raw, features, elapsedMs }: Run,
  { description, detector, answerAll }: Answering,
): Result[] {
  return ready.map((one, place) => {
    const outlierScores = detector?.scores(row(features, place), row(raw, place));
    const withheld = detector && outlierScores && withheldBy(outlierScores, detector.description);
    const about = aboutRun(one, elapsedMs / ready.length);
    const notes = [...(about.notes ?? []), ...(withheld && answerAll ? [`is ${withheld.reason}; answered as was asked for`] : [])];
    return {
      predictions: withheld && !answerAll ? [] : predictionsOf(row(output, place), description),
      ...(withheld && !answerAll && { withheld }),
      ...(outlierScores && { outlierScores }),
      ...about,
      ...(notes.length > 0 && { notes }),
    };
  });
}

/** The vector of each picture of a batch. */
export const embeddingsOf = (ready: readonly Ready[], { output, elapsedMs }: Run): Embedding[] =>
  ready.map((one, place) => ({ vector: row(output, place).slice(), ...aboutRun(one, elapsedMs / ready.length) }));

/** The maps of one picture, at its own size. */
export function segmentationOf(one: Ready, { output, elapsedMs }: Run, { input, classes }: ModelDescription): Segmentation {
  const { image, prepared } = one;
  const { height, width } = input;
  const maps = classes.map((label, c) => {
    const probabilities = output.data.subarray(c * height * width, (c + 1) * height * width);
    const data = Uint16Array.from(probabilities, (probability) => Math.round(probability * 65535));
    return { label, map: prepared.restore({ width, height, channels: 1, bitDepth: 16, data }) };
  });
  return { width: image.width, height: image.height, maps, ...aboutRun(one, elapsedMs) };
}

/** The same as a list. */
export const answerOf = ({ predictions, withheld }: Result): Answer => (withheld ? Object.assign([], { withheld }) : predictions);

/**
 * A failed GPU hands back NaN or nothing but zeros, which no picture gives; scores of a right output may round to zero.
 * @throws DeviceError for such an output.
 */
export function checkOutput(raw: Tensor, { arch }: ModelDescription): void {
  for (let index = 0; index < raw.shape[0]; index++) {
    const values = row(raw, index);
    if (!values.every(Number.isFinite)) throw new DeviceError(`${arch} gave an output that is not a number`, { reason: "wrong-numbers" });
    if (values.every((value) => value === 0)) throw new DeviceError(`${arch} gave nothing but zeros`, { reason: "wrong-numbers" });
  }
}

/** How a picture was read, and where its time went. */
const aboutRun = (
  { image: { notes }, findings, decodeMs, preprocessMs }: Ready,
  runMs: number,
): Pick<Result, "notes" | "findings" | "milliseconds"> => ({
  ...(notes && { notes }),
  ...(findings.length > 0 && { findings }),
  milliseconds: { decode: decodeMs, preprocess: preprocessMs, run: runMs },
});

/** The values of one picture of a batch. */
function row({ shape: [batch], data }: Tensor, index: number): Float32Array {
  const size = data.length / batch;
  return data.subarray(index * size, (index + 1) * size);
}

/** Classes with the highest score first; values, which may be in different units, in their order. */
function predictionsOf(scores: Float32Array, { task, classes, thresholds, units }: ModelDescription): Prediction[] {
  const all = classes.map((label, index) => {
    const score = scores[index];
    return {
      label,
      score,
      ...(Object.hasOwn(thresholds, label) && { positive: score >= thresholds[label] }),
      ...(task === "regression" && { unit: units?.[index] ?? "" }),
    };
  });
  return task === "regression" ? all : all.sort((a, b) => b.score - a.score);
}
