/** A model as people use it: one file of weights that says what it is, and pictures in, scores out. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { type AdapterChoice, type Device, requestDevice } from "../gpu/device.ts";
import { DeviceError, type DeviceFailure } from "../gpu/device-error.ts";
import type { Precision } from "../gpu/layout.ts";
import type { Program } from "../graph/program.ts";
import type { TuningMode } from "../graph/tune.ts";
import { toTensor } from "../imaging/normalise.ts";
import type { Finding } from "../imaging/quality.ts";
import { sigmoid } from "../kernels/activation.ts";
import { input, type Node } from "../kernels/op.ts";
import { softmax } from "../kernels/softmax.ts";
import type { Image } from "../loaders/image.ts";
import { type StoredTensor, toFloat32 } from "../loaders/stored-tensor.ts";
import { readWeights } from "../loaders/weights-file.ts";
import type { Tensor } from "../tensor.ts";
import { describeWeights } from "./describe.ts";
import type { ModelDescription, OutputRule } from "./description.ts";
import { embeddingOf } from "./embedding.ts";
import { modelHash } from "./model-hash.ts";
import {
  checkNoDetector,
  type Detector,
  type OutlierScores,
  readDetector,
  type Withheld,
  withheldBy,
} from "./out-of-distribution/detector.ts";
import { featuresOf } from "./out-of-distribution/features.ts";
import { type Picture, type ReadOptions, type Ready, readPicture } from "./picture.ts";
import type { Prepared } from "./preprocess.ts";
import { programCache } from "./program-cache.ts";
import { networkNamed } from "./registry.ts";
import { nodeInUnits } from "./value-scaler.ts";
import { type LoadedWeights, weightsFrom } from "./weights.ts";

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

export interface EmbedOptions {
  /**
   * The layer whose values describe the picture, by torchvision's name (`layer3`, `layer4.1.conv2`, `features.5`); a map is averaged over
   * its pixels. By default the pooled features before the classifier, or the last hidden layer where it has several.
   */
  readonly layer?: string;
}

/** What became of one of many pictures: its place in the list, and its result or why there is none. */
export type Outcome<T> = { readonly index: number; readonly result: T } | { readonly index: number; readonly error: Error };

export interface LoadOptions {
  /** A device to share; it is not destroyed with the model. */
  readonly device?: Device;
  readonly adapter?: AdapterChoice;
  /** Whether the device is put through `selfTest` before anything is computed; off by default, since its kernels have to be compiled. */
  readonly selfTest?: boolean;
  readonly precision?: Precision;
  /** Which kernels are taken: those that tuning has found before on this adapter (cached), or the built-in rules' (off); see `tunedProfile`. */
  readonly tuning?: TuningMode;
  /** The network, for a file that does not name it. */
  readonly arch?: string;
  /** The classes in the order of the outputs, for a file that does not name them. */
  readonly labels?: readonly string[];
  /** How films are read that hold several frames, or may be read in several ways, and whether they are checked to be films. */
  readonly decode?: ReadOptions;
  /** For an ONNX file that does not say: how a picture becomes its input, as JSON (see `InputDescription`) or "imagenet". */
  readonly input?: string;
  /** For an ONNX file that does not say: what its output is put through, or that it holds probabilities or values. */
  readonly output?: "softmax" | "sigmoid" | "probabilities" | "values";
  /** Answers also where the model's file says that the picture is unlike those it was fitted on, with a note. */
  readonly answerAll?: boolean;
  /** Called as pipelines get ready. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called as a file of the hub arrives, with its id, bytes so far and in all. */
  readonly onDownload?: (id: string, loaded: number, total: number) => void;
}

