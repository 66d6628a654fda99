/** The U-Net of Keidar et al.'s own lung segmentation experiments, for three classes; names as `lung-unet.ts`. */
import { relu } from "../kernels/activation.ts";
import { concat } from "../kernels/concat.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { type Node, named, ShapeError } from "../kernels/op.ts";
import { resize } from "../kernels/resize.ts";
import { softmax } from "../kernels/softmax.ts";
import { kaimingFanIn, xavierUniform } from "./initial.ts";
import { conv, dropout } from "./layers.ts";
import type { Weights } from "./weights.ts";

export interface KeidarUNetOptions {
  readonly classes?: number;
}

/** Probabilities of the classes at each pixel. */
export function keidarUNet(weights: Weights, x: Node, { classes = 3 }: KeidarUNetOptions = {}): Node {
  if (x.shape[2] % 16 !== 0 || x.shape[3] % 16 !== 0) throw new ShapeError("keidar_unet", "input sides must be multiples of 16", [x.shape]);
  const enc0 = convPair(weights.under("enc.0."), x, 64);
  const enc1 = convPair(weights.under("enc.1."), pool(enc0), 128);
  const enc2 = convPair(weights.under("enc.2."), pool(enc1), 256);
  const enc3 = dropout(weights, "enc.3", convPair(weights.under("enc.3."), pool(enc2), 512), 0.5);
  const mid = dropout(weights, "mid", named(convPair(weights.under("mid."), pool(enc3), 1024), "mid"), 0.5);
  const dec0 = decoderLevel(weights.under("dec.0."), mid, enc3);
  const dec1 = decoderLevel(weights.under("dec.1."), dec0, enc2);
  const dec2 = decoderLevel(weights.under("dec.2."), dec1, enc1);
  const dec3 = decoderLevel(weights.under("dec.3."), dec2, enc0);
  return softmax(named(conv(weights, "out", dec3, classes, 1, { bias: true, initial: xavierUniform }), "out"));
}

function convPair(weights: Weights, x: Node, channels: number): Node {
  const y = relu(conv(weights, "0", x, channels, 3, { padding: 1, bias: true, initial: kaimingFanIn }));
  return relu(conv(weights, "1", y, channels, 3, { padding: 1, bias: true, initial: kaimingFanIn }));
}

const pool = (x: Node): Node => maxPool2d(x, { kernel: 2, stride: 2 });

/** Twice the size, half the channels by a 2×2 convolution padded at the bottom and right, joined after the encoder's map by a pair. */
function decoderLevel(weights: Weights, x: Node, skip: Node): Node {
  const channels = x.shape[1] / 2;
  const upsampled = resize(x, [2 * x.shape[2], 2 * x.shape[3]], { mode: "nearest" });
  const up = relu(conv(weights, "up", upsampled, channels, 2, { padding: [0, 0, 1, 1], bias: true, initial: kaimingFanIn }));
  return convPair(weights, concat([skip, up]), channels);
}
