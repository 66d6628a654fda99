/** U-Net with padded convolutions and batch norm (Ronneberger et al. 2015), with the names of milesial/Pytorch-UNet. */
import { relu } from "../kernels/activation.ts";
import { concat } from "../kernels/concat.ts";
import { convTranspose2d } from "../kernels/conv-transpose2d.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { type Node, named } from "../kernels/op.ts";
import { pad } from "../kernels/pad.ts";
import { resize } from "../kernels/resize.ts";
import { torchDefault as initial } from "./initial.ts";
import { conv, norm } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface UNetOptions {
  readonly classes?: number;
  /** Channels at full size; each level below doubles them. */
  readonly width?: number;
  /** Upsample by interpolation, with half the channels at the bottom; else by transposed convolutions. */
  readonly bilinear?: boolean;
  /** Biases before the batch norms, as the project's older files have. */
  readonly convBias?: boolean;
  /** What batch norms add to the variance; 10⁻⁵ unless given. */
  readonly epsilon?: number;
}

/** What convolutions are built by. */
interface LayerOptions {
  readonly bias: boolean;
  readonly epsilon?: number;
}

/** A logit per class and pixel, at the input's size. */
export function unet(
  weights: Weights,
  x: Node,
  { classes = 1, width = 64, bilinear = false, convBias: bias = false, epsilon }: UNetOptions = {},
): Node {
  const options = { bias, epsilon };
  const down = (index: number, above: Node, channels: number) => {
    const pooled = maxPool2d(above, { kernel: 2, stride: 2 });
    return named(doubleConv(weights.under(`down${index}.maxpool_conv.1.`), pooled, channels, channels, options), `down${index}`);
  };
  const up = (index: number, below: Node, skip: Node, channels: number) => {
    const part = weights.under(`up${index}.`);
    const joined = concat([skip, padTo(bilinear ? upsample(below) : upconv(part, below), skip)]);
    return named(doubleConv(part.under("conv."), joined, joined.shape[1] / 2, channels, options), `up${index}`);
  };
  const halved = bilinear ? 2 : 1;
  const inc = named(doubleConv(weights.under("inc."), x, width, width, options), "inc");
  const down1 = down(1, inc, 2 * width);
  const down2 = down(2, down1, 4 * width);
  const down3 = down(3, down2, 8 * width);
  const down4 = down(4, down3, (16 * width) / halved);
  const up1 = up(1, down4, down3, (8 * width) / halved);
  const up2 = up(2, up1, down2, (4 * width) / halved);
  const up3 = up(3, up2, down1, (2 * width) / halved);
  const up4 = up(4, up3, inc, width);
  return named(conv(weights, "outc.conv", up4, classes, 1, { bias: true, initial }), "outc");
}

function doubleConv(weights: Weights, x: Node, middle: number, channels: number, { bias, epsilon }: LayerOptions): Node {
  const y = conv(weights, "double_conv.0", x, middle, 3, { padding: 1, bias, initial });
  const z = conv(weights, "double_conv.3", relu(norm(weights, "double_conv.1", y, epsilon)), channels, 3, { padding: 1, bias, initial });
  return relu(norm(weights, "double_conv.4", z, epsilon));
}

/** Twice the size, half the channels. */
function upconv(weights: Weights, x: Node): Node {
  const channels = x.shape[1];
  const shape = [channels, channels / 2, 2, 2];
  const weight = weights.get("up.weight", shape, initial.weight(shape));
  return convTranspose2d(x, weight, weights.get("up.bias", [channels / 2], initial.bias(shape)), { stride: 2 });
}

const upsample = (x: Node): Node => resize(x, [2 * x.shape[2], 2 * x.shape[3]], { mode: "bilinear", alignCorners: true });

/** Zeros around `x` up to the skip's size: pooling an odd side drops a row. The odd one goes to the bottom and right. */
function padTo(x: Node, skip: Node): Node {
  const rows = skip.shape[2] - x.shape[2];
  const columns = skip.shape[3] - x.shape[3];
  if (rows === 0 && columns === 0) return x;
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return pad(x, [
    [0, 0],
    [0, 0],
    [top, rows - top],
    [left, columns - left],
  ]);
}
