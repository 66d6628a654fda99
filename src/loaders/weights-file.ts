/** Weights in whatever format people have them, as values by the names that our networks use. */
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { beginning } from "./image.ts";
import { isIgnorable, normaliseNames } from "./names.ts";
import type { StoredTensor } from "./stored-tensor.ts";

/** What became of one of a file's names. */
export interface NameOutcome {
  readonly from: string;
  /** The name that our networks use. */
  readonly to?: string;
  /** Why the value is left out. */
  readonly ignored?: string;
}

export interface WeightsFile {
  /** safetensors, PyTorch, Keras, TensorFlow.js, NumPy. */
  readonly format: string;
  /** Values by the names that our networks use. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** What the file says of the network, as a model file of ours would. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether that is all of it: network, classes and preprocessing, as files of ours have them. */
  readonly isModel: boolean;
  /** Every name in the file, in its order. */
  readonly names: readonly NameOutcome[];
  /** What a person may want to know: where in a checkpoint the network was, what stood beside it. */
  readonly notes: readonly string[];
}

export interface ReadWeightsOptions {
  /** The network, for files whose layers have no names of their own: Keras's U-Nets. */
  readonly arch?: string;
  /** Called as a file of the hub arrives, with bytes so far and in all. */
  readonly onProgress?: (id: string, loaded: number, total: number) => void;
}

/** A format: how its files begin, and its reader. */
interface Format {
  begins(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array, name: string, source: Source, options: ReadWeightsOptions): Promise<WeightsFile>;
}

const has =
  (...signature: readonly number[]) =>
  (bytes: Uint8Array): boolean =>
    signature.every((byte, i) => bytes[i] === byte);

/** Readers are loaded when the first file of their format is met. */
const formats: readonly Format[] = [
  { begins: has(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), read: readKerasH5 }, // \x89HDF\r\n\x1a\n
  { begins: has(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59), read: readNpy }, // \x93NUMPY
  { begins: has(0x50, 0x4b), read: readArchive }, // PK
  { begins: has(0x80, 2, 0x8a, 0x0a), read: readTorchFile },
  { begins: (bytes) => bytes[257] === 0x75 && bytes[258] === 0x73 && bytes[259] === 0x74 && bytes[260] === 0x61, read: readTorchFile }, // ustar
  { begins: (bytes) => bytes[8] === 0x7b, read: readSafetensorsFile }, // { after the header's length
  { begins: has(0x08), read: readOnnxFile }, // the version of the format, field 1
  { begins: (bytes) => /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 32))), read: readTfjsModel },
];

/**
 * Reads weights of any format, told by the first bytes: safetensors, PyTorch (.pt, .pth, .bin), Keras (.h5, .keras, .weights.h5),
 * TensorFlow.js (model.json beside its shards), NumPy (.npz, .npy) and ONNX (its initializers). Nothing in a file is ever run. A source that begins with `hf:` is
 * fetched from the Hugging Face hub (see `hub.ts`).
 * @throws InputError for a file that is damaged, of no known format, or not to be had.
 */
export async function readWeights(source: Source, options: ReadWeightsOptions = {}): Promise<WeightsFile> {
  if (typeof source === "string" && source.startsWith("hf:")) return (await import("./hub.ts")).readHubWeights(source, options);
  const name = nameOf(source);
  const bytes = await readBytes(source);
  if (bytes.length === 0) throw new InputError(name, "is empty");
  const format = formats.find((candidate) => candidate.begins(bytes));
  if (!format) {
    throw new InputError(
      name,
      `is no known file of weights, begins with ${beginning(bytes)}; safetensors, PyTorch, Keras, TensorFlow.js, NumPy and ONNX files can be read`,
    );
  }
  return format.read(bytes, name, source, options);
}

async function readSafetensorsFile(bytes: Uint8Array, name: string): Promise<WeightsFile> {
  const { tensors, metadata } = (await import("./safetensors.ts")).readSafetensors(bytes, name);
  return adopted("safetensors", tensors, name, { metadata });
}

