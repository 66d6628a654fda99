/** Model files that are small and quick: published networks, narrow and with fresh weights, written as anybody's file would be. */
import { input } from "../src/kernels/op.ts";
import { writeSafetensors } from "../src/loaders/safetensors.ts";
import { networkNamed } from "../src/models/registry.ts";
import { initialisedWeights } from "../src/models/weights.ts";
import type { Tensor } from "../src/tensor.ts";

/** A model before it is a file: tests spoil one or the other. */
export interface TinyModel {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Map<string, Tensor>;
}

interface TinyOptions {
  readonly classes: readonly string[];
  readonly size?: number;
  readonly channels?: 1 | 3;
  readonly metadata?: Readonly<Record<string, string>>;
}

function tiny(arch: string, { classes, size = 32, channels = 3, metadata = {} }: TinyOptions): TinyModel {
  const weights = initialisedWeights(1);
  const { build, task } = networkNamed(arch);
  const width = metadata.width === undefined ? undefined : Number(metadata.width);
  build(weights, input("x", [1, channels, size, size]), { classes: classes.length, width });
  const described = {
    arch,
    task,
    classes: JSON.stringify(classes),
    input: JSON.stringify({ size, channels, scale: "1/255" }),
    ...metadata,
  };
  return {
    metadata: described,
    tensors: new Map(weights.values.flatMap(({ attrs }) => (attrs.tensor ? [[attrs.name, attrs.tensor]] : []))),
  };
}

/** A classifier whose last layer is strong, so that scores differ from one picture and from one class to the next. */
export function tinyClassifier(classes: readonly string[] = ["normal", "pneumonia", "covid"]): TinyModel {
  const model = tiny("squeezenet1_1", { classes, size: 48 });
  const strong = changed(model, "classifier.1.weight", (value) => 50 * value);
  return changed(strong, "classifier.1.bias", (_, index) => 1 + index / 4);
}

/** A segmentation network of two channels at full size. */
export const tinySegmenter = (classes: readonly string[] = ["lung"]): TinyModel =>
  tiny("unet", { classes, channels: 1, metadata: { width: "2" } });

/** The regression network, which is published in one width only. */
export const tinyRegression = (metadata: Readonly<Record<string, string>> = {}): TinyModel =>
  tiny("liang_cnnrf", { classes: ["leukocytes", "crp"], size: 16, metadata });

/** The same model with the values of one tensor put through a function. */
export function changed(model: TinyModel, name: string, change: (value: number, index: number) => number): TinyModel {
  const found = model.tensors.get(name);
  if (!found) throw new Error(`the model has no ${name}`);
  return {
    ...model,
    tensors: new Map(model.tensors).set(name, { shape: found.shape, data: found.data.map((value, index) => change(value, index)) }),
  };
}

/** The model as a file's bytes. */
export const fileOf = ({ tensors, metadata }: TinyModel, dtype: "F32" | "F16" = "F32"): Uint8Array<ArrayBuffer> =>
  writeSafetensors(tensors, { dtype, metadata });
