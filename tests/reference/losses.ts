/** Losses as their definitions read, one number each. */
import { sizeOf } from "../../src/tensor.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { type Values, values } from "./values.ts";

export interface RowOptions {
  readonly weight?: readonly number[];
  readonly labelSmoothing?: number;
  readonly ignoreIndex?: number;
  readonly gamma?: number;
  readonly alpha?: number;
}

/** Σ over the rows that count, divided by their weights. Targets are class numbers. */
export function crossEntropy(x: Values, target: Values, options: RowOptions = {}): Values {
  const { weight, labelSmoothing = 0, ignoreIndex = -100, gamma = 0, alpha = 1 } = options;
  const [, classes] = x.shape;
  const area = sizeOf(x.shape.slice(2));
  const logarithms = logSoftmax(x);
  let losses = 0;
  let weights = 0;
  target.data.forEach((label, row) => {
    if (label === ignoreIndex) return;
    const lnP = (c: number): number => logarithms.data[(Math.floor(row / area) * classes + c) * area + (row % area)];
    const w = (c: number): number => weight?.[c] ?? 1;
    let spread = 0;
    for (let c = 0; c < classes; c++) spread -= (w(c) * lnP(c)) / classes;
    const hard = -w(label) * (1 - Math.exp(lnP(label))) ** gamma * lnP(label);
    losses += alpha * ((1 - labelSmoothing) * hard + labelSmoothing * spread);
    weights += w(label);
  });
  return scalar(losses / weights);
}

export const focalLoss = (x: Values, target: Values, { gamma = 2, alpha = 0.25, ...rest }: RowOptions = {}): Values =>
  crossEntropy(x, target, { gamma, alpha, ...rest });

/** ln(1 + e^x) is taken by log1p, which is exact for x far below 0. */
export function binaryCrossEntropyWithLogits(
  x: Values,
  target: Values,
  { positiveWeight }: { readonly positiveWeight?: readonly number[] } = {},
): Values {
  const softplus = (v: number): number => Math.log1p(Math.exp(-Math.abs(v))) + Math.max(v, 0);
  const area = sizeOf(x.shape.slice(2));
  const losses = x.data.map((logit, i) => {
    const weight = positiveWeight?.[Math.floor(i / area) % x.shape[1]] ?? 1;
    return weight * target.data[i] * softplus(-logit) + (1 - target.data[i]) * softplus(logit);
  });
  return scalar(mean(losses));
}

export const diceLoss = (p: Values, t: Values, { smooth = 1e-5 } = {}): Values =>
  overlap(p, t, (both, sum) => (2 * both + smooth) / (sum + smooth));

export const jaccardLoss = (p: Values, t: Values, { smooth = 1e-5 } = {}): Values =>
  overlap(p, t, (both, sum) => (both + smooth) / (sum - both + smooth));

export const meanSquaredError = (x: Values, target: Values): Values =>
  scalar(mean(x.data.map((value, i) => (value - target.data[i]) ** 2)));

export const rootMeanSquaredError = (x: Values, target: Values): Values => scalar(Math.sqrt(meanSquaredError(x, target).data[0]));

export function distillation(
  student: Values,
  teacher: Values,
  { temperature = 1, reduction = "batchmean" }: { readonly temperature?: number; readonly reduction?: "batchmean" | "mean" } = {},
): Values {
  const soften = (x: Values): Values =>
    values(
      x.shape,
      x.data.map((value) => value / temperature),
    );
  const q = softmax(soften(teacher)).data;
  const [lnQ, lnP] = [logSoftmax(soften(teacher)).data, logSoftmax(soften(student)).data];
  const divergence = q.reduce((sum, value, i) => sum + value * (lnQ[i] - lnP[i]), 0);
  return scalar((temperature ** 2 * divergence) / (reduction === "mean" ? q.length : student.shape[0]));
}

/** 1 − the mean over the channels of a score of Σ p·t and Σ p + Σ t. */
function overlap(p: Values, t: Values, score: (both: number, sum: number) => number): Values {
  const channels = p.shape[1];
  const area = sizeOf(p.shape.slice(2));
  const both = new Float64Array(channels);
  const sum = new Float64Array(channels);
  p.data.forEach((value, i) => {
    const c = Math.floor(i / area) % channels;
    both[c] += value * t.data[i];
    sum[c] += value + t.data[i];
  });
  return scalar(1 - mean(both.map((value, c) => score(value, sum[c]))));
}

const mean = (data: Float64Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;

const scalar = (value: number): Values => values([1], Float64Array.of(value));
