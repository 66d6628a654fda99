/** Class activation maps by gradients, at any map of a network: nodes of the same graph. */
import { relu } from "../kernels/activation.ts";
import { add, div, mul } from "../kernels/arithmetic.ts";
import { sumTo } from "../kernels/broadcast.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import type { Node } from "../kernels/op.ts";
import { parameter, ShapeError } from "../kernels/op.ts";
import { reshape } from "../kernels/reshape.ts";
import { tensor } from "../tensor.ts";

/**
 * Grad-CAM (Selvaraju et al. 2017) of a map A [n, c, h, w], given the score's gradient by it: relu(Σ_k α_k A_k), where α_k is the mean of
 * the gradient over the pixels of channel k; [n, 1, h, w].
 * @throws ShapeError if A is no map.
 */
export function gradCam(map: Node, gradient: Node): Node {
  checkMap("gradCam", map);
  return weighed(map, globalAvgPool(gradient));
}

/**
 * Grad-CAM++ (Chattopadhay et al. 2018) of a map A, given the score's gradient g by it. With the exponential as the score's last step its
 * α = g² / (2g² + g³ ΣA), which is 1 / (2 + g ΣA) wherever g is not 0, and a channel weighs Σ α · relu(g), but for a factor that all share.
 * @throws ShapeError if A is no map.
 */
export function gradCamPlusPlus(map: Node, gradient: Node): Node {
  checkMap("gradCamPlusPlus", map);
  const [batch, channels] = map.shape;
  const total = sumTo(map, [batch, channels, 1, 1]);
  // Only where g is positive does it count: elsewhere the quotient is 0 / 2, whatever ΣA.
  const rising = relu(gradient);
  const two = parameter("two", [1], tensor([1], Float32Array.of(2)));
  const weights = sumTo(div(rising, add(mul(rising, total), two)), [batch, channels, 1, 1]);
  return weighed(map, reshape(weights, [batch, channels]));
}

/** relu(Σ_k weight_k A_k) */
function weighed(map: Node, weights: Node): Node {
  const [batch, channels, height, width] = map.shape;
  return relu(sumTo(mul(map, reshape(weights, [batch, channels, 1, 1])), [batch, 1, height, width]));
}

function checkMap(subject: string, { shape }: Node): void {
  if (shape.length !== 4) throw new ShapeError(subject, "a map [n, c, h, w] is needed", [shape]);
}