/** Owns GPU memory: call `destroy`, or declare it with `await using`'s synchronous form, `using`. */
export interface Model {
  readonly description: ModelDescription;
  /** Another one after a loss: a device that the model opened itself is opened anew when it is lost, and what ran on it runs again. */
  readonly device: Device;
  /**
   * Scores of one picture or of several, highest first; none, and `withheld`, for a picture unlike those that the model was fitted on, where
   * its file can tell.
   * @throws InputError for a picture that cannot be read.
   * @throws DeviceError if the GPU fails.
   */
  predict(picture: Picture): Promise<Answer>;
  predict(pictures: readonly Picture[]): Promise<readonly Answer[]>;
  /**
   * Scores of many pictures in their order, batch by batch; a picture that cannot be read becomes an outcome and stops nothing.
   * @throws DeviceError if the GPU fails.
   */
  predictAll(pictures: Iterable<Picture>, options?: { readonly batch?: number }): AsyncGenerator<Outcome<Result>>;
  /**
   * The probability of each class at each pixel.
   * @throws InputError for a picture that cannot be read, or a model that does not segment.
   */
  segment(picture: Picture): Promise<Segmentation>;
  /**
   * The vector of one picture or of several, by which like pictures are found.
   * @throws InputError for a picture that cannot be read, or a layer that does not exist, with those that do.
   * @throws DeviceError if the GPU fails.
   */
  embed(picture: Picture, options?: EmbedOptions): Promise<Float32Array>;
  embed(pictures: readonly Picture[], options?: EmbedOptions): Promise<readonly Float32Array[]>;
  /**
   * The vectors of many pictures in their order, batch by batch; a picture that cannot be read becomes an outcome and stops nothing.
   * @throws InputError for a layer that does not exist, with those that do.
   * @throws DeviceError if the GPU fails.
   */
  embedAll(pictures: Iterable<Picture>, options?: EmbedOptions & { readonly batch?: number }): AsyncGenerator<Outcome<Embedding>>;
  /** What `embed` gives for a layer, or by default: the layer's name and the length of its vectors. */
  embeddingOf(layer?: string): { readonly layer: string; readonly dimensions: number };
  /** A SHA-256 of the network's values and preprocessing, the same from whatever file they came. */
  hash(): Promise<string>;
  /**
   * A picture as it goes into the network: read as `predict` reads it, and brought to the network's size.
   * @throws InputError for a picture that cannot be read.
   */
  read(picture: Picture): Promise<Ready>;
  /**
   * The network's graph for a batch of pictures, from the input "pictures" on, for programs of one's own.
   * @throws InputError for a file that takes another number of pictures a run.
   */
  outputs(batch: number): Outputs;
  destroy(): void;
  [Symbol.dispose](): void;
}

/**
 * Loads a model: a `.safetensors` file of ours, or weights of any format that `readWeights` knows (PyTorch, Keras, TensorFlow.js, NumPy,
 * ids of the Hugging Face hub), with the network's name where the file has none; or an ONNX file.
 * @throws InputError for a file that is damaged or describes itself wrongly.
 * @throws WeightsError for weights that are not the network's.
 * @throws UnsupportedError (an InputError) for an ONNX file with nodes that cannot be computed.
 * @throws DeviceError without a usable GPU or software adapter.
 * @example
 * const model = await loadModel("weights/cxr-resnet18.safetensors");
 * const [best] = await model.predict("samples/phantom.png");
 */
export async function loadModel(source: Source, options: LoadOptions = {}): Promise<Model> {
  const file = nameOf(source);
  const onnx = await onnxIn(source);
  if (onnx) {
    const { onnxModel } = await import("./onnx/model.ts");
    const { description, outputs } = await onnxModel(onnx, source, options);
    return modelOn(await deviceFor(options), description, outputs, options);
  }
  const read = await readWeights(source, { arch: options.arch, onProgress: options.onDownload });
  const { description } = describeWeights(read, file, options);
  const tensors = toTensors(read.tensors);
  const weights = weightsFrom(tensors);
  // Built once now, so that weights that do not fit are told before a device is opened.
  const { raw, features } = outputsOf(description, weights, 1);
  checkOutputs(raw, description, file);
  weights.verify(file);
  const { outOfDistribution, classes } = description;
  const detector = outOfDistribution && features && readDetector(outOfDistribution, tensors, classes.length, features.shape[1], file);
  if (!detector) checkNoDetector(tensors.keys(), file);
  return modelOn(await deviceFor(options), description, (batch) => outputsOf(description, weights, batch), options, detector);
}

/** The device to share, or one that will be the model's own. */
async function deviceFor({ device: shared, adapter, selfTest: isTried = false }: LoadOptions): Promise<Device> {
  const device = shared ?? (await requestDevice({ adapter }));
  try {
    if (isTried) await (await import("./self-test.ts")).selfTest(device);
  } catch (failure) {
    if (!shared) device.destroy();
    throw failure;
  }
  return device;
}

