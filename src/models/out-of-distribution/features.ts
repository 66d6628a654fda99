/** What a detector looks at: the features of some of a network's stages, as one vector a picture. */
import { InputError } from "../../bytes.ts";
import { nodeNamed } from "../../graph/order.ts";
import { concat } from "../../kernels/concat.ts";
import type { Node } from "../../kernels/op.ts";
import { scale } from "../../kernels/scale.ts";
import { vectorOf } from "../embedding.ts";

/** Names of stages, and what their features are multiplied by. */
export interface Stages {
  readonly stages: readonly string[];
  readonly scales?: readonly number[];
}

/**
 * The features [batch, features] of these stages of the network that ends in `output`, each stage's multiplied by its scale, if there is one.
 * @throws InputError for a stage that does not exist, or gives neither maps nor vectors.
 */
export function featuresOf(output: Node, { stages, scales }: Stages, subject: string): Node {
  const parts = stages.map((stage, i) => {
    const node = stageOf(output, stage, subject);
    const features = vectorOf(node);
    if (!features) throw new InputError(subject, `stage ${stage} gives [${node.shape.join(", ")}], features are taken of maps and vectors`);
    return scales === undefined || scales[i] === 1 ? features : scale(features, scales[i]);
  });
  return parts.length === 1 ? parts[0] : concat(parts);
}

/** How many features each stage has. */
export const stageSizes = (output: Node, stages: readonly string[], subject: string): number[] =>
  stages.map((stage) => stageOf(output, stage, subject).shape[1]);

function stageOf(output: Node, stage: string, subject: string): Node {
  try {
    return nodeNamed([output], stage);
  } catch (cause) {
    throw cause instanceof RangeError ? new InputError(subject, cause.message.replace(/^graph: /, ""), { cause }) : cause;
  }
}
