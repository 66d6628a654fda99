/** SqueezeNet 1.0 and 1.1 (Iandola et al. 2016), with torchvision's names. */
import { relu } from "../kernels/activation.ts";
import { concat } from "../kernels/concat.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { type Node, named } from "../kernels/op.ts";
import { kaimingUniform as initial, smallNormal } from "./initial.ts";
import { conv, dropout } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface SqueezeNetOptions {
  readonly classes?: number;
}

export function squeezenet1_0(weights: Weights, x: Node, { classes = 1000 }: SqueezeNetOptions = {}): Node {
  let y = named(relu(conv(weights, "features.0", x, 96, 7, { stride: 2, bias: true, initial })), "features.1");
  y = pool("features.2", y);
  y = fire(weights, "features.3", y, 16, 64);
  y = fire(weights, "features.4", y, 16, 64);
  y = fire(weights, "features.5", y, 32, 128);
  y = pool("features.6", y);
  y = fire(weights, "features.7", y, 32, 128);
  y = fire(weights, "features.8", y, 48, 192);
  y = fire(weights, "features.9", y, 48, 192);
  y = fire(weights, "features.10", y, 64, 256);
  y = pool("features.11", y);
  y = fire(weights, "features.12", y, 64, 256);
  return classifier(weights, y, classes);
}

export function squeezenet1_1(weights: Weights, x: Node, { classes = 1000 }: SqueezeNetOptions = {}): Node {
  let y = named(relu(conv(weights, "features.0", x, 64, 3, { stride: 2, bias: true, initial })), "features.1");
  y = pool("features.2", y);
  y = fire(weights, "features.3", y, 16, 64);
  y = fire(weights, "features.4", y, 16, 64);
  y = pool("features.5", y);
  y = fire(weights, "features.6", y, 32, 128);
  y = fire(weights, "features.7", y, 32, 128);
  y = pool("features.8", y);
  y = fire(weights, "features.9", y, 48, 192);
  y = fire(weights, "features.10", y, 48, 192);
  y = fire(weights, "features.11", y, 64, 256);
  y = fire(weights, "features.12", y, 64, 256);
  return classifier(weights, y, classes);
}

const pool = (name: string, x: Node): Node => named(maxPool2d(x, { kernel: 3, stride: 2, ceilMode: true }), name);

/** Squeezes to a few channels, expands them by 1×1 and by 3×3 kernels, and lays the two side by side. */
function fire(weights: Weights, name: string, x: Node, squeezed: number, expanded: number): Node {
  const squeeze = relu(conv(weights, `${name}.squeeze`, x, squeezed, 1, { bias: true, initial }));
  const expand1x1 = relu(conv(weights, `${name}.expand1x1`, squeeze, expanded, 1, { bias: true, initial }));
  const expand3x3 = relu(conv(weights, `${name}.expand3x3`, squeeze, expanded, 3, { padding: 1, bias: true, initial }));
  return named(concat([expand1x1, expand3x3]), name);
}

/** A map per class, averaged. The ReLU before the average keeps every logit ≥ 0. */
function classifier(weights: Weights, x: Node, classes: number): Node {
  const kept = dropout(weights, "classifier.0", named(x, "features"), 0.5);
  const maps = relu(conv(weights, "classifier.1", kept, classes, 1, { bias: true, initial: smallNormal }));
  return named(globalAvgPool(maps), "classifier");
}
