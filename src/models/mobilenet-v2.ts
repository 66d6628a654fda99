/** MobileNetV2 (Sandler et al. 2018), with torchvision's names. */
import { relu6 } from "../kernels/activation.ts";
import { add } from "../kernels/arithmetic.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { type Node, named } from "../kernels/op.ts";
import { kaimingFanOut as initial, smallNormal } from "./initial.ts";
import { conv, dense, dropout, norm } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface MobileNetOptions {
  readonly classes?: number;
  /** Multiplies the channels of every layer, rounded to multiples of eight. */
  readonly widthMultiplier?: number;
  /** What batch norms add to the variance; 10⁻⁵ unless given. */
  readonly epsilon?: number;
  /** Pad as Keras does: where a stride of 2 meets an even side, at the bottom and right alone. */
  readonly samePadding?: boolean;
}

/** What layers are built by. */
interface LayerOptions {
  readonly epsilon?: number;
  readonly padding: "same" | 1;
}

/** Rows of the paper's table 2: expansion, channels, blocks, stride of the first block. */
const ROWS = [
  { expansion: 1, channels: 16, blocks: 1, firstStride: 1 },
  { expansion: 6, channels: 24, blocks: 2, firstStride: 2 },
  { expansion: 6, channels: 32, blocks: 3, firstStride: 2 },
  { expansion: 6, channels: 64, blocks: 4, firstStride: 2 },
  { expansion: 6, channels: 96, blocks: 3, firstStride: 1 },
  { expansion: 6, channels: 160, blocks: 3, firstStride: 2 },
  { expansion: 6, channels: 320, blocks: 1, firstStride: 1 },
];

export function mobilenetV2(
  weights: Weights,
  x: Node,
  { classes = 1000, widthMultiplier = 1, epsilon, samePadding = false }: MobileNetOptions = {},
): Node {
  const padding = samePadding ? "same" : 1;
  const stem = conv(weights, "features.0.0", x, toEights(32 * widthMultiplier), 3, { stride: 2, padding, initial });
  let y = named(relu6(norm(weights, "features.0.1", stem, epsilon)), "features.0");
  let index = 1;
  for (const { expansion, channels, blocks, firstStride } of ROWS)
    for (let b = 0; b < blocks; b++, index++) {
      const part = weights.under(`features.${index}.conv.`);
      const stride = b === 0 ? firstStride : 1;
      const block = invertedResidual(part, y, expansion, toEights(channels * widthMultiplier), stride, { epsilon, padding });
      y = named(block, `features.${index}`);
    }
  y = conv(weights, "features.18.0", y, toEights(1280 * Math.max(1, widthMultiplier)), 1, { initial });
  y = named(named(relu6(norm(weights, "features.18.1", y, epsilon)), "features.18"), "features");
  y = dropout(weights, "classifier.0", named(globalAvgPool(y), "avgpool"), 0.2);
  return named(dense(weights, "classifier.1", y, classes, { initial: smallNormal }), "classifier");
}

/** 1×1 up to the hidden width, 3×3 depthwise, 1×1 down without an activation; the input is added where the shapes agree. */
function invertedResidual(
  weights: Weights,
  x: Node,
  expansion: number,
  channels: number,
  stride: number,
  { epsilon, padding }: LayerOptions,
): Node {
  const inputs = x.shape[1];
  const hidden = inputs * expansion;
  let y = x;
  let index = 0;
  if (expansion !== 1) {
    y = relu6(norm(weights, "0.1", conv(weights, "0.0", y, hidden, 1, { initial }), epsilon));
    index = 1;
  }
  y = conv(weights, `${index}.0`, y, hidden, 3, { stride, padding, groups: hidden, initial });
  y = relu6(norm(weights, `${index}.1`, y, epsilon));
  y = norm(weights, `${index + 2}`, conv(weights, `${index + 1}`, y, channels, 1, { initial }), epsilon);
  return stride === 1 && inputs === channels ? add(y, x) : y;
}

/** The nearest multiple of eight, never below 90% of the exact value. */
function toEights(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
