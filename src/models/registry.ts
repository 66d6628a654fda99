/** Every network by its name: what builds it, what it expects, and where its features are. */
import { InputError } from "../bytes.ts";
import { input, type Node } from "../kernels/op.ts";
import { densenet121, densenet161, densenet169 } from "./densenet.ts";
import { keidarFusion, keidarResnet18, keidarResnet34, keidarResnet50, keidarResnet101, keidarResnet152 } from "./keidar.ts";
import { keidarUNet } from "./keidar-unet.ts";
import { liangBase, liangCnnrf, liangTs1, liangTs2, liangTs3, liangTs4 } from "./liang.ts";
import { lungUNet } from "./lung-unet.ts";
import { mobilenetV2 } from "./mobilenet-v2.ts";
import { nearestName } from "./nearest-name.ts";
import { type ResNetDepth, resnet18, resnet34, resnet50, resnet101, resnet152 } from "./resnet.ts";
import { squeezenet1_0, squeezenet1_1 } from "./squeezenet.ts";
import { unet } from "./unet.ts";
import { unetResnet18, unetResnet34, unetResnet50 } from "./unet-smp.ts";
import { vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from "./vgg.ts";
import type { Weights } from "./weights.ts";

/** What a model file may set of a network; each takes what concerns it, see the options of its builder. */
export interface NetworkOptions {
  readonly classes?: number;
  readonly v1?: boolean;
  readonly width?: number;
  readonly widthMultiplier?: number;
  readonly bilinear?: boolean;
  readonly convBias?: boolean;
  readonly epsilon?: number;
  readonly samePadding?: boolean;
}

export interface Network {
  /**
   * The output for pictures `x` [batch, channels, height, width]; the number of channels follows from `x`. A network that reads clinical
   * values takes them as [batch, values], by default an input of two, as published.
   */
  readonly build: (weights: Weights, x: Node, options?: NetworkOptions, clinical?: Node) => Node;
  /** The options that it takes beside the classes; others are an error in a model file. */
  readonly options: readonly Exclude<keyof NetworkOptions, "classes">[];
  readonly task: "classification" | "segmentation" | "regression";
  /** What the output holds: logits to be put through softmax or sigmoid, probabilities, or the predicted values. */
  readonly output: "logits" | "probabilities" | "values";
  /** Channels of a picture, and its side in pixels, as its authors use it. */
  readonly channels: number;
  readonly size: number;
  readonly classes: number;
  /** Whether it reads clinical values beside the film. */
  readonly readsClinical?: true;
  /** Whether pictures are prepared as for ImageNet: shorter side 256, centre crop, ImageNet's mean and deviation. */
  readonly isImagenet: boolean;
  /** Whether pictures are equalised and brought to a mean of 0 and a deviation of 1, each by its own. */
  readonly isStandardised?: boolean;
  /** The stage that describes a picture; where it is a map, its average over the pixels does. */
  readonly embedding: string;
  /** The map that Grad-CAM weighs. */
  readonly gradCam: string;
  /** How the names of the last layer start: what another number of classes replaces (see `weightsFrom`). */
  readonly head: readonly string[];
  /** The network that its lower part is, where it is one: how its names start here, and those of what lies above it. */
  readonly trunk?: { readonly network: string; readonly prefix: string; readonly above: readonly string[] };
  /** How the names of what is learnt last before the head start: what may be trained with it while the layers below stay. */
  readonly lastBlock: readonly string[];
}

/** Those trained on ImageNet. */
const imagenet = (build: Network["build"], gradCam: string, embedding: string, head: string, lastBlock: readonly string[]): Network => ({
  build,
  options: [],
  task: "classification",
  output: "logits",
  channels: 3,
  size: 224,
  classes: 1000,
  isImagenet: true,
  embedding,
  gradCam,
  head: [head],
  lastBlock,
});

const resnet = (build: Network["build"]): Network => ({
  ...imagenet(build, "layer4", "avgpool", "fc.", ["layer4."]),
  options: ["v1", "convBias", "epsilon"],
});
const vgg = (build: Network["build"], lastRelu: number): Network => ({
  ...imagenet(build, `features.${lastRelu}`, "classifier.4", "classifier.6.", ["classifier."]),
  options: ["epsilon"],
});
const squeezenet = (build: Network["build"]): Network => imagenet(build, "features", "features", "classifier.1.", ["features.12."]);
const densenet = (build: Network["build"]): Network => ({
  ...imagenet(build, "relu", "avgpool", "classifier.", ["features.denseblock4.", "features.norm5."]),
  options: ["epsilon"],
});

const keidar = (build: Network["build"], network: string): Network => ({
  ...imagenet(build, "layer4", "embedding", "fc4.", ["trunk.layer4.", "fc1.", "fc2.", "fc3."]),
  size: 1024,
  classes: 2,
  isImagenet: false,
  trunk: { network, prefix: "trunk.", above: ["fc1.", "fc2.", "fc3.", "fc4."] },
});
const fusion = (depth: ResNetDepth): Network => ({
  ...keidar(
    (weights, x, options, clinical = input("clinical", [x.shape[0], 2])) => keidarFusion(weights, x, clinical, { ...options, depth }),
    `resnet${depth}`,
  ),
  readsClinical: true,
  head: ["fc3."],
  lastBlock: ["trunk.layer4.", "fc1.", "fc2."],
  trunk: { network: `resnet${depth}`, prefix: "trunk.", above: ["fc1.", "fc2.", "fc3."] },
});
const liang = (build: Network["build"]): Network => ({
  ...imagenet(build, "conv5_x", "avgpool", "fc.", ["conv5_x."]),
  size: 512,
  classes: 2,
  isImagenet: false,
});

/** Those that draw one region, by logits; `deepest` is their smallest map. */
const segmentation = (build: Network["build"], channels: number, deepest: string, head: string, lastBlock: string): Network => ({
  build,
  options: [],
  task: "segmentation",
  output: "logits",
  channels,
  size: 256,
  classes: 1,
  isImagenet: false,
  embedding: deepest,
  gradCam: deepest,
  head: [head],
  lastBlock: [lastBlock],
});

/** On an encoder of ImageNet. */
const encoded = (build: Network["build"], network: string): Network => ({
  ...segmentation(build, 3, "layer4", "segmentation_head.", "decoder.blocks.4."),
  trunk: { network, prefix: "encoder.", above: ["decoder.", "segmentation_head."] },
});

const milesial = (build: Network["build"]): Network => ({
  ...segmentation(build, 1, "down4", "outc.", "up4."),
  options: ["width", "bilinear", "convBias", "epsilon"],
});

export const networks: Readonly<Record<string, Network>> = {
  resnet18: resnet(resnet18),
  resnet34: resnet(resnet34),
  resnet50: resnet(resnet50),
  resnet101: resnet(resnet101),
  resnet152: resnet(resnet152),
  vgg11: vgg(vgg11, 19),
  vgg11_bn: vgg(vgg11Bn, 27),
  vgg13: vgg(vgg13, 23),
  vgg13_bn: vgg(vgg13Bn, 33),
  vgg16: vgg(vgg16, 29),
  vgg16_bn: vgg(vgg16Bn, 42),
  vgg19: vgg(vgg19, 35),
  vgg19_bn: vgg(vgg19Bn, 51),
  squeezenet1_0: squeezenet(squeezenet1_0),
  squeezenet1_1: squeezenet(squeezenet1_1),
  densenet121: densenet(densenet121),
  densenet161: densenet(densenet161),
  densenet169: densenet(densenet169),
  mobilenet_v2: {
    ...imagenet(mobilenetV2, "features", "avgpool", "classifier.1.", ["features.17.", "features.18."]),
    options: ["widthMultiplier", "epsilon", "samePadding"],
  },
  keidar_resnet18: keidar(keidarResnet18, "resnet18"),
  keidar_resnet34: keidar(keidarResnet34, "resnet34"),
  keidar_resnet50: keidar(keidarResnet50, "resnet50"),
  keidar_resnet101: keidar(keidarResnet101, "resnet101"),
  keidar_resnet152: keidar(keidarResnet152, "resnet152"),
  keidar_fusion_resnet18: fusion(18),
  keidar_fusion_resnet34: fusion(34),
  keidar_fusion_resnet50: fusion(50),
  keidar_fusion_resnet101: fusion(101),
  keidar_fusion_resnet152: fusion(152),
  keidar_unet: { ...segmentation(keidarUNet, 1, "mid", "out.", "dec.3."), classes: 3, output: "probabilities" },
  lung_unet: { ...segmentation(lungUNet, 1, "bottom", "out.", "dec.3."), output: "probabilities", isStandardised: true },
  liang_base: liang(liangBase),
  liang_ts1: liang(liangTs1),
  liang_ts2: liang(liangTs2),
  liang_ts3: liang(liangTs3),
  liang_ts4: liang(liangTs4),
  liang_cnnrf: {
    ...liang(liangCnnrf),
    task: "regression",
    output: "values",
    size: 64,
    classes: 5,
    head: ["fc5.", "shortcut."],
    lastBlock: ["fc1.", "fc2.", "fc3.", "fc4."],
  },
  unet: milesial(unet),
  unet_small: milesial((weights, x, options) => unet(weights, x, { ...options, width: options?.width ?? 16 })),
  unet_resnet18: encoded(unetResnet18, "resnet18"),
  unet_resnet34: encoded(unetResnet34, "resnet34"),
  unet_resnet50: encoded(unetResnet50, "resnet50"),
};

/**
 * The network of a name, as model files and `--arch` give it.
 * @throws InputError for an unknown name, with the nearest one.
 */
export function networkNamed(name: string): Network {
  if (Object.hasOwn(networks, name)) return networks[name];
  const names = Object.keys(networks);
  const nearest = nearestName(name, names);
  throw new InputError(name, nearest ? `no such network, did you mean ${nearest}?` : `no such network, there are ${names.join(", ")}`);
}
