/** What a network gives, as a graph: its raw output, scores, and the features by which outliers are told. */
import { sigmoid } from "../kernels/activation.ts";
import { input, type Node } from "../kernels/op.ts";
import { softmax } from "../kernels/softmax.ts";
import type { ModelDescription } from "./description.ts";
import { featuresOf } from "./out-of-distribution/features.ts";
import { networkNamed } from "./registry.ts";
import { nodeInUnits } from "./value-scaler.ts";
import type { LoadedWeights, Weights } from "./weights.ts";

/** What a network gives, and what its output rule or the units of its values make of it. */
export interface Outputs {
  readonly raw: Node;
  readonly scores: Node;
  /** [batch, features]: by which pictures are told that are unlike those the model was fitted on. */
  readonly features?: Node;
}

/** The graph from `rawOutput`'s inputs to the network's raw output, and to scores. */
export function outputsOf(description: ModelDescription, weights: LoadedWeights, batch: number): Outputs {
  const { arch, output, valueScaler, outOfDistribution } = description;
  const raw = rawOutput(description, weights, batch);
  const scores = scoresOf(raw, { output, valueScaler });
  return outOfDistribution ? { raw, scores, features: featuresOf(raw, outOfDistribution, arch) } : { raw, scores };
}

/** The network on its inputs: normalised pictures, "pictures", and where it reads them scaled clinical values [batch, values], "clinical". */
export function rawOutput(
  { arch, input: { channels, height, width, clinical }, options }: Pick<ModelDescription, "arch" | "input" | "options">,
  weights: Weights,
  batch: number,
): Node {
  const pictures = input("pictures", [batch, channels, height, width]);
  return networkNamed(arch).build(weights, pictures, options, clinical && input("clinical", [batch, clinical.names.length]));
}

/** A raw output put through the rule that makes scores of it, or values in their units. */
export function scoresOf(raw: Node, { output, valueScaler }: Pick<ModelDescription, "output" | "valueScaler">): Node {
  const rules = { softmax, sigmoid, none: (x: Node) => (valueScaler ? nodeInUnits(valueScaler, x) : x) };
  return rules[output](raw);
}
