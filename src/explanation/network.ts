/** A model's network as explanations take it apart: its graph, another input in the place of its pictures, and batches that fit. */
import { InputError } from "../bytes.ts";
import { storageBytes } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { rewritten, topologicalOrder } from "../graph/order.ts";
import { isInput, isParameter, type Node } from "../kernels/op.ts";
import type { Model } from "../models/model.ts";
import type { Outputs } from "../models/outputs.ts";

/** The graph of a network for a batch, and the input that its pictures are. */
export interface NetworkGraph extends Outputs {
  readonly pictures: Node;
  readonly batch: number;
}

/** @throws InputError for a graph of another batch than its file has. */
export function networkGraph(model: Pick<Model, "outputs" | "description">, batch: number): NetworkGraph {
  const { raw, scores } = model.outputs(batch);
  const pictures = topologicalOrder([raw]).find((node) => isInput(node) && node.attrs.name === "pictures");
  if (!pictures) throw new InputError(model.description.arch, "gives an output that does not depend on its pictures");
  return { raw, scores, pictures, batch };
}

/** The largest batch up to `wanted` of which every value can be bound; 1 for a file that takes one picture a run. */
export function fittingBatch(
  model: Pick<Model, "outputs" | "description">,
  wanted: number,
  { maxBindingBytes }: AdapterProfile,
): NetworkGraph {
  const one = networkGraph(model, 1);
  const largest = Math.max(...topologicalOrder([one.raw]).map((node) => (isParameter(node) ? 0 : storageBytes(node.shape, "f32"))));
  const batch = Math.max(1, Math.min(wanted, Math.floor(maxBindingBytes / largest)));
  if (batch === 1) return one;
  try {
    return networkGraph(model, batch);
  } catch (error) {
    // An ONNX file may be for one picture a run.
    if (error instanceof InputError) return one;
    throw error;
  }
}

/** The network on pictures that are computed. */
export function onPictures({ raw, scores, pictures }: NetworkGraph, computed: Node): Outputs {
  const [newRaw, newScores] = rewritten([raw, scores], (node) => (node === pictures ? computed : node));
  return { raw: newRaw, scores: newScores };
}
