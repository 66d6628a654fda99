/** Training steps as cases: loss, gradients and an update of all weights, on one batch. */
import { gradients } from "../../src/graph/gradient.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { trainingWeights } from "../../src/models/training-weights.ts";
import { declaredWeights, weightsFrom } from "../../src/models/weights.ts";
import { tensor } from "../../src/tensor.ts";
import type { Weight } from "../../src/training/arena.ts";
import { crossEntropy } from "../../src/training/losses.ts";
import { generated } from "../../tests/generator.ts";
import type { Case, Graph } from "./cases.ts";

/** What is done with the logits that a graph gives in training mode: the mean cross-entropy, and a step of SGD with momentum. */
export interface Training {
  readonly loss: Node;
  /** Those that are trained; running statistics are not among them. */
  readonly weights: readonly Weight[];
  /** dL/dw of each. */
  readonly gradients: readonly Node[];
  /** What running statistics become. */
  readonly statistics: readonly { readonly parameter: Node; readonly value: Node }[];
  /** The class of each picture. */
  readonly labels: readonly number[];
  readonly classes: number;
  readonly lr: number;
  readonly momentum: number;
}

/** Losses that contestants are compared by: before the first step, and after one and two. */
export const CHECKED_STEPS = 3;

const CLASSES = 4;

/** A step of a network from the parameters that the other cases have, on pictures of `size` pixels a side. */
export function trainingStep(name: string, size: number, batch: number): Case {
  return {
    name: `training step ${name} ${size} batch ${batch}`,
    kind: "training",
    isSlow: true,
    graph: () => trainingGraph(name, size, batch),
  };
}

function trainingGraph(name: string, size: number, batch: number): Graph {
  const { build, channels } = networkNamed(name);
  const shape = [batch, channels, size, size];
  const declared = declaredWeights();
  build(declared, input("x", shape), { classes: CLASSES });
  const tensors = new Map(declared.values.map(({ attrs, shape }) => [attrs.name, generated(attrs.name, shape)]));
  const weights = trainingWeights(weightsFrom(tensors));
  const output = build(weights, input("x", shape), { classes: CLASSES });
  const loss = crossEntropy(output, input("target", [batch]));
  const labels = Array.from({ length: batch }, (_, i) => i % CLASSES);
  return {
    output,
    inputs: { x: generated("input", shape), target: tensor([batch], Float32Array.from(labels)) },
    training: {
      loss,
      weights: weights.trainable,
      gradients: gradients(loss, weights.trainable),
      statistics: weights.updates,
      labels,
      classes: CLASSES,
      lr: 1e-4,
      momentum: 0.9,
    },
  };
}
