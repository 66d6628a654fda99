/** Networks of any graph as explanations take them, without a file. */
import type { Explainable } from "../../src/explanation/explainer.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import type { Image } from "../../src/loaders/image.ts";
import { readDescription } from "../../src/models/description.ts";
import { scoresOf } from "../../src/models/outputs.ts";
import { readPicture } from "../../src/models/picture.ts";
import { device } from "../device.ts";
import { uniform } from "../uniform.ts";

export interface ExplainableOptions {
  readonly arch?: string;
  readonly classes: readonly string[];
  /** Height and width of the input. */
  readonly size: readonly [number, number];
  readonly channels?: 1 | 3;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A classifier by the graph from its pictures to its logits. */
export async function explainable(
  build: (pictures: Node) => Node,
  { arch = "net", classes, size, channels = 1, metadata = {} }: ExplainableOptions,
): Promise<Explainable> {
  const input_ = JSON.stringify({ size, channels, scale: "1/255", mean: Array(channels).fill(0.5), std: Array(channels).fill(0.25) });
  const given = { arch, classes: JSON.stringify(classes), input: input_, ...metadata };
  const description = readDescription(given, arch, { task: "classification", output: "logits" });
  const outputs: Explainable["outputs"] = (batch) => {
    const raw = build(input("pictures", [batch, channels, ...size]));
    return { raw, scores: scoresOf(raw, description) };
  };
  return { description, outputs, read: (picture) => readPicture(picture, description), device: await device() };
}

/** A picture of noise, the same for the same seed. */
export const noisePicture = (width: number, height: number, seed: number, channels: 1 | 3 = 1): Image => ({
  width,
  height,
  channels,
  bitDepth: 8,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => Math.floor(256 * uniform(seed, i))),
});