/** The bytes of an ONNX file, which is known by its name, or by its beginning where it has none. */
async function onnxIn(source: Source): Promise<Uint8Array | undefined> {
  if (typeof source === "string" || source instanceof URL) return /\.onnx$/i.test(String(source)) ? readBytes(source) : undefined;
  const bytes = await readBytes(source);
  return isOnnx(bytes) ? bytes : undefined;
}

/** An ONNX file begins with the version of its format, field 1; the header of a safetensors file begins at byte 8. */
const isOnnx = (bytes: Uint8Array): boolean => bytes[0] === 0x08 && bytes[8] !== 0x7b;

/** The values as the networks take them. */
export function toTensors(stored: ReadonlyMap<string, StoredTensor>): Map<string, Tensor> {
  return new Map([...stored].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]));
}

/** The graph from normalised pictures, the input "pictures", to the network's raw output, and to scores. */
export function outputsOf(
  { arch, input: { channels, height, width }, output, options, valueScaler, outOfDistribution }: ModelDescription,
  weights: LoadedWeights,
  batch: number,
): Outputs {
  const raw = networkNamed(arch).build(weights, input("pictures", [batch, channels, height, width]), options);
  const scores = valueScaler ? nodeInUnits(valueScaler, raw) : scoresOf(raw, output);
  return outOfDistribution ? { raw, scores, features: featuresOf(raw, outOfDistribution, arch) } : { raw, scores };
}

/** What a network gives, and what its output rule or the units of its values make of it. */
export interface Outputs {
  readonly raw: Node;
  readonly scores: Node;
  /** [batch, features]: by which pictures are told that are unlike those the model was fitted on. */
  readonly features?: Node;
}

/** A raw output put through the rule that makes scores of it. */
export function scoresOf(raw: Node, rule: OutputRule): Node {
  const rules = { softmax, sigmoid, none: (x: Node) => x };
  return rules[rule](raw);
}

/** Not every network can have any number of classes. */
function checkOutputs({ shape: [, outputs] }: Node, { arch, classes }: ModelDescription, file: string): void {
  if (outputs !== classes.length)
    throw new InputError(file, `names ${classes.length} classes, but ${arch} has ${outputs} ${outputs === 1 ? "output" : "outputs"}`);
}

/** Programs kept at once. */
const MAX_PROGRAMS = 3;