async function readTorchFile(bytes: Uint8Array, name: string): Promise<WeightsFile> {
  const { tensors, path, beside } = (await import("./torch/torch.ts")).readTorch(bytes, name);
  const notes = [...(path ? [`the network is under ${path}`] : []), ...(beside.length > 0 ? [`left alone: ${listed(beside)}`] : [])];
  return adopted("PyTorch", tensors, name, { notes });
}

async function readNpy(bytes: Uint8Array, name: string): Promise<WeightsFile> {
  const tensor = (await import("./npz.ts")).readNpyArray(bytes, name);
  return adopted("NumPy", new Map([["array", tensor]]), name);
}

/** Zip archives are told apart by what they hold. */
async function readArchive(bytes: Uint8Array, name: string, _source: Source, options: ReadWeightsOptions): Promise<WeightsFile> {
  const entries = (await import("./zip.ts")).readZip(bytes, name);
  const names = [...entries.keys()];
  if (names.some((entry) => /^([^/]+\/)?data\.pkl$/.test(entry))) return readTorchFile(bytes, name);
  if (entries.has("model.weights.h5")) return (await import("./keras/keras.ts")).readKerasArchive(entries, name, options);
  if (names.length > 0 && names.every((entry) => entry.endsWith(".npy"))) {
    return adopted("NumPy", (await import("./npz.ts")).readNpzArrays(entries, name), name);
  }
  throw new InputError(name, `is a zip archive of neither PyTorch, Keras nor NumPy, it holds ${listed(names)}`);
}

async function readKerasH5(bytes: Uint8Array, name: string, _source: Source, options: ReadWeightsOptions): Promise<WeightsFile> {
  return (await import("./keras/keras.ts")).readKerasH5(bytes, name, options);
}

/** The initializers: a graph of ours that was written as ONNX has them under our names. */
async function readOnnxFile(bytes: Uint8Array, name: string): Promise<WeightsFile> {
  const [{ readOnnx }, { decodeTensor }] = await Promise.all([import("./onnx/model.ts"), import("./onnx/tensor.ts")]);
  const { graph, metadata } = readOnnx(bytes, name);
  const values = new Map<string, StoredTensor>();
  for (const [tensorName, tensor] of graph.initializers) {
    const decoded = tensor.type.startsWith("float") ? decodeTensor(tensor) : undefined;
    if (decoded)
      values.set(tensorName, { dtype: "F32", shape: decoded.shape, bytes: new Uint8Array(Float32Array.from(decoded.data).buffer) });
  }
  return adopted("ONNX", values, name, { metadata });
}

async function readTfjsModel(bytes: Uint8Array, name: string, source: Source, options: ReadWeightsOptions): Promise<WeightsFile> {
  return (await import("./tfjs.ts")).readTfjs(bytes, name, source, options);
}

const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, 8).map((name) => (name.length > 60 ? `${name.slice(0, 60)}…` : name));
  return shown.join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");
};

/** Values under PyTorch-like names, by ours. */
function adopted(
  format: string,
  values: ReadonlyMap<string, StoredTensor>,
  file: string,
  { metadata = {}, notes = [] }: Partial<Pick<WeightsFile, "metadata" | "notes">> = {},
): WeightsFile {
  const renamed = normaliseNames([...values.keys()]);
  const tensors = new Map<string, StoredTensor>();
  const names = [...values].map(([from, tensor]): NameOutcome => {
    const to = renamed.get(from);
    if (to === undefined) return { from, ignored: isIgnorable(from) ? "takes no part in inference" : "has no name of ours" };
    if (tensors.has(to)) throw new InputError(file, `has two values that are called ${to}`);
    tensors.set(to, unfolded(to, tensor));
    return { from, to };
  });
  return { format, tensors, metadata, isModel: format === "safetensors" && metadata.arch !== undefined, names, notes };
}

/** timm's VGG keeps two linear layers as convolutions: [out, in, h, w] is [out, in · h · w] in the same order. */
function unfolded(name: string, tensor: StoredTensor): StoredTensor {
  if (!/^classifier\.[03]\.weight$/.test(name) || tensor.shape.length !== 4) return tensor;
  const [outputs, ...inputs] = tensor.shape;
  return { ...tensor, shape: [outputs, inputs.reduce((product, size) => product * size, 1)] };
}
