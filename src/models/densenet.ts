/** DenseNet 121, 161 and 169 (Huang et al. 2017), with torchvision's names. */
import { relu } from "../kernels/activation.ts";
import { avgPool2d } from "../kernels/avg-pool2d.ts";
import { concat } from "../kernels/concat.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { type Node, named } from "../kernels/op.ts";
import { type Initialiser, kaimingFanIn as initial, torchDefault, zeros } from "./initial.ts";
import { conv, dense, norm } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface DenseNetOptions {
  readonly classes?: number;
  /** What batch norms add to the variance; 10⁻⁵ unless given. */
  readonly epsilon?: number;
}

/** Channels of the stem, channels that a layer adds, layers of each block. */
interface Layout {
  readonly width: number;
  readonly growth: number;
  readonly layers: readonly number[];
}

export const densenet121 = (weights: Weights, x: Node, options?: DenseNetOptions): Node =>
  densenet(weights, x, { width: 64, growth: 32, layers: [6, 12, 24, 16] }, options);
export const densenet161 = (weights: Weights, x: Node, options?: DenseNetOptions): Node =>
  densenet(weights, x, { width: 96, growth: 48, layers: [6, 12, 36, 24] }, options);
export const densenet169 = (weights: Weights, x: Node, options?: DenseNetOptions): Node =>
  densenet(weights, x, { width: 64, growth: 32, layers: [6, 12, 32, 32] }, options);

const classifierInitial: Initialiser = { weight: torchDefault.weight, bias: () => zeros };

function densenet(weights: Weights, x: Node, { width, growth, layers }: Layout, { classes = 1000, epsilon }: DenseNetOptions = {}): Node {
  const trunk = weights.under("features.");
  const stem = norm(trunk, "norm0", conv(trunk, "conv0", x, width, 7, { stride: 2, padding: 3, initial }), epsilon);
  let y = named(relu(stem), "features.relu0");
  y = named(maxPool2d(y, { kernel: 3, stride: 2, padding: 1 }), "features.pool0");
  for (const [i, count] of layers.entries()) {
    y = named(denseBlock(trunk.under(`denseblock${i + 1}.`), y, count, growth, epsilon), `features.denseblock${i + 1}`);
    if (i < layers.length - 1) y = named(transition(trunk.under(`transition${i + 1}.`), y, epsilon), `features.transition${i + 1}`);
  }
  y = named(norm(trunk, "norm5", y, epsilon), "features");
  y = named(globalAvgPool(named(relu(y), "relu")), "avgpool");
  return named(dense(weights, "classifier", y, classes, { initial: classifierInitial }), "classifier");
}

/** Each layer reads all maps before it and adds `growth` channels after them. */
function denseBlock(weights: Weights, x: Node, layers: number, growth: number, epsilon?: number): Node {
  let features = x;
  for (let i = 1; i <= layers; i++) features = concat([features, denseLayer(weights.under(`denselayer${i}.`), features, growth, epsilon)]);
  return features;
}

function denseLayer(weights: Weights, x: Node, growth: number, epsilon?: number): Node {
  const y = conv(weights, "conv1", relu(norm(weights, "norm1", x, epsilon)), 4 * growth, 1, { initial });
  return conv(weights, "conv2", relu(norm(weights, "norm2", y, epsilon)), growth, 3, { padding: 1, initial });
}

/** Halves the channels and both sides. */
function transition(weights: Weights, x: Node, epsilon?: number): Node {
  const y = conv(weights, "conv", relu(norm(weights, "norm", x, epsilon)), x.shape[1] / 2, 1, { initial });
  return avgPool2d(y, { kernel: 2, stride: 2 });
}
