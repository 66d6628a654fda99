/** Layers: an op together with the parameters it asks for by name, as torch.nn has them. */
import { batchNorm } from "../kernels/batch-norm.ts";
import { batchNormTraining } from "../kernels/batch-norm-training.ts";
import { batchStatistics, valuesPerChannel } from "../kernels/batch-statistics.ts";
import { conv2d } from "../kernels/conv2d.ts";
import { linear } from "../kernels/linear.ts";
import type { Node } from "../kernels/op.ts";
import { runningMean, runningVariance } from "../kernels/running-statistic.ts";
import type { Shape } from "../tensor.ts";
import { type Initialiser, ones, zeros } from "./initial.ts";
import type { Weights } from "./weights.ts";

export interface ConvOptions {
  readonly stride?: number;
  /** "same" pads as TensorFlow does: to ⌈size / stride⌉ windows, the odd row and column at the bottom and right. */
  readonly padding?: number | readonly [top: number, left: number, bottom: number, right: number] | "same";
  readonly groups?: number;
  /** Whether the layer has a bias; not where a batch norm follows. */
  readonly bias?: boolean;
  readonly initial: Initialiser;
}

/** A convolution to `channels` channels by a square kernel: asks for `name.weight` and, with a bias, `name.bias`. */
export function conv(
  weights: Weights,
  name: string,
  x: Node,
  channels: number,
  kernel: number,
  { stride = 1, padding = 0, groups = 1, bias = false, initial }: ConvOptions,
): Node {
  const shape = [channels, x.shape[1] / groups, kernel, kernel];
  const weight = weights.get(`${name}.weight`, shape, initial.weight(shape));
  const offset = bias ? weights.get(`${name}.bias`, [channels], initial.bias(shape)) : undefined;
  const sides = padding === "same" ? samePadding(x.shape, kernel, stride) : padding;
  return conv2d(x, weight, offset, { stride, padding: sides, groups });
}

/** [top, left, bottom, right] such that ⌈height / stride⌉ × ⌈width / stride⌉ windows fit. */
function samePadding([, , height, width]: Shape, kernel: number, stride: number): readonly [number, number, number, number] {
  const [rows, columns] = [height, width].map((size) => Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size));
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return [top, left, rows - top, columns - left];
}

/**
 * Batch normalisation: asks for `name.weight`, `bias`, `running_mean`, `running_var`. It normalises by the running statistics, or in
 * training by the batch's, which then move the running ones. PyTorch's epsilon is 10⁻⁵.
 */
export function norm(weights: Weights, name: string, x: Node, epsilon = 1e-5): Node {
  const shape = [x.shape[1]];
  const scale = weights.get(`${name}.weight`, shape, ones);
  const offset = weights.get(`${name}.bias`, shape, zeros);
  const mean = weights.get(`${name}.running_mean`, shape, zeros);
  const variance = weights.get(`${name}.running_var`, shape, ones);
  if (!weights.statisticsMove?.(name)) return batchNorm(x, scale, offset, mean, variance, { epsilon });
  const statistics = batchStatistics(x);
  const count = valuesPerChannel(x.shape);
  weights.moveStatistic?.(mean, (running, momentum) => runningMean(running, statistics, momentum));
  weights.moveStatistic?.(variance, (running, momentum) => runningVariance(running, statistics, momentum, count));
  return batchNormTraining(x, scale, offset, statistics, { epsilon });
}

/** Dropout in training, x itself in evaluation; `name` tells the elements it drops from those of other layers. */
export const dropout = (weights: Weights, name: string, x: Node, rate: number): Node => weights.dropout?.(name, x, rate) ?? x;

/** A fully connected layer [n, in] → [n, features]: asks for `name.weight` and, with a bias, `name.bias`. */
export function dense(
  weights: Weights,
  name: string,
  x: Node,
  features: number,
  { bias = true, initial }: { bias?: boolean; initial: Initialiser },
): Node {
  const shape = [features, x.shape[1]];
  const weight = weights.get(`${name}.weight`, shape, initial.weight(shape));
  return linear(x, weight, bias ? weights.get(`${name}.bias`, [features], initial.bias(shape)) : undefined);
}
