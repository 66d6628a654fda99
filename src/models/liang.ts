/** The residual networks of Liang et al. 2021: CNNCF's base, its four teachers TS1–TS4, and the regression network CNNRF. */
import { relu } from "../kernels/activation.ts";
import { add } from "../kernels/arithmetic.ts";
import { concat } from "../kernels/concat.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { type Node, named } from "../kernels/op.ts";
import { torchDefault as initial } from "./initial.ts";
import { conv, dense, norm } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface LiangOptions {
  readonly classes?: number;
}

export interface LiangRegressionOptions {
  /** The network whose trunk it stands on. */
  readonly trunk?: LiangTrunk;
  /** Indicators predicted. */
  readonly classes?: number;
  /** Between the layers of the chain; the published code has none. */
  readonly activation?: "none" | "relu";
  /** A linear map from the pooled features straight to the output. */
  readonly shortcut?: boolean;
  /** What else is known of each case, such as age and symptoms, [n, values]: the last layer reads it beside what the chain gives. */
  readonly tabular?: Node;
}

export interface LiangFusionOptions extends LiangOptions {
  readonly trunk?: LiangTrunk;
  /** What else is known of each case, [n, values]. */
  readonly tabular?: Node;
}

export type LiangTrunk = "base" | "ts1" | "ts2" | "ts3" | "ts4";

type Block = (weights: Weights, x: Node, width: number, stride: number) => Node;

export const liangBase = (weights: Weights, x: Node, options?: LiangOptions): Node => liang(weights, x, "base", options);
export const liangTs1 = (weights: Weights, x: Node, options?: LiangOptions): Node => liang(weights, x, "ts1", options);
export const liangTs2 = (weights: Weights, x: Node, options?: LiangOptions): Node => liang(weights, x, "ts2", options);
export const liangTs3 = (weights: Weights, x: Node, options?: LiangOptions): Node => liang(weights, x, "ts3", options);
export const liangTs4 = (weights: Weights, x: Node, options?: LiangOptions): Node => liang(weights, x, "ts4", options);

function liang(weights: Weights, x: Node, trunk: LiangTrunk, { classes = 2 }: LiangOptions = {}): Node {
  return named(dense(weights, "fc", liangFeatures(weights, x, trunk), classes, { initial }), "fc");
}

/** CNNRF: clinical indicators by five linear layers, each half as wide as the one before. */
export function liangCnnrf(
  weights: Weights,
  x: Node,
  { trunk = "base", classes = 5, activation = "none", shortcut = true, tabular }: LiangRegressionOptions = {},
): Node {
  const features = liangFeatures(weights, x, trunk);
  let y = features;
  for (let i = 1; i <= 4; i++) {
    y = named(dense(weights, `fc${i}`, y, y.shape[1] / 2, { initial }), `fc${i}`);
    if (activation === "relu") y = relu(y);
  }
  y = named(dense(weights, "fc5", tabular ? concat([y, tabular]) : y, classes, { initial }), "fc5");
  if (!shortcut) return y;
  return add(y, named(dense(weights, "shortcut", features, classes, { bias: false, initial }), "shortcut"));
}

/**
 * The second stage by features: each modality, such as film and CT, has a trunk of its own, whose parameters begin with its name; their pooled
 * features, and what else is known of the case, are laid side by side before the last layer. How the modalities are joined is not published.
 */
export function liangFusion(
  weights: Weights,
  modalities: Readonly<Record<string, Node>>,
  { trunk = "base", classes = 2, tabular }: LiangFusionOptions = {},
): Node {
  const features = Object.entries(modalities).map(([name, x]) => liangFeatures(weights.under(`${name}.`), x, trunk));
  return named(dense(weights, "fc", concat(tabular ? [...features, tabular] : features), classes, { initial }), "fc");
}

/** The trunk and its average: a stem without pooling, then four stages, so that a 64-pixel picture still leaves a map of 8. */
function liangFeatures(weights: Weights, x: Node, trunk: LiangTrunk): Node {
  const { block, blocks } = LAYOUTS[trunk];
  let y = named(relu(norm(weights, "conv1.1", conv(weights, "conv1.0", x, 64, 3, { padding: 1, initial }))), "conv1");
  for (const [i, count] of blocks.entries()) {
    const stage = `conv${i + 2}_x`;
    for (let b = 0; b < count; b++)
      y = named(block(weights.under(`${stage}.${b}.`), y, 64 * 2 ** i, b === 0 && i > 0 ? 2 : 1), `${stage}.${b}`);
    y = named(y, stage);
  }
  return named(globalAvgPool(y), "avgpool");
}

/** 3×3, 3×3. */
const basic: Block = (weights, x, width, stride) => {
  const residual = weights.under("residual_function.");
  let y = relu(norm(residual, "1", conv(residual, "0", x, width, 3, { stride, padding: 1, initial })));
  y = norm(residual, "4", conv(residual, "3", y, width, 3, { padding: 1, initial }));
  return relu(add(y, shortcutTo(weights, x, width, stride)));
};

/** 1×1 down, 3×3, 1×1 up to four times the width. */
const bottleneck: Block = (weights, x, width, stride) => {
  const residual = weights.under("residual_function.");
  let y = relu(norm(residual, "1", conv(residual, "0", x, width, 1, { initial })));
  y = relu(norm(residual, "4", conv(residual, "3", y, width, 3, { stride, padding: 1, initial })));
  y = norm(residual, "7", conv(residual, "6", y, 4 * width, 1, { initial }));
  return relu(add(y, shortcutTo(weights, x, 4 * width, stride)));
};

/** The identity where it fits, else a 1×1 convolution to the block's shape. */
function shortcutTo(weights: Weights, x: Node, channels: number, stride: number): Node {
  if (stride === 1 && x.shape[1] === channels) return x;
  return norm(weights, "shortcut.1", conv(weights, "shortcut.0", x, channels, 1, { stride, initial }));
}

const LAYOUTS: Readonly<Record<LiangTrunk, { readonly block: Block; readonly blocks: readonly number[] }>> = {
  base: { block: basic, blocks: [2, 1, 2, 1] },
  ts1: { block: basic, blocks: [2, 1, 3, 1] },
  ts2: { block: basic, blocks: [2, 2, 2, 1] },
  ts3: { block: bottleneck, blocks: [3, 1, 2, 1] },
  ts4: { block: bottleneck, blocks: [3, 2, 2, 1] },
};
