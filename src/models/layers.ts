/** Layers: an op together with the parameters it asks for by name, as torch.nn has them. */
import { batchNorm } from "../kernels/batch-norm.ts";
import { batchNormTraining } from "../kernels/batch-norm-training.ts";
import { batchStatistics, valuesPerChannel } from "../kernels/batch-statistics.ts";
import { conv2d } from "../kernels/conv2d.ts";
import { linear } from "../kernels/linear.ts";
import type { Node } from "../kernels/op.ts";
import { runningMean, runningVariance } from "../kernels/running-statistic.ts";
import { type Initialiser, ones, zeros } from "./initial.ts";
import type { Weights } from "./weights.ts";

export interface ConvOptions {
  readonly stride?: number;
  readonly padding?: number | readonly [top: number, left: number, bottom: number, right: number];
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
  return conv2d(x, weight, offset, { stride, padding, groups });
}

/**
 * Batch normalisation: asks for `name.weight`, `bias`, `running_mean`, `running_var`. It normalises by the running statistics, or in
 * training by the batch's, which then move the running ones.
 */
export function norm(weights: Weights, name: string, x: Node): Node {
  const shape = [x.shape[1]];
  const scale = weights.get(`${name}.weight`, shape, ones);
  const offset = weights.get(`${name}.bias`, shape, zeros);
  const mean = weights.get(`${name}.running_mean`, shape, zeros);
  const variance = weights.get(`${name}.running_var`, shape, ones);
  if (!weights.statisticsMove?.(name)) return batchNorm(x, scale, offset, mean, variance);
  const statistics = batchStatistics(x);
  const count = valuesPerChannel(x.shape);
  weights.moveStatistic?.(mean, (running, momentum) => runningMean(running, statistics, momentum));
  weights.moveStatistic?.(variance, (running, momentum) => runningVariance(running, statistics, momentum, count));
  return batchNormTraining(x, scale, offset, statistics);
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
