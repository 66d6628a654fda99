/** A model as people use it: one file of weights that says what it is, and pictures in, scores out. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { type AdapterChoice, type Device, requestDevice } from "../gpu/device.ts";
import { DeviceError, type DeviceFailure } from "../gpu/device-error.ts";
import type { Precision } from "../gpu/layout.ts";
import type { Program } from "../graph/program.ts";
import type { TuningMode } from "../graph/tune.ts";
import type { Node } from "../kernels/op.ts";
import { readWeights } from "../loaders/weights-file.ts";
import { describeWeights } from "./describe.ts";
import type { ModelDescription } from "./description.ts";
import { embeddingOf } from "./embedding.ts";
import { inBatches, isList, type Outcome } from "./in-batches.ts";
import type { OpenedFinder } from "./lung-model.ts";
import { modelHash } from "./model-hash.ts";
import { askedBy, type NetworkInputs } from "./network-inputs.ts";
import { checkNoDetector, type Detector, readDetector } from "./out-of-distribution/detector.ts";
import { type Outputs, outputsOf } from "./outputs.ts";
import { inputsOf, type Picture, type ReadOptions, type Ready, readPicture } from "./picture.ts";
import { programCache } from "./program-cache.ts";
import {
  type Answer,
  answerOf,
  checkOutput,
  type Embedding,
  embeddingsOf,
  type Result,
  type Run,
  resultsOf,
  type Segmentation,
  segmentationOf,
} from "./result.ts";
import { toTensors, weightsFrom } from "./weights.ts";

export interface EmbedOptions {
  /**
   * The layer whose values describe the picture, by torchvision's name (`layer3`, `layer4.1.conv2`, `features.5`); a map is averaged over
   * its pixels. By default the pooled features before the classifier, or the last hidden layer where it has several.
   */
  readonly layer?: string;
}

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
  /** For a network that sees film and lungs: who finds the lungs; by default the model that did in training, where it comes with the package. */
  readonly lungs?: Model | Source;
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
   * The network's graph for a batch, from the input "pictures" on, and "clinical" where it reads values, for programs of one's own.
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
  const finder = await finderFor(description, file, options);
  return modelOn(await deviceFor(options), description, (batch) => outputsOf(description, weights, batch), options, detector, finder);
}

/** Who finds the lungs, for a network that sees them. */
async function finderFor({ input: { lungs } }: ModelDescription, file: string, options: LoadOptions): Promise<OpenedFinder | undefined> {
  if (!lungs && options.lungs !== undefined) throw new InputError(file, "sees films alone, it has no use for a model of lungs");
  if (!lungs) return undefined;
  const { device, adapter, precision, tuning, onDownload } = options;
  const { openFinder } = await import("./lung-model.ts");
  return openFinder(file, lungs, options.lungs, (source) => loadModel(source, { device, adapter, precision, tuning, onDownload }));
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
  finder?: OpenedFinder,
): Model {
  const { precision, tuning, decode, answerAll = false, onProgress, device: shared } = options;
  let device = opened;
  const read = async (picture: Picture): Promise<Ready> => {
    const ready = await readPicture(picture, description, decode, finder?.find);
    return finder?.note === undefined ? ready : { ...ready, image: { ...ready.image, notes: [...(ready.image.notes ?? []), finder.note] } };
  };
  const programs = programCache(() => device, { size: MAX_PROGRAMS, precision, tuning, onProgress });
  const nodesOf = (batch: number, layer: string | undefined): Record<string, Node> => {
    const { raw, scores, features } = outputs(batch);
    return layer === undefined
      ? { raw, scores, ...(features && { features }) }
      : { embedding: embeddingOf(raw, description.arch, layer).node };
  };
  const programFor = (batch: number, layer?: string): Promise<Program> =>
    programs.get(layer === undefined ? String(batch) : `${batch} ${layer}`, () => nodesOf(batch, layer));

  const runBatch = async (inputs: NetworkInputs, layer?: string): Promise<Run> => {
    const program = await programFor(inputs.pictures.shape[0], layer);
    const start = performance.now();
    const { raw, scores, features, embedding } = await program.run(askedBy(program, inputs));
    checkOutput(embedding ?? raw, description);
    return { output: embedding ?? scores, raw, features, elapsedMs: performance.now() - start };
  };

  const readAll = async (pictures: readonly Picture[]): Promise<Ready[]> => {
    const ready: Ready[] = [];
    for (const picture of pictures) ready.push(await read(picture));
    return ready;
  };

  let isDestroyed = false;
  let queue: Promise<unknown> = Promise.resolve();
  /** One batch at a time, so that no program is given up while it runs. With a layer it gives that layer's embedding, else scores. */
  const run = (ready: readonly Ready[], layer?: string): Promise<Run> => {
    const turn = queue.then(async () => {
      if (isDestroyed) throw new DeviceError("the model was destroyed", { reason: "destroyed" });
      const inputs = inputsOf(ready, description.input);
      try {
        return await runBatch(inputs, layer);
      } catch (cause) {
        if (shared || isDestroyed || !failedBy(cause, "lost")) throw cause;
        device = await deviceFor(options);
        if (isDestroyed) device.destroy();
        return await runBatch(inputs, layer);
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
    inParts(ready, async (part) => resultsOf(part, await run(part), { description, detector, answerAll }));

  const vectorsOf = (ready: readonly Ready[], layer: string): Promise<Embedding[]> =>
    inParts(ready, async (part) => embeddingsOf(part, await run(part, layer)));

  async function* predictAll(
    pictures: Iterable<Picture>,
    { batch = 1 }: { readonly batch?: number } = {},
  ): AsyncGenerator<Outcome<Result>> {
    checkTask(description);
    yield* inBatches(pictures, { caller: "predictAll", batch, read, compute: score });
  }

  async function* embedAll(
    pictures: Iterable<Picture>,
    { batch = 1, layer }: EmbedOptions & { readonly batch?: number } = {},
  ): AsyncGenerator<Outcome<Embedding>> {
    const known = embedding(layer).layer;
    yield* inBatches(pictures, { caller: "embedAll", batch, read, compute: (ready) => vectorsOf(ready, known) });
  }

  async function predict(picture: Picture): Promise<Answer>;
  async function predict(pictures: readonly Picture[]): Promise<readonly Answer[]>;
  async function predict(pictures: Picture | readonly Picture[]): Promise<Answer | readonly Answer[]> {
    checkTask(description);
    const ready = await readAll(isList(pictures) ? pictures : [pictures]);
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
    const ready = await readAll(isList(pictures) ? pictures : [pictures]);
    const vectors = ready.length === 0 ? [] : (await vectorsOf(ready, known)).map(({ vector }) => vector);
    return isList(pictures) ? vectors : vectors[0];
  }

  const destroy = (): void => {
    isDestroyed = true;
    programs.destroy();
    finder?.destroy();
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
      const ready = await read(picture);
      return segmentationOf(ready, await run([ready]), description);
    },
    embed,
    embedAll,
    embeddingOf: embedding,
    hash: () => modelHash(outputs(1).raw, description),
    read,
    outputs,
    destroy,
    [Symbol.dispose]: destroy,
  };
}

const failedBy = (cause: unknown, reason: DeviceFailure): boolean => cause instanceof DeviceError && cause.reason === reason;

/** What gives maps has no scores. */
function checkTask({ task, arch }: ModelDescription): void {
  if (task === "segmentation") throw new InputError(arch, "is a segmentation model, use segment");
}