function modelOn(
  opened: Device,
  description: ModelDescription,
  outputs: (batch: number) => Outputs,
  options: LoadOptions,
  detector?: Detector,
): Model {
  const { precision, tuning, decode, answerAll = false, onProgress, device: shared } = options;
  let device = opened;
  const programs = programCache(() => device, { size: MAX_PROGRAMS, precision, tuning, onProgress });
  const nodesOf = (batch: number, layer: string | undefined): Record<string, Node> => {
    const { raw, scores, features } = outputs(batch);
    return layer === undefined
      ? { raw, scores, ...(features && { features }) }
      : { embedding: embeddingOf(raw, description.arch, layer).node };
  };
  const programFor = (batch: number, layer?: string): Promise<Program> =>
    programs.get(layer === undefined ? String(batch) : `${batch} ${layer}`, () => nodesOf(batch, layer));

  const runBatch = async (pictures: Tensor, layer?: string): Promise<Run> => {
    const program = await programFor(pictures.shape[0], layer);
    const start = performance.now();
    const { raw, scores, features, embedding } = await program.run({ pictures });
    checkOutput(embedding ?? raw, description);
    return { output: embedding ?? scores, raw, features, elapsedMs: performance.now() - start };
  };

  let isDestroyed = false;
  let queue: Promise<unknown> = Promise.resolve();
  /** One batch at a time, so that no program is given up while it runs. With a layer it gives that layer's embedding, else scores. */
  const run = (prepared: readonly Prepared[], layer?: string): Promise<Run> => {
    const turn = queue.then(async () => {
      if (isDestroyed) throw new DeviceError("the model was destroyed", { reason: "destroyed" });
      const pictures = toTensor(
        prepared.map(({ image }) => image),
        description.input,
      );
      try {
        return await runBatch(pictures, layer);
      } catch (cause) {
        if (shared || isDestroyed || !failedBy(cause, "lost")) throw cause;
        device = await deviceFor(options);
        if (isDestroyed) device.destroy();
        return await runBatch(pictures, layer);
      }
    });
    queue = turn.catch(() => {});
    return turn;
  };

  /** The largest batch that the GPU has room for, once one was too large. */
  let fitting = Number.POSITIVE_INFINITY;
  const inParts = async <T>(ready: readonly Ready[], compute: (part: readonly Ready[]) => Promise<T[]>): Promise<T[]> => {
    const size = Math.min(ready.length, fitting);
    if (size < ready.length) return [...(await inParts(ready.slice(0, size), compute)), ...(await inParts(ready.slice(size), compute))];
    try {
      return await compute(ready);
    } catch (cause) {
      if (ready.length === 1 || !failedBy(cause, "out-of-memory")) throw cause;
      fitting = Math.ceil(ready.length / 2);
      return await inParts(ready, compute);
    }
  };

  const score = (ready: readonly Ready[]): Promise<Result[]> =>
    inParts(ready, async (part) => {
      const { output, raw, features, elapsedMs } = await run(part.map(({ prepared }) => prepared));
      return part.map((one, place) => {
        const outlierScores = detector?.scores(row(features, place), row(raw, place));
        const withheld = detector && outlierScores && withheldBy(outlierScores, detector.description);
        const about = aboutRun(one, elapsedMs / part.length);
        const notes = [...(about.notes ?? []), ...(withheld && answerAll ? [`is ${withheld.reason}; answered as was asked for`] : [])];
        return {
          predictions: withheld && !answerAll ? [] : predictionsOf(row(output, place), description),
          ...(withheld && !answerAll && { withheld }),
          ...(outlierScores && { outlierScores }),
          ...about,
          ...(notes.length > 0 && { notes }),
        };
      });
    });

  const vectorsOf = (ready: readonly Ready[], layer: string): Promise<Embedding[]> =>
    inParts(ready, async (part) => {
      const prepared = part.map(({ prepared }) => prepared);
      const { output, elapsedMs } = await run(prepared, layer);
      return part.map((one, place) => ({ vector: row(output, place).slice(), ...aboutRun(one, elapsedMs / part.length) }));
    });

  async function* predictAll(
    pictures: Iterable<Picture>,
    { batch = 1 }: { readonly batch?: number } = {},
  ): AsyncGenerator<Outcome<Result>> {
    checkTask(description);
    yield* inBatches("predictAll", pictures, batch, score);
  }

  async function* embedAll(
    pictures: Iterable<Picture>,
    { batch = 1, layer }: EmbedOptions & { readonly batch?: number } = {},
  ): AsyncGenerator<Outcome<Embedding>> {
    const known = embedding(layer).layer;
    yield* inBatches("embedAll", pictures, batch, (ready) => vectorsOf(ready, known));
  }

  /** Outcomes in the order of the pictures. */
  async function* inBatches<T>(
    caller: string,
    pictures: Iterable<Picture>,
    batch: number,
    compute: (ready: readonly Ready[]) => Promise<T[]>,
  ): AsyncGenerator<Outcome<T>> {
    if (!Number.isInteger(batch) || batch < 1) throw new RangeError(`${caller}: batch must be a positive integer, got ${batch}`);
    // Those that cannot be read wait with the rest of their batch, so that outcomes come in the order of the pictures.
    let waiting: Outcome<Ready>[] = [];
    const readyOnes = (): Ready[] => waiting.flatMap((outcome) => ("error" in outcome ? [] : [outcome.result]));
    const flush = async function* (): AsyncGenerator<Outcome<T>> {
      const [outcomes, ready] = [waiting, readyOnes()];
      waiting = [];
      const results = ready.length === 0 ? [] : await compute(ready);
      let place = 0;
      for (const outcome of outcomes) yield "error" in outcome ? outcome : { index: outcome.index, result: results[place++] };
    };
    let index = 0;
    for (const picture of pictures) {
      try {
        waiting.push({ index, result: await readPicture(picture, description, decode) });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        waiting.push({ index, error });
      }
      index++;
      const { length } = readyOnes();
      if (length === 0 || length === batch) yield* flush();
    }
    yield* flush();
  }

  async function predict(picture: Picture): Promise<Answer>;
  async function predict(pictures: readonly Picture[]): Promise<readonly Answer[]>;
  async function predict(pictures: Picture | readonly Picture[]): Promise<Answer | readonly Answer[]> {
    checkTask(description);
    const ready: Ready[] = [];
    for (const picture of isList(pictures) ? pictures : [pictures]) ready.push(await readPicture(picture, description, decode));
    const results = ready.length === 0 ? [] : (await score(ready)).map(answerOf);
    return isList(pictures) ? results : results[0];
  }

  const embedding = (layer?: string): { layer: string; dimensions: number } => {
    const { layer: name, node } = embeddingOf(outputs(1).raw, description.arch, layer);
    return { layer: name, dimensions: node.shape[1] };
  };

  async function embed(picture: Picture, options?: EmbedOptions): Promise<Float32Array>;
  async function embed(pictures: readonly Picture[], options?: EmbedOptions): Promise<readonly Float32Array[]>;
  async function embed(
    pictures: Picture | readonly Picture[],
    { layer }: EmbedOptions = {},
  ): Promise<Float32Array | readonly Float32Array[]> {
    const known = embedding(layer).layer;
    const ready: Ready[] = [];
    for (const picture of isList(pictures) ? pictures : [pictures]) ready.push(await readPicture(picture, description, decode));
    const vectors = ready.length === 0 ? [] : (await vectorsOf(ready, known)).map(({ vector }) => vector);
    return isList(pictures) ? vectors : vectors[0];
  }

  const destroy = (): void => {
    isDestroyed = true;
    programs.destroy();
    if (!shared) device.destroy();
  };

  return {
    description,
    get device() {
      return device;
    },
    predict,
    predictAll,
    async segment(picture) {
      if (description.task !== "segmentation")
        throw new InputError(description.arch, `is a ${description.task} model, it does not segment`);
      const { image, findings, prepared, decodeMs, preprocessMs } = await readPicture(picture, description, decode);
      const { output: scores, elapsedMs } = await run([prepared]);
      const { height, width } = description.input;
      const maps = description.classes.map((label, c) => {
        const data = Uint16Array.from(scores.data.subarray(c * height * width, (c + 1) * height * width), (score) =>
          Math.round(score * 65535),
        );
        return { label, map: prepared.restore({ width, height, channels: 1, bitDepth: 16, data }) };
      });
      return {
        width: image.width,
        height: image.height,
        maps,
        ...(image.notes && { notes: image.notes }),
        ...(findings.length > 0 && { findings }),
        milliseconds: { decode: decodeMs, preprocess: preprocessMs, run: elapsedMs },
      };
    },
    embed,
    embedAll,
    embeddingOf: embedding,
    hash: () => modelHash(outputs(1).raw, description),
    read: (picture) => readPicture(picture, description, decode),
    outputs,
    destroy,
    [Symbol.dispose]: destroy,
  };
}

