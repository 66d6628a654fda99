/** Losses: each a graph from predictions and targets to one number [1], to be differentiated by the predictions. */
import { add, div, mul, sub } from "../kernels/arithmetic.ts";
import { binaryCrossEntropy } from "../kernels/binary-cross-entropy.ts";
import { sumTo } from "../kernels/broadcast.ts";
import { crossEntropySums } from "../kernels/cross-entropy.ts";
import { ones } from "../kernels/ones.ts";
import { type Node, parameter, ShapeError } from "../kernels/op.ts";
import { scale } from "../kernels/scale.ts";
import { slice } from "../kernels/slice.ts";
import { logSoftmax, softmax } from "../kernels/softmax.ts";
import { squareRoot } from "../kernels/square-root.ts";
import { type Shape, sizeOf, tensor } from "../tensor.ts";

export interface CrossEntropyOptions {
  /** How much each class counts; 1 each by default. */
  readonly weight?: readonly number[];
  /** The part of the target that goes to all classes alike. */
  readonly labelSmoothing?: number;
  /** The label of rows that do not count. */
  readonly ignoreIndex?: number;
}

/**
 * Cross-entropy of softmax with the classes' numbers: logits [n, c] with labels [n], or of each pixel, [n, c, h, w] with [n, h, w]. The mean is over the
 * weights of the labels, as in PyTorch; NaN where all rows are ignored or a label is no class.
 * @throws ShapeError if labels or weights do not fit the logits.
 */
export const crossEntropy = (
  logits: Node,
  target: Node,
  { weight, labelSmoothing = 0, ignoreIndex = -100 }: CrossEntropyOptions = {},
): Node => meanOfRows(crossEntropySums(logits, target, perChannel(logits, weight), { labelSmoothing, ignoreIndex, focus: 0 }));

export interface FocalOptions extends Omit<CrossEntropyOptions, "labelSmoothing"> {
  /** How little well-classified rows count. */
  readonly gamma?: number;
  readonly alpha?: number;
}

/**
 * α · (1 − p)^γ · −ln p of each row's class, where p is its softmax, and the mean of it (Lin et al. 2017); shapes as `crossEntropy`.
 * @throws ShapeError if labels or weights do not fit the logits.
 */
export const focalLoss = (logits: Node, target: Node, { weight, gamma = 2, alpha = 0.25, ignoreIndex = -100 }: FocalOptions = {}): Node =>
  scale(meanOfRows(crossEntropySums(logits, target, perChannel(logits, weight), { labelSmoothing: 0, ignoreIndex, focus: gamma })), alpha);

/**
 * The mean binary cross-entropy of sigmoid(logits) with targets from 0 to 1 of one shape; positive targets of channel c count
 * `positiveWeight[c]` times.
 * @throws ShapeError if targets or weights do not fit the logits.
 */
export const binaryCrossEntropyWithLogits = (
  logits: Node,
  target: Node,
  { positiveWeight }: { readonly positiveWeight?: readonly number[] } = {},
): Node => mean(binaryCrossEntropy(logits, target, perChannel(logits, positiveWeight)));

export interface OverlapOptions {
  /** Added above and below the fraction, so that a class that is nowhere, and predicted nowhere, scores 1. */
  readonly smooth?: number;
}

/**
 * 1 − (2 Σ p·t + smooth) / (Σ p + Σ t + smooth) of each channel over batch and pixels, averaged over the channels (Milletari et al. 2016
 * with plain sums below): probabilities and targets [n, c, …] from 0 to 1.
 * @throws ShapeError if the shapes differ.
 */
export function diceLoss(probabilities: Node, target: Node, { smooth = 1e-5 }: OverlapOptions = {}): Node {
  const { both, sum } = overlap("diceLoss", probabilities, target);
  return complement(div(scale(both, 2, smooth), scale(sum, 1, smooth)));
}

/** 1 − (Σ p·t + smooth) / (Σ p + Σ t − Σ p·t + smooth), otherwise as `diceLoss`. */
export function jaccardLoss(probabilities: Node, target: Node, { smooth = 1e-5 }: OverlapOptions = {}): Node {
  const { both, sum } = overlap("jaccardLoss", probabilities, target);
  return complement(div(scale(both, 1, smooth), scale(sub(sum, both), 1, smooth)));
}

/**
 * The mean of (prediction − target)² over all elements.
 * @throws ShapeError if the shapes differ.
 */
export function meanSquaredError(prediction: Node, target: Node): Node {
  checkSame("meanSquaredError", prediction, target);
  const difference = sub(prediction, target);
  return mean(mul(difference, difference));
}

/** The root of `meanSquaredError`, over batch and outputs together; where the fit is perfect its gradient is 0. */
export const rootMeanSquaredError = (prediction: Node, target: Node): Node => squareRoot(meanSquaredError(prediction, target));

export interface DistillationOptions {
  /** Divides both logits, to show how a teacher ranks the wrong classes. */
  readonly temperature?: number;
  /** Over the batch, as the divergence is defined, or over all elements, as published code often has it. */
  readonly reduction?: "batchmean" | "mean";
}

/**
 * T² · KL(softmax(teacher / T) ‖ softmax(student / T)) of logits [n, c] (Hinton et al. 2015): T² keeps the gradient's size.
 * @throws ShapeError if the shapes differ.
 */
export function distillation(student: Node, teacher: Node, { temperature = 1, reduction = "batchmean" }: DistillationOptions = {}): Node {
  checkSame("distillation", student, teacher);
  const soft = scale(teacher, 1 / temperature);
  const divergence = mul(softmax(soft), sub(logSoftmax(soft), logSoftmax(scale(student, 1 / temperature))));
  const count = reduction === "mean" ? sizeOf(student.shape) : student.shape[0];
  return scale(sumTo(divergence, [1]), temperature ** 2 / count);
}

/** The sum of losses over the sum of weights. */
const meanOfRows = (sums: Node): Node => div(slice(sums, 0, 0, 1), slice(sums, 0, 1, 2));

const mean = (x: Node): Node => scale(sumTo(x, [1]), 1 / sizeOf(x.shape));

const complement = (scores: Node): Node => scale(mean(scores), -1, 1);

/** One number a channel, as a constant. */
function perChannel({ shape }: Node, numbers?: readonly number[]): Node {
  const channels = [shape.length > 1 ? shape[1] : shape[0]];
  return numbers ? parameter("weights", [numbers.length], tensor([numbers.length], Float32Array.from(numbers))) : ones(channels);
}

/** Σ p·t and Σ p + Σ t of each channel. */
function overlap(subject: string, probabilities: Node, target: Node): { readonly both: Node; readonly sum: Node } {
  checkSame(subject, probabilities, target);
  const channels: Shape = probabilities.shape.map((size, axis) => (axis === 1 ? size : 1));
  const total = (x: Node): Node => sumTo(x, channels);
  return { both: total(mul(probabilities, target)), sum: add(total(probabilities), total(target)) };
}

function checkSame(subject: string, { shape }: Node, target: Node): void {
  if (String(shape) !== String(target.shape)) throw new ShapeError(subject, "predictions and targets differ", [shape, target.shape]);
}
