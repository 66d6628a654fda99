/** U-Net on a ResNet encoder, with the names of segmentation_models.pytorch. */
import { relu } from "../kernels/activation.ts";
import { concat } from "../kernels/concat.ts";
import { type Node, named, ShapeError } from "../kernels/op.ts";
import { resize } from "../kernels/resize.ts";
import { kaimingUniform as initial, xavierUniform } from "./initial.ts";
import { conv, norm } from "./layers.ts";
import { type ResNetDepth, resnetMaps } from "./resnet.ts";
import type { Weights } from "./weights.ts";

export interface UNetResNetOptions {
  readonly classes?: number;
}

export const unetResnet18 = (weights: Weights, x: Node, options?: UNetResNetOptions): Node => unetResnet(weights, x, 18, options);
export const unetResnet34 = (weights: Weights, x: Node, options?: UNetResNetOptions): Node => unetResnet(weights, x, 34, options);
export const unetResnet50 = (weights: Weights, x: Node, options?: UNetResNetOptions): Node => unetResnet(weights, x, 50, options);

/** A logit per class and pixel, at the input's size. */
function unetResnet(weights: Weights, x: Node, depth: ResNetDepth, { classes = 1 }: UNetResNetOptions = {}): Node {
  if (x.shape[2] % 32 !== 0 || x.shape[3] % 32 !== 0)
    throw new ShapeError(`unet_resnet${depth}`, "input sides must be multiples of 32", [x.shape]);
  const { stem, layer1, layer2, layer3, layer4 } = resnetMaps(weights.under("encoder."), x, depth);
  const decoder = weights.under("decoder.blocks.");
  let y = decoderBlock(decoder.under("0."), layer4, layer3, 256);
  y = decoderBlock(decoder.under("1."), y, layer2, 128);
  y = decoderBlock(decoder.under("2."), y, layer1, 64);
  y = decoderBlock(decoder.under("3."), y, stem, 32);
  y = named(decoderBlock(decoder.under("4."), y, undefined, 16), "decoder");
  return named(
    conv(weights, "segmentation_head.0", y, classes, 3, { padding: 1, bias: true, initial: xavierUniform }),
    "segmentation_head",
  );
}

/** Twice the size, the encoder's map of that size after it, and two convolutions. */
function decoderBlock(weights: Weights, x: Node, skip: Node | undefined, channels: number): Node {
  const upsampled = resize(x, [2 * x.shape[2], 2 * x.shape[3]], { mode: "nearest" });
  let y = skip ? concat([upsampled, skip]) : upsampled;
  y = relu(norm(weights, "conv1.1", conv(weights, "conv1.0", y, channels, 3, { padding: 1, initial })));
  return relu(norm(weights, "conv2.1", conv(weights, "conv2.0", y, channels, 3, { padding: 1, initial })));
}
