/** Circle loss (Sun et al. 2020): outputs of one class are drawn together, those of different classes apart, pair by pair. */
import { relu } from "../kernels/activation.ts";
import { add, div, mul, sub } from "../kernels/arithmetic.ts";
import { sumTo } from "../kernels/broadcast.ts";
import { concat } from "../kernels/concat.ts";
import { detach } from "../kernels/detach.ts";
import { linear } from "../kernels/linear.ts";
import { type Node, parameter, ShapeError } from "../kernels/op.ts";
import { reshape } from "../kernels/reshape.ts";
import { scale } from "../kernels/scale.ts";
import { slice } from "../kernels/slice.ts";
import { logSoftmax } from "../kernels/softmax.ts";
import { squareRoot } from "../kernels/square-root.ts";
import { tensor } from "../tensor.ts";

export interface CircleLossOptions {
  /** How far similarities may stay from 1 within a class, and from 0 between classes. */
  readonly margin?: number;
  /** How much the worst pairs count. */
  readonly gamma?: number;
}

/**
 * ln(1 + Σₙ e^(γ aₙ (sₙ − m)) · Σₚ e^(−γ aₚ (sₚ − 1 + m))), over the cosine similarities sₚ of all pairs of rows of one class and sₙ of two,
 * where aₚ = max(0, 1 + m − sₚ) and aₙ = max(0, sₙ + m) weigh the pairs and are no part of the gradient. Outputs [n, c], labels [n]; about 0
 * where a batch has no pair of one of the kinds.
 * @throws ShapeError if there are fewer than two rows, or labels of another number.
 */
export function circleLoss(outputs: Node, labels: Node, { margin = 0.25, gamma = 30 }: CircleLossOptions = {}): Node {
  const [count] = outputs.shape;
  if (outputs.shape.length !== 2 || count < 2 || String(labels.shape) !== String([count]))
    throw new ShapeError("circleLoss", "two rows or more and a label of each are needed", [outputs.shape, labels.shape]);
  const lengths = squareRoot(scale(sumTo(mul(outputs, outputs), [count, 1]), 1, 1e-12));
  const rows = div(outputs, lengths);
  const similarity = linear(rows, rows);
  // Labels are whole numbers, so that those that differ do by 1 or more.
  const difference = sub(reshape(labels, [count, 1]), reshape(labels, [1, count]));
  const isSame = relu(scale(mul(difference, difference), -1, 1));
  const isPair = upperTriangle(count);
  const weigh = (by: Node, distance: Node): Node => scale(mul(detach(relu(by)), distance), gamma);
  const positives = weigh(scale(similarity, -1, 1 + margin), scale(similarity, -1, 1 - margin));
  const negatives = weigh(scale(similarity, 1, margin), scale(similarity, 1, -margin));
  // No pair gives more than 4 γ, so that pairs of one kind are nothing beside none of the other; more would cost float32 digits.
  const nothing = -(4 * gamma + 40);
  const both = add(
    logSumExp(masked(positives, mul(isPair, isSame), nothing)),
    logSumExp(masked(negatives, mul(isPair, scale(isSame, -1, 1)), nothing)),
  );
  // ln(1 + eˣ) is what the softmax of 0 and x leaves of 0.
  return scale(reshape(slice(logSoftmax(concat([parameter("zero", [1, 1], tensor([1, 1])), both])), 1, 0, 1), [1]), -1);
}

/** The values of the pairs that count, and in the place of the others what adds nothing to the sum. */
const masked = (values: Node, mask: Node, nothing: number): Node => add(mul(values, mask), scale(mask, -nothing, nothing));

/** ln Σ eˣ over all elements, [1, 1]. */
function logSumExp(x: Node): Node {
  const row = reshape(x, [1, -1]);
  return sub(slice(row, 1, 0, 1), slice(logSoftmax(row), 1, 0, 1));
}

/** 1 for each pair once, [n, n]. */
const upperTriangle = (count: number): Node =>
  parameter(
    "pairs",
    [count, count],
    tensor(
      [count, count],
      Float32Array.from({ length: count * count }, (_, i) => Number(i % count > Math.floor(i / count))),
    ),
  );