const failedBy = (cause: unknown, reason: DeviceFailure): boolean => cause instanceof DeviceError && cause.reason === reason;

/** How a picture was read, and where its time went. */
const aboutRun = (
  { image: { notes }, findings, decodeMs, preprocessMs }: Ready,
  runMs: number,
): Pick<Result, "notes" | "findings" | "milliseconds"> => ({
  ...(notes && { notes }),
  ...(findings.length > 0 && { findings }),
  milliseconds: { decode: decodeMs, preprocess: preprocessMs, run: runMs },
});

/** What a run of a batch gives: scores or an embedding, and what a detector looks at. */
interface Run {
  readonly output: Tensor;
  readonly raw: Tensor;
  readonly features: Tensor;
  readonly elapsedMs: number;
}

const answerOf = ({ predictions, withheld }: Result): Answer => (withheld ? Object.assign([], { withheld }) : predictions);

/** What gives maps has no scores. */
function checkTask({ task, arch }: ModelDescription): void {
  if (task === "segmentation") throw new InputError(arch, "is a segmentation model, use segment");
}

const isList = (pictures: Picture | readonly Picture[]): pictures is readonly Picture[] => Array.isArray(pictures);

/** The scores of one picture of a batch. */
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

/** A failed GPU hands back NaN or nothing but zeros, which no picture gives; scores of a right output may round to zero. */
function checkOutput(raw: Tensor, { arch }: ModelDescription): void {
  for (let index = 0; index < raw.shape[0]; index++) {
    const values = row(raw, index);
    if (!values.every(Number.isFinite)) throw new DeviceError(`${arch} gave an output that is not a number`, { reason: "wrong-numbers" });
    if (values.every((value) => value === 0)) throw new DeviceError(`${arch} gave nothing but zeros`, { reason: "wrong-numbers" });
  }
}
