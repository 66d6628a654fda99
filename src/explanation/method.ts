/** What a way to explain a score is: what it takes, what it computes on the device, and what its numbers mean. */
import type { Device } from "../gpu/device.ts";
import type { Program } from "../graph/program.ts";
import type { Node } from "../kernels/op.ts";
import { resize } from "../kernels/resize.ts";
import type { Image } from "../loaders/image.ts";
import type { Model } from "../models/model.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Fill } from "./fill.ts";
import type { HeatMap } from "./heat-map.ts";
import type { OcclusionForm } from "./occlusion.ts";

/** What the methods take, with what they do by default. */
export interface MethodOptions {
  /** Grad-CAM's map, as torchvision names the module; by default the last one before the pooling. */
  readonly layer?: string;
  /** Occlusion: pixels a side of what is hidden, and from one place to the next, of the network's input; 32 and 8 at 224. */
  readonly window?: number;
  readonly stride?: number;
  readonly fill?: Fill;
  readonly form?: OcclusionForm;
  /** Smooth gradient: copies, and their noise's deviation as a share of the picture's range; 50 and 0.15. */
  readonly samples?: number;
  readonly noise?: number;
  readonly seed?: number;
}

/** What a method works on. */
export interface Work {
  readonly model: Pick<Model, "outputs" | "description">;
  readonly device: Device;
  /** At the network's size, and as its input [1, c, h, w]. */
  readonly image: Image;
  readonly picture: Tensor;
  readonly options: MethodOptions;
  /** The class asked for first, where one is. */
  readonly first?: number;
  /** A program of these outputs, compiled once for a key. */
  readonly program: (key: string, outputs: () => Record<string, Node>) => Promise<Pick<Program, "run">>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A map as it was computed, and at the size of the network's input. */
export interface Maps {
  readonly cells: HeatMap;
  readonly map: HeatMap;
}

/** What is known once a method has begun: the picture's scores, and the map of any class. */
export interface Begun {
  readonly scores: Float32Array;
  readonly layer?: string;
  mapOf(label: number): Promise<Maps>;
}

export interface Method {
  /** What it is called in print. */
  readonly title: string;
  readonly takes: readonly (keyof MethodOptions)[];
  /** Whether a value below 0 speaks against the class; else values are 0 or more. */
  readonly isSigned: (options: MethodOptions) => boolean;
  /** The share of a map's values that are not cut off when it is shown: gradients of single pixels have a few outliers. */
  readonly shown: number;
  begin(work: Work): Promise<Begun>;
}

/** Pictures a run of the methods that need many: enough to fill an adapter, few enough to tell how far they are. */
export const BATCH = 16;

/** In the place of a class: none. */
export const NO_CLASS = -1;

/** 1 for the class of each row; rows without one are left 0. */
export function seedOf({ shape: [batch, classes] }: Node, labels: readonly number[]): Tensor {
  const seed = tensor([batch, classes]);
  for (const [n, label] of labels.entries()) if (label !== NO_CLASS) seed.data[n * classes + label] = 1;
  return seed;
}

/** The map of one channel of a single picture. */
export const heatMapOf = ({ shape, data }: Tensor, channel = 0): HeatMap => {
  const [height, width] = shape.slice(-2);
  return { width, height, values: data.subarray(channel * height * width, (channel + 1) * height * width) };
};

/** A map that was computed at the size of the network's input. */
export const same = (map: HeatMap): Maps => ({ cells: map, map });

/** A map of the network's cells, and the same at the size of its input. */
export const enlarged = (cells: Node, { shape: [, , height, width] }: Node): Record<string, Node> => ({
  cells,
  map: resize(cells, [height, width], { mode: "bilinear" }),
});

/** The results that `enlarged` asks for. */
export const cellsAndMap = ({ cells, map }: Record<string, Tensor>): Maps => ({ cells: heatMapOf(cells), map: heatMapOf(map) });
