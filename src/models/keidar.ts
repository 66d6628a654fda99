/** The classifiers of Keidar et al. 2021: a ResNet trunk under four fully connected layers, or beside clinical values. */
import { relu } from "../kernels/activation.ts";
import { concat } from "../kernels/concat.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { type Node, named } from "../kernels/op.ts";
import { xavierUniform as initial } from "./initial.ts";
import { dense } from "./layers.ts";
import { type ResNetDepth, resnetMaps } from "./resnet.ts";
import type { Weights } from "./weights.ts";

export interface KeidarOptions {
  readonly classes?: number;
}

export const keidarResnet18 = (weights: Weights, x: Node, options?: KeidarOptions): Node => keidar(weights, x, 18, options);
export const keidarResnet34 = (weights: Weights, x: Node, options?: KeidarOptions): Node => keidar(weights, x, 34, options);
export const keidarResnet50 = (weights: Weights, x: Node, options?: KeidarOptions): Node => keidar(weights, x, 50, options);
export const keidarResnet101 = (weights: Weights, x: Node, options?: KeidarOptions): Node => keidar(weights, x, 101, options);
export const keidarResnet152 = (weights: Weights, x: Node, options?: KeidarOptions): Node => keidar(weights, x, 152, options);

/** The embedding, by which similar pictures are retrieved, is the third layer after its ReLU. */
function keidar(weights: Weights, x: Node, depth: ResNetDepth, { classes = 2 }: KeidarOptions = {}): Node {
  const { layer4 } = resnetMaps(weights.under("trunk."), x, depth);
  const trunk = named(globalAvgPool(layer4), "trunk");
  const fc1 = named(dense(weights, "fc1", trunk, 1024, { initial }), "fc1");
  const fc2 = named(dense(weights, "fc2", relu(fc1), 512, { initial }), "fc2");
  const fc3 = named(dense(weights, "fc3", relu(fc2), 256, { initial }), "fc3");
  const embedding = named(relu(fc3), "embedding");
  return named(dense(weights, "fc4", embedding, classes, { initial }), "fc4");
}

export interface KeidarFusionOptions extends KeidarOptions {
  readonly depth?: ResNetDepth;
  /** Numbers that the film is brought down to before the values join them. */
  readonly features?: number;
}

/** The classifier that reads clinical values beside the film: 500 features of the film and the values [batch, values], 256, the classes. */
export function keidarFusion(
  weights: Weights,
  x: Node,
  tabular: Node,
  { classes = 2, depth = 50, features = 500 }: KeidarFusionOptions = {},
): Node {
  const { layer4 } = resnetMaps(weights.under("trunk."), x, depth);
  const film = named(dense(weights, "fc1", named(globalAvgPool(layer4), "trunk"), features, { initial }), "fc1");
  const joined = named(dense(weights, "fc2", concat([film, tabular]), 256, { initial }), "fc2");
  return named(dense(weights, "fc3", named(relu(joined), "embedding"), classes, { initial }), "fc3");
}
