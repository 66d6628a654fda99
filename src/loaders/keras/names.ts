/** Keras's layers by the names of ours: those of Keras's own networks by their names, those of U-Nets by their order. */
import type { KerasLayer, LayerKind } from "./layers.ts";

/** A network of Keras's that we have, and what of it differs from torchvision's. */
export interface KerasNetwork {
  readonly arch: string;
  /** Whether a file is of this network. */
  readonly isOf: (layers: readonly KerasLayer[]) => boolean;
  /** Our name of a layer, by Keras's. */
  readonly rename: (name: string) => string | undefined;
  /** Our names of the dense layers, which people replace and rename, in their order. */
  readonly heads: readonly string[];
  /** The last convolution before its maps are flattened for the first dense layer; most networks average them instead. */
  readonly flattened?: string;
  /** Epsilon of its batch norms, where the file has no configuration. */
  readonly epsilon?: number;
  /** What a model file says of it (see `NetworkOptions`). */
  readonly options: Readonly<Record<string, string>>;
}

const has = (layers: readonly KerasLayer[], ...names: readonly string[]): boolean =>
  names.every((name) => layers.some((layer) => layer.name === name));

/** `conv2_block1_1_conv` → layer1.0.conv1; convolution 0 is the shortcut. */
function resnet(name: string): string | undefined {
  if (name === "conv1_conv") return "conv1";
  if (name === "conv1_bn") return "bn1";
  const [, stage, block, part, kind] = /^conv([2-5])_block(\d+)_([0-3])_(conv|bn)$/.exec(name) ?? [];
  if (stage === undefined) return undefined;
  const layer = part === "0" ? `downsample.${kind === "conv" ? 0 : 1}` : `${kind}${part}`;
  return `layer${Number(stage) - 1}.${Number(block) - 1}.${layer}`;
}

/** `conv2_block1_1_conv` → features.denseblock1.denselayer1.conv1; its norms are numbered 0 and 1. */
function densenet(name: string): string | undefined {
  const ends: Readonly<Record<string, string>> = { conv1_conv: "conv0", conv1_bn: "norm0", bn: "norm5" };
  if (Object.hasOwn(ends, name)) return `features.${ends[name]}`;
  const [, stage, layer, part, kind] = /^conv([2-5])_block(\d+)_([0-2])_(conv|bn)$/.exec(name) ?? [];
  if (stage !== undefined) {
    return `features.denseblock${Number(stage) - 1}.denselayer${layer}.${kind === "bn" ? `norm${Number(part) + 1}` : `conv${part}`}`;
  }
  const [, pool, between] = /^pool([2-4])_(conv|bn)$/.exec(name) ?? [];
  return pool === undefined ? undefined : `features.transition${Number(pool) - 1}.${between === "bn" ? "norm" : "conv"}`;
}

/** `block_1_expand` → features.2.conv.0.0; the block without an expansion is called expanded_conv. */
function mobilenet(name: string): string | undefined {
  const ends: Readonly<Record<string, string>> = {
    Conv1: "features.0.0",
    bn_Conv1: "features.0.1",
    Conv_1: "features.18.0",
    Conv_1_bn: "features.18.1",
  };
  if (Object.hasOwn(ends, name)) return ends[name];
  const [, first] = /^expanded_conv_(\w+)$/.exec(name) ?? [];
  const plain: Readonly<Record<string, string>> = { depthwise: "0.0", depthwise_BN: "0.1", project: "1", project_BN: "2" };
  if (first !== undefined) return Object.hasOwn(plain, first) ? `features.1.conv.${plain[first]}` : undefined;
  const [, block, part] = /^block_(\d+)_(\w+)$/.exec(name) ?? [];
  const expanded: Readonly<Record<string, string>> = {
    expand: "0.0",
    expand_BN: "0.1",
    depthwise: "1.0",
    depthwise_BN: "1.1",
    project: "2",
    project_BN: "3",
  };
  return part !== undefined && Object.hasOwn(expanded, part) ? `features.${Number(block) + 1}.conv.${expanded[part]}` : undefined;
}

/** `block3_conv2` by its place among torchvision's modules, which count activations and pools too. */
const vgg = (convs: readonly number[]) => {
  const names = new Map<string, string>();
  let index = 0;
  for (const [stage, count] of convs.entries()) {
    for (let conv = 1; conv <= count; conv++, index += 2) names.set(`block${stage + 1}_conv${conv}`, `features.${index}`);
    index++;
  }
  return (name: string): string | undefined => names.get(name);
};

