/** VGG 11, 13, 16 and 19, plain and with batch norm (Simonyan and Zisserman 2015), with torchvision's names. */
import { relu } from "../kernels/activation.ts";
import { adaptiveAvgPool2d } from "../kernels/adaptive-avg-pool2d.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { type Node, named } from "../kernels/op.ts";
import { flatten } from "../kernels/reshape.ts";
import { smallNormal as initial, kaimingFanOut } from "./initial.ts";
import { conv, dense, dropout, norm } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface VggOptions {
  readonly classes?: number;
  /** What batch norms add to the variance; 10⁻⁵ unless given. */
  readonly epsilon?: number;
}

export const vgg11 = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [1, 1, 2, 2, 2], false, options);
export const vgg13 = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [2, 2, 2, 2, 2], false, options);
export const vgg16 = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [2, 2, 3, 3, 3], false, options);
export const vgg19 = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [2, 2, 4, 4, 4], false, options);
export const vgg11Bn = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [1, 1, 2, 2, 2], true, options);
export const vgg13Bn = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [2, 2, 2, 2, 2], true, options);
export const vgg16Bn = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [2, 2, 3, 3, 3], true, options);
export const vgg19Bn = (weights: Weights, x: Node, options?: VggOptions): Node => vgg(weights, x, [2, 2, 4, 4, 4], true, options);

/** Channels of the five stages. */
const WIDTHS = [64, 128, 256, 512, 512];

/** `convs` counts the convolutions of each stage; names count every module, activations and pools included. */
function vgg(
  weights: Weights,
  x: Node,
  convs: readonly number[],
  batchNormed: boolean,
  { classes = 1000, epsilon }: VggOptions = {},
): Node {
  let y = x;
  let index = 0;
  for (const [stage, count] of convs.entries()) {
    for (let i = 0; i < count; i++) {
      y = conv(weights, `features.${index++}`, y, WIDTHS[stage], 3, { padding: 1, bias: true, initial: kaimingFanOut });
      if (batchNormed) y = norm(weights, `features.${index++}`, y, epsilon);
      y = named(relu(y), `features.${index++}`);
    }
    y = named(maxPool2d(y, { kernel: 2, stride: 2 }), `features.${index++}`);
  }
  y = named(y, "features");
  y = flatten(named(adaptiveAvgPool2d(y, [7, 7]), "avgpool"));
  y = named(relu(dense(weights, "classifier.0", y, 4096, { initial })), "classifier.1");
  y = dropout(weights, "classifier.2", y, 0.5);
  y = named(relu(dense(weights, "classifier.3", y, 4096, { initial })), "classifier.4");
  y = dropout(weights, "classifier.5", y, 0.5);
  return named(dense(weights, "classifier.6", y, classes, { initial }), "classifier");
}
