/** TensorFlow.js models: model.json, whose manifest says where in the shards beside it each value lies, quantised or not. */
import { InputError, readBytes, type Source } from "../bytes.ts";
import { sizeOf } from "../tensor.ts";
import { joined } from "./joined.ts";
import { adoptLayers } from "./keras/adopt.ts";
import { type KerasConfig, layersOf, type NamedValue, readConfig } from "./keras/layers.ts";
import { bytesOf, type StoredTensor, type StoredType, toFloat32 } from "./stored-tensor.ts";
import type { ReadWeightsOptions, WeightsFile } from "./weights-file.ts";

const types: ReadonlyMap<unknown, StoredType> = new Map<unknown, StoredType>([
  ["float32", "F32"],
  ["float16", "F16"],
  ["int32", "I32"],
  ["uint16", "U16"],
  ["uint8", "U8"],
  ["bool", "BOOL"],
]);

/** Shards are of 4 MiB, so that this is 16 GiB. */
const MAX_SHARDS = 4096;

type Record = Readonly<{ [key: string]: unknown }>;
type Fail = (problem: string) => InputError;

/**
 * A layers model or a graph model. `source` is where model.json came from: the shards are beside it.
 * @throws InputError where the manifest does not fit the shards, or its layers are none of a network that we have.
 */
export async function readTfjs(bytes: Uint8Array, file: string, source: Source, options: ReadWeightsOptions): Promise<WeightsFile> {
  const fail = (problem: string): InputError => new InputError(file, problem);
  const model = parsed(bytes, fail);
  const values: NamedValue[] = [];
  for (const group of groupsOf(model, fail)) {
    const shards: Uint8Array[] = [];
    for (const path of group.paths) shards.push(await readBytes(beside(source, path, fail)));
    values.push(...valuesOf(group.weights, joined(shards), fail));
  }
  if (values.length === 0) throw fail("is a TensorFlow.js model without weights");
  const config = model.format === "graph-model" ? undefined : configOf(model.modelTopology, fail);
  const named = config ? values : values.map(({ path, tensor }) => ({ path: layerPath(path), tensor }));
  return adoptLayers(layersOf(named, config, fail), config, "TensorFlow.js", file, options);
}

function parsed(bytes: Uint8Array, fail: Fail): Record {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw fail(`is no model.json of TensorFlow.js: it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!isRecord(json) || !Array.isArray(json.weightsManifest)) throw fail("is no model.json of TensorFlow.js: it has no weightsManifest");
  return json;
}

const isRecord = (value: unknown): value is Record => typeof value === "object" && value !== null && !Array.isArray(value);

interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly Record[];
}

function groupsOf({ weightsManifest }: Record, fail: Fail): Group[] {
  const groups = Array.isArray(weightsManifest) ? weightsManifest : [];
  let count = 0;
  return groups.map((group: unknown) => {
    const { paths, weights } = isRecord(group) ? group : {};
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string") || !Array.isArray(weights) || !weights.every(isRecord))
      throw fail("has a manifest whose groups are not paths and weights");
    count += paths.length;
    if (count > MAX_SHARDS) throw fail(`names more than ${MAX_SHARDS} shards`);
    return { paths, weights };
  });
}

/** A shard's place: beside model.json or below, nowhere else. */
function beside(source: Source, path: string, fail: Fail): Source {
  const shown = JSON.stringify(path.slice(0, 100));
  if (path.split(/[/\\]/).includes("..") || /^([/\\]|[a-z][a-z0-9+.-]*:)/i.test(path))
    throw fail(`names a shard ${shown} that is not beside it`);
  if (source instanceof URL) return new URL(path.split("/").map(encodeURIComponent).join("/"), source);
  if (typeof source !== "string") throw fail("is a TensorFlow.js model without its shards: give its path or URL, not its bytes");
  return source.replace(/[^/\\]*$/, "") + path;
}

/** Values lie one after the other. */
function valuesOf(weights: readonly Record[], data: Uint8Array, fail: Fail): NamedValue[] {
  let at = 0;
  const values = weights.map(({ name, shape, dtype, quantization }): NamedValue => {
    if (typeof name !== "string") throw fail("has a value without a name");
    const about = (problem: string): InputError => fail(`value ${JSON.stringify(name.slice(0, 100))} ${problem}`);
    if (!Array.isArray(shape) || shape.length > 16 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
      throw about("has no valid shape");
    const stored = isRecord(quantization) ? quantization.dtype : dtype;
    const type = types.get(stored);
    if (!type) throw about(`is of type ${JSON.stringify(stored)?.slice(0, 100)}, which is not read`);
    const begin = at;
    at += sizeOf(shape) * bytesOf(type);
    if (!(at <= data.length)) throw about(`ends at byte ${at} of shards of ${data.length} (is one missing?)`);
    const tensor: StoredTensor = { dtype: type, shape, bytes: data.subarray(begin, at) };
    return { path: name, tensor: isRecord(quantization) && type !== "F16" ? dequantised(tensor, quantization, about) : tensor };
  });
  if (at !== data.length) throw fail(`has shards of ${data.length} bytes, its manifest tells of ${at}`);
  return values;
}

/** value = q · scale + min */
function dequantised(tensor: StoredTensor, { scale, min }: Record, fail: Fail): StoredTensor {
  if (typeof scale !== "number" || typeof min !== "number") throw fail("is quantised without scale and min");
  const values = toFloat32(tensor);
  for (let i = 0; i < values.length; i++) values[i] = values[i] * scale + min;
  return { dtype: "F32", shape: tensor.shape, bytes: new Uint8Array(values.buffer) };
}

/** A layers model's topology is Keras's configuration, perhaps within model_config. */
function configOf(topology: unknown, fail: Fail): KerasConfig {
  if (!isRecord(topology)) throw fail("has no topology");
  return readConfig(JSON.stringify(topology.model_config ?? topology), fail);
}

/**
 * A graph model names values by the operations that read them: StatefulPartitionedCall/mobilenet/Conv1/Conv2D/ReadVariableOp is the kernel
 * of Conv1. Where the converter has folded batch norms into convolutions they are gone, and the network will miss them.
 */
function layerPath(name: string): string {
  const path = name.replace(/^(StatefulPartitionedCall|PartitionedCall)\//, "");
  const [, layer, operation] =
    /^(.*?)\/((?:(?:Conv2D|depthwise|conv2d_transpose|MatMul|BiasAdd|FusedBatchNormV\d)\/)?ReadVariableOp(?:_\d)?)$/.exec(path) ?? [];
  const variables: { readonly [operation: string]: string } = {
    "Conv2D/ReadVariableOp": "kernel",
    "conv2d_transpose/ReadVariableOp": "kernel",
    "depthwise/ReadVariableOp": "depthwise_kernel",
    "MatMul/ReadVariableOp": "kernel",
    "BiasAdd/ReadVariableOp": "bias",
    ReadVariableOp: "gamma",
    ReadVariableOp_1: "beta",
    "FusedBatchNormV3/ReadVariableOp": "moving_mean",
    "FusedBatchNormV3/ReadVariableOp_1": "moving_variance",
  };
  if (layer === undefined || !Object.hasOwn(variables, operation)) return path;
  return `${layer.slice(layer.lastIndexOf("/") + 1)}/${variables[operation]}`;
}
