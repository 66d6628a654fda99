/** Walks backwards that treat rectifiers otherwise than a derivative does: what excites a network is seen without what inhibits it. */
import type { GradientRule } from "../graph/gradient.ts";
import { activationOf, relu } from "../kernels/activation.ts";
import { activationGradient } from "../kernels/activation-gradient.ts";

/**
 * Guided backpropagation (Springenberg et al. 2015): a ReLU passes back what is positive, where its own argument was positive. Other
 * activations keep their gradient, as in PyTorch's hooks on ReLU.
 */
export const guidedBackprop: GradientRule = (node, dy) =>
  activationOf(node) ? [activationGradient(node, relu(dy))] : node.op.gradient?.(node, dy);

/** The deconvolutional network (Zeiler and Fergus 2014): a ReLU passes back what is positive, wherever its argument was. */
export const deconvnet: GradientRule = (node, dy) => (activationOf(node) ? [relu(dy)] : node.op.gradient?.(node, dy));
