/** A Keras model's weights as a network of ours takes them: names, layouts, and what differs from PyTorch said as metadata. */
import { InputError } from "../../bytes.ts";
import { sizeOf } from "../../tensor.ts";
import { bytesOf, gathered, type StoredTensor, transposed } from "../stored-tensor.ts";
import type { NameOutcome, ReadWeightsOptions, WeightsFile } from "../weights-file.ts";
import type { KerasConfig, KerasLayer } from "./layers.ts";
import { type KerasNetwork, kerasNetworks, orderedNames } from "./names.ts";

/** Our names of a layer's weights. */
const ours: Readonly<Record<string, string>> = {
  kernel: "weight",
  bias: "bias",
  gamma: "weight",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/**
 * @throws InputError where the layers are not those of a network that we have, or differ in a way that we cannot represent.
 */
export function adoptLayers(
  layers: readonly KerasLayer[],
  config: KerasConfig | undefined,
  format: string,
  file: string,
  { arch }: ReadWeightsOptions,
): WeightsFile {
  const fail = (problem: string): InputError => new InputError(file, problem);
  const network = kerasNetworks.find((candidate) => candidate.isOf(layers));
  if (network && arch !== undefined && arch !== network.arch) throw fail(`holds Keras's ${network.arch}, not ${arch}`);
  const targets = network ? namedTargets(layers, network, fail) : orderedTargets(layers, arch, fail);
  const tensors = new Map<string, StoredTensor>();
  const names: NameOutcome[] = [];
  const flattened = flattenedChannels(layers, network);
  for (const layer of layers) {
    const target = targets.get(layer);
    for (const [variable, { from, tensor }] of layer.weights) {
      if (target === undefined || !Object.hasOwn(ours, variable)) {
        names.push({ from, ignored: target === undefined ? "its layer is none of the network's" : "takes no part in inference" });
        continue;
      }
      const to = `${target}.${ours[variable]}`;
      if (tensors.has(to)) throw fail(`has two values for ${to}`);
      tensors.set(to, variable === "kernel" ? kernelOf(layer, tensor, flattened.get(layer), fail) : tensor);
      names.push({ from, to });
    }
    if (layer.kind === "norm" && target !== undefined) completeNorm(tensors, target, layer);
  }
  const said = network ? describeNetwork(network, layers, config, fail) : describeUNet(arch ?? "", layers, config, fail);
  const metadata = { ...said, ...inputOf(config, said.arch) };
  const notes = network ? [`it is Keras's ${network.arch}${config?.name ? ` (${config.name})` : ""}`] : [];
  if (/^(resnet|vgg)/.test(said.arch) && !metadata.input)
    notes.push(
      `Keras's own weights of ${said.arch} expect BGR values less 103.939, 116.779, 123.68; what these expect the file does not tell`,
    );
  return { format, tensors, metadata, isModel: false, names, notes };
}

type Fail = (problem: string) => InputError;

/** Layers by their names; dense ones, which people replace, by their order from the last. */
function namedTargets(layers: readonly KerasLayer[], { arch, rename, heads }: KerasNetwork, fail: Fail): Map<KerasLayer, string> {
  const dense = layers.filter(({ kind }) => kind === "dense");
  if (dense.length > heads.length)
    throw fail(`has ${dense.length} dense layers after ${arch} (${dense.map(({ name }) => name).join(", ")}), ${heads.length} can be read`);
  const targets = new Map<KerasLayer, string>();
  for (const layer of layers) {
    const target = layer.kind === "dense" ? heads[heads.length - dense.length + dense.indexOf(layer)] : rename(layer.name);
    if (target === undefined) throw fail(`has a layer ${layer.name.slice(0, 100)} that is none of ${arch}'s`);
    targets.set(layer, target);
  }
  return targets;
}

/** Layers of U-Nets by their kind and place. */
function orderedTargets(layers: readonly KerasLayer[], arch: string | undefined, fail: Fail): Map<KerasLayer, string> {
  const known = [...kerasNetworks.map((network) => network.arch), ...Object.keys(orderedNames)].join(", ");
  if (arch === undefined || !Object.hasOwn(orderedNames, arch)) {
    throw fail(`has layers that tell no network of Keras's; ${known} can be read, U-Nets if their name is given (--arch)`);
  }
  const places = new Map<string, number>();
  const targets = new Map<KerasLayer, string>();
  for (const layer of layers) {
    const place = places.get(layer.kind) ?? 0;
    places.set(layer.kind, place + 1);
    const target = orderedNames[arch][layer.kind]?.[place];
    if (target === undefined) throw fail(`has more than ${place} ${layer.kind} layers, ${arch} has not`);
    targets.set(layer, target);
  }
  return targets;
}

/** Convolutions are [h, w, in, out] in Keras, depthwise ones [h, w, in, multiple], transposed ones [h, w, out, in], dense layers [in, out]. */
function kernelOf({ name, kind }: KerasLayer, kernel: StoredTensor, flattened: number | undefined, fail: Fail): StoredTensor {
  const [rank, axes] = kind === "dense" ? [2, [1, 0]] : [4, kind === "depthwise" ? [2, 3, 0, 1] : [3, 2, 0, 1]];
  if (kernel.shape.length !== rank)
    throw fail(`layer ${name.slice(0, 100)} has a kernel of ${kernel.shape.length} axes instead of ${rank}`);
  if (kind === "depthwise" && kernel.shape[3] !== 1)
    throw fail(`layer ${name.slice(0, 100)} makes ${kernel.shape[3]} channels of each, only one is read`);
  return flattened === undefined ? transposed(kernel, axes) : afterFlatten(kernel, flattened, name, fail);
}

/** Keras flattens a map as [h, w, c], PyTorch as [c, h, w]: the inputs of the layer after it change places. */
function afterFlatten({ dtype, shape: [inputs, outputs], bytes }: StoredTensor, channels: number, name: string, fail: Fail): StoredTensor {
  if (inputs % channels !== 0)
    throw fail(`layer ${name.slice(0, 100)} has ${inputs} inputs, which is no multiple of the ${channels} channels before it`);
  const size = bytesOf(dtype);
  const shape = [outputs, channels, inputs / channels];
  const { bytes: ordered } = gathered({ dtype, bytes, offset: 0, strides: [size, outputs * size, channels * outputs * size] }, shape);
  return { dtype, shape: [outputs, inputs], bytes: ordered };
}

/** The dense layer that gets a flattened map, and the channels of that map. */
function flattenedChannels(layers: readonly KerasLayer[], network: KerasNetwork | undefined): Map<KerasLayer, number> {
  const first = layers.find(({ kind }) => kind === "dense");
  const last = layers.find(({ name }) => name === network?.flattened);
  const [inputs, channels] = [first?.weights.get("kernel")?.tensor.shape[0] ?? 0, last?.weights.get("kernel")?.tensor.shape[3] ?? 0];
  return new Map(first && channels > 0 && inputs > channels ? [[first, channels]] : []);
}

/** Keras leaves out the scale or the shift of a batch norm if told to. */
function completeNorm(tensors: Map<string, StoredTensor>, target: string, { weights }: KerasLayer): void {
  const shape = weights.get("moving_mean")?.tensor.shape;
  if (!shape) return;
  const filled = (value: number): StoredTensor => ({
    dtype: "F32",
    shape,
    bytes: new Uint8Array(new Float32Array(sizeOf(shape)).fill(value).buffer),
  });
  if (!tensors.has(`${target}.weight`)) tensors.set(`${target}.weight`, filled(1));
  if (!tensors.has(`${target}.bias`)) tensors.set(`${target}.bias`, filled(0));
}

/** What a model file says of a network of Keras's: options that make ours compute the same, and the rule of the last layer. */
function describeNetwork(
  { arch, options, epsilon: usual }: KerasNetwork,
  layers: readonly KerasLayer[],
  config: KerasConfig | undefined,
  fail: Fail,
): Record<string, string> {
  const epsilon = epsilonOf(config, fail) ?? usual;
  const metadata: Record<string, string> = { arch, ...options, ...outputOf(config) };
  if (epsilon !== undefined) metadata.epsilon = String(epsilon);
  if (arch === "mobilenet_v2") {
    // The last block has 320 channels at width 1.
    const last = layers.find(({ name }) => name === "block_16_project")?.weights.get("kernel")?.tensor.shape[3] ?? 320;
    if (last !== 320) metadata.widthMultiplier = String(last / 320);
  }
  return metadata;
}

function describeUNet(arch: string, layers: readonly KerasLayer[], config: KerasConfig | undefined, fail: Fail): Record<string, string> {
  if (arch !== "unet") return { arch };
  const first = layers.find(({ kind }) => kind === "conv");
  const epsilon = epsilonOf(config, fail) ?? 1e-3;
  return {
    arch,
    ...outputOf(config),
    width: String(first?.weights.get("kernel")?.tensor.shape[3] ?? 64),
    convBias: String(first?.weights.has("bias") ?? false),
    bilinear: String(!layers.some(({ kind }) => kind === "transposed")),
    epsilon: String(epsilon),
  };
}

/** The epsilon of all batch norms. */
function epsilonOf(config: KerasConfig | undefined, fail: Fail): number | undefined {
  const values = new Set(config?.layers.filter(({ type }) => type === "BatchNormalization").map(({ options }) => options.epsilon ?? 1e-3));
  const [first, ...others] = values;
  if (others.length > 0) throw fail(`has batch norms of different epsilons (${[...values].slice(0, 8).join(", ")})`);
  if (first !== undefined && !(typeof first === "number" && first > 0 && first < 1))
    throw fail("has a batch norm whose epsilon is no small number");
  return first;
}

/** The activation of the last layer: our networks end before it. */
function outputOf(config: KerasConfig | undefined): Record<string, string> {
  const activation = config?.layers.at(-1)?.options.activation;
  return activation === "softmax" || activation === "sigmoid" ? { output: `logits; probability = ${activation}` } : {};
}

/** The input's size, where the configuration has it, and its scale, where a layer of the model or Keras's own network sets it. */
function inputOf(config: KerasConfig | undefined, arch: string): Record<string, string> {
  const { batch_shape: shape, batch_input_shape: older } = config?.layers[0]?.options ?? {};
  const [, height, width, channels] = Array.isArray(shape) ? shape : Array.isArray(older) ? older : [];
  const rescaling = config?.layers.find(({ type }) => type === "Rescaling")?.options;
  const [scale, offset] = rescaling ? [rescaling.scale, rescaling.offset ?? 0] : arch === "mobilenet_v2" ? [1 / 127.5, -1] : [];
  const isSize = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && value > 0;
  if (!isSize(height) || !isSize(width) || (channels !== 1 && channels !== 3)) return {};
  if (typeof scale !== "number" || typeof offset !== "number" || !(scale > 0)) return {};
  const input = {
    size: [height, width],
    channels,
    resize: "stretch",
    scale,
    mean: Array(channels).fill(-offset),
    std: Array(channels).fill(1),
  };
  return { input: JSON.stringify(input) };
}
