/** The four-level lung U-Net of imlab-uiip/lung-segmentation-2d, from which Keidar et al. 2021 take their mask channel. */
import { relu, sigmoid } from "../kernels/activation.ts";
import { concat } from "../kernels/concat.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { type Node, named, ShapeError } from "../kernels/op.ts";
import { resize } from "../kernels/resize.ts";
import { xavierUniform as initial } from "./initial.ts";
import { conv } from "./layers.ts";
import type { Weights } from "./weights.ts";

/** The probability of lung at each pixel. */
export function lungUNet(weights: Weights, x: Node): Node {
  if (x.shape[2] % 16 !== 0 || x.shape[3] % 16 !== 0) throw new ShapeError("lung_unet", "input sides must be multiples of 16", [x.shape]);
  const enc0 = convPair(weights.under("enc.0."), x, 32);
  const enc1 = convPair(weights.under("enc.1."), pool(enc0), 64);
  const enc2 = convPair(weights.under("enc.2."), pool(enc1), 64);
  const enc3 = convPair(weights.under("enc.3."), pool(enc2), 128);
  const mid = named(relu(named(conv3x3(weights, "mid", pool(enc3), 256), "mid")), "bottom");
  const dec0 = decoderLevel(weights.under("dec.0."), mid, enc3, 256);
  const dec1 = decoderLevel(weights.under("dec.1."), dec0, enc2, 256);
  const dec2 = decoderLevel(weights.under("dec.2."), dec1, enc1, 128);
  const dec3 = decoderLevel(weights.under("dec.3."), dec2, enc0, 64);
  return sigmoid(named(conv3x3(weights, "out", dec3, 1), "out"));
}

const conv3x3 = (weights: Weights, name: string, x: Node, channels: number): Node =>
  conv(weights, name, x, channels, 3, { padding: 1, bias: true, initial });

const convPair = (weights: Weights, x: Node, channels: number): Node =>
  relu(conv3x3(weights, "1", relu(conv3x3(weights, "0", x, channels)), channels));

const pool = (x: Node): Node => maxPool2d(x, { kernel: 2, stride: 2 });

/** Twice the size and two convolutions, joined after the encoder's map by a third. */
function decoderLevel(weights: Weights, x: Node, skip: Node, channels: number): Node {
  const upsampled = resize(x, [2 * x.shape[2], 2 * x.shape[3]], { mode: "nearest" });
  return relu(conv3x3(weights, "2", concat([skip, convPair(weights, upsampled, channels)]), channels));
}
