/** ResNet 18, 34, 50, 101 and 152 (He et al. 2016), with torchvision's names. */
import { relu } from "../kernels/activation.ts";
import { add } from "../kernels/arithmetic.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { type Node, named } from "../kernels/op.ts";
import { kaimingFanOut as initial, torchDefault } from "./initial.ts";
import { conv, dense, norm } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface ResNetOptions {
  readonly classes?: number;
  /** Bottlenecks with their stride on the first 1×1 convolution, as the paper and Caffe have it; else on the 3×3, as torchvision. */
  readonly v1?: boolean;
  /** Biases before the batch norms, as Keras has. */
  readonly convBias?: boolean;
  /** What batch norms add to the variance; 10⁻⁵ unless given. */
  readonly epsilon?: number;
}

/** What blocks are built by. */
type BlockOptions = Omit<ResNetOptions, "classes">;

/** The maps of a ResNet, by stride: stem 2 (before the max pool), layer1 4, layer2 8, layer3 16, layer4 32. */
export interface ResNetMaps {
  readonly stem: Node;
  readonly layer1: Node;
  readonly layer2: Node;
  readonly layer3: Node;
  readonly layer4: Node;
}

export type ResNetDepth = 18 | 34 | 50 | 101 | 152;

type Block = (weights: Weights, x: Node, width: number, stride: number, options: BlockOptions) => Node;

export const resnet18 = (weights: Weights, x: Node, options?: ResNetOptions): Node => resnet(weights, x, 18, options);
export const resnet34 = (weights: Weights, x: Node, options?: ResNetOptions): Node => resnet(weights, x, 34, options);
export const resnet50 = (weights: Weights, x: Node, options?: ResNetOptions): Node => resnet(weights, x, 50, options);
export const resnet101 = (weights: Weights, x: Node, options?: ResNetOptions): Node => resnet(weights, x, 101, options);
export const resnet152 = (weights: Weights, x: Node, options?: ResNetOptions): Node => resnet(weights, x, 152, options);

function resnet(weights: Weights, x: Node, depth: ResNetDepth, { classes = 1000, ...options }: ResNetOptions = {}): Node {
  const { layer4 } = resnetMaps(weights, x, depth, options);
  const pooled = named(globalAvgPool(layer4), "avgpool");
  return named(dense(weights, "fc", pooled, classes, { initial: torchDefault }), "fc");
}

/** The trunk alone: what heads and decoders are built on. */
export function resnetMaps(weights: Weights, x: Node, depth: ResNetDepth, options: BlockOptions = {}): ResNetMaps {
  const { block, blocks } = LAYOUTS[depth];
  const layer = (index: number, input: Node) => {
    let y = input;
    for (let b = 0; b < blocks[index - 1]; b++)
      y = named(
        block(weights.under(`layer${index}.${b}.`), y, 32 * 2 ** index, b === 0 && index > 1 ? 2 : 1, options),
        `layer${index}.${b}`,
      );
    return named(y, `layer${index}`);
  };
  const { convBias: bias, epsilon } = options;
  const conv1 = named(conv(weights, "conv1", x, 64, 7, { stride: 2, padding: 3, bias, initial }), "conv1");
  const stem = named(relu(named(norm(weights, "bn1", conv1, epsilon), "bn1")), "relu");
  const layer1 = layer(1, named(maxPool2d(stem, { kernel: 3, stride: 2, padding: 1 }), "maxpool"));
  const layer2 = layer(2, layer1);
  const layer3 = layer(3, layer2);
  const layer4 = layer(4, layer3);
  return { stem, layer1, layer2, layer3, layer4 };
}

/** 3×3, 3×3. */
const basic: Block = (weights, x, width, stride, options) => {
  const { convBias: bias, epsilon } = options;
  let y = relu(norm(weights, "bn1", conv(weights, "conv1", x, width, 3, { stride, padding: 1, bias, initial }), epsilon));
  y = norm(weights, "bn2", conv(weights, "conv2", y, width, 3, { padding: 1, bias, initial }), epsilon);
  return relu(add(y, shortcut(weights, x, width, stride, options)));
};

/** 1×1 down, 3×3, 1×1 up to four times the width. */
const bottleneck: Block = (weights, x, width, stride, options) => {
  const { v1 = false, convBias: bias, epsilon } = options;
  const [first, second] = v1 ? [stride, 1] : [1, stride];
  let y = relu(norm(weights, "bn1", conv(weights, "conv1", x, width, 1, { stride: first, bias, initial }), epsilon));
  y = relu(norm(weights, "bn2", conv(weights, "conv2", y, width, 3, { stride: second, padding: 1, bias, initial }), epsilon));
  y = norm(weights, "bn3", conv(weights, "conv3", y, 4 * width, 1, { bias, initial }), epsilon);
  return relu(add(y, shortcut(weights, x, 4 * width, stride, options)));
};

/** The identity where it fits, else a 1×1 convolution to the block's shape. */
function shortcut(weights: Weights, x: Node, channels: number, stride: number, { convBias: bias, epsilon }: BlockOptions): Node {
  if (stride === 1 && x.shape[1] === channels) return x;
  return norm(weights, "downsample.1", conv(weights, "downsample.0", x, channels, 1, { stride, bias, initial }), epsilon);
}

const LAYOUTS: Readonly<Record<ResNetDepth, { readonly block: Block; readonly blocks: readonly number[] }>> = {
  18: { block: basic, blocks: [2, 2, 2, 2] },
  34: { block: basic, blocks: [3, 4, 6, 3] },
  50: { block: bottleneck, blocks: [3, 4, 6, 3] },
  101: { block: bottleneck, blocks: [3, 4, 23, 3] },
  152: { block: bottleneck, blocks: [3, 8, 36, 3] },
};