const vggHeads = ["classifier.0", "classifier.3", "classifier.6"];
const slow = { v1: "true", convBias: "true" };

/** Blocks in the third stage tell the depths apart. */
const isResnet = (layers: readonly KerasLayer[], third: number, fourth: number): boolean =>
  has(layers, "conv2_block1_0_conv", `conv3_block${third}_1_conv`, `conv4_block${fourth}_1_conv`) &&
  !has(layers, `conv3_block${third + 1}_1_conv`) &&
  !has(layers, `conv4_block${fourth + 1}_1_conv`) &&
  !has(layers, "post_bn");

const isDensenet = (layers: readonly KerasLayer[], fourth: number, fifth: number): boolean =>
  has(layers, "pool2_conv", `conv4_block${fourth}_1_conv`, `conv5_block${fifth}_1_conv`) &&
  !has(layers, `conv4_block${fourth + 1}_1_conv`) &&
  !has(layers, `conv5_block${fifth + 1}_1_conv`);

export const kerasNetworks: readonly KerasNetwork[] = [
  { arch: "resnet50", isOf: (layers) => isResnet(layers, 4, 6), rename: resnet, heads: ["fc"], epsilon: 1.001e-5, options: slow },
  { arch: "resnet101", isOf: (layers) => isResnet(layers, 4, 23), rename: resnet, heads: ["fc"], epsilon: 1.001e-5, options: slow },
  { arch: "resnet152", isOf: (layers) => isResnet(layers, 8, 36), rename: resnet, heads: ["fc"], epsilon: 1.001e-5, options: slow },
  {
    arch: "densenet121",
    isOf: (layers) => isDensenet(layers, 24, 16),
    rename: densenet,
    heads: ["classifier"],
    epsilon: 1.001e-5,
    options: {},
  },
  {
    arch: "densenet169",
    isOf: (layers) => isDensenet(layers, 32, 32),
    rename: densenet,
    heads: ["classifier"],
    epsilon: 1.001e-5,
    options: {},
  },
  {
    arch: "mobilenet_v2",
    isOf: (layers) => has(layers, "Conv1", "expanded_conv_depthwise", "block_16_project"),
    rename: mobilenet,
    heads: ["classifier.1"],
    epsilon: 1e-3,
    options: { samePadding: "true" },
  },
  {
    arch: "vgg16",
    isOf: (layers) => has(layers, "block5_conv3") && !has(layers, "block5_conv4"),
    rename: vgg([2, 2, 3, 3, 3]),
    heads: vggHeads,
    flattened: "block5_conv3",
    options: {},
  },
  {
    arch: "vgg19",
    isOf: (layers) => has(layers, "block5_conv4"),
    rename: vgg([2, 2, 4, 4, 4]),
    heads: vggHeads,
    flattened: "block5_conv4",
    options: {},
  },
];

/** Our names of a U-Net's layers in the order in which a model is built, by their kind. */
export const orderedNames: Readonly<Record<string, Readonly<Partial<Record<LayerKind, readonly string[]>>>>> = {
  lung_unet: {
    conv: [
      ...["enc.0", "enc.1", "enc.2", "enc.3"].flatMap((part) => [`${part}.0`, `${part}.1`]),
      "mid",
      ...["dec.0", "dec.1", "dec.2", "dec.3"].flatMap((part) => [`${part}.0`, `${part}.1`, `${part}.2`]),
      "out",
    ],
  },
  keidar_unet: {
    conv: [
      ...["enc.0", "enc.1", "enc.2", "enc.3", "mid"].flatMap((part) => [`${part}.0`, `${part}.1`]),
      ...["dec.0", "dec.1", "dec.2", "dec.3"].flatMap((part) => [`${part}.up`, `${part}.0`, `${part}.1`]),
      "out",
    ],
  },
  unet: {
    conv: [...doubleConvs("0", "3"), "outc.conv"],
    norm: doubleConvs("1", "4"),
    transposed: ["up1.up", "up2.up", "up3.up", "up4.up"],
  },
};

function doubleConvs(...places: readonly string[]): string[] {
  const down = [1, 2, 3, 4].map((level) => `down${level}.maxpool_conv.1`);
  const up = [1, 2, 3, 4].map((level) => `up${level}.conv`);
  return ["inc", ...down, ...up].flatMap((part) => places.map((place) => `${part}.double_conv.${place}`));
}
