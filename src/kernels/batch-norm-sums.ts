/** The sums over a batch that all gradients of a batch norm are made of. */
import { layoutOf } from "../gpu/layout.ts";
import { partsOf, valuesPerChannel } from "./batch-statistics.ts";
import { activationCode, type EpilogueActivation } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { sumOfParts } from "./sum-parts.ts";

export interface BatchNormTrainingAttrs {
  readonly epsilon: number;
  /** Applied to what is normalised. */
  readonly activation: EpilogueActivation;
}

/** Batch norm's operands, and dL/dy after its activation. */
interface Operands {
  readonly x: Node;
  readonly dy: Node;
  readonly weight: Node;
  readonly bias: Node;
  readonly statistics: Node;
}

/**
 * Σ g and Σ g · x̂ over all axes but the channels', both [channels]: the gradients by bias and weight. g is the gradient before the
 * activation, dy · act′(x̂ · weight + bias), and x̂ = (x − mean) / √(variance + ε), with means and variances from `statistics`.
 */
export function batchNormSums({ x, dy, weight, bias, statistics }: Operands, attrs: BatchNormTrainingAttrs) {
  const parts = apply(partsOp, [x, dy, weight, bias, statistics], attrs);
  return { sum: apply(totalOp, [parts], { row: 0 }), products: apply(totalOp, [parts], { row: 1 }) };
}

/** [2 · parts, channels]: the sums of g over each run of pixels, then those of g · x̂. */
const partsOp: Op<BatchNormTrainingAttrs> = {
  name: "batchNormSumsOfParts",
  inputs: ["x", "dy", "weight", "bias", "statistics"],
  sliced: ["x", "dy"],
  shape: ([x]) => [2 * partsOf(valuesPerChannel(x)).parts, x[1]],
  launches({ inputs: [x], attrs: { epsilon, activation } }) {
    const { blocks } = layoutOf(x.shape);
    const parts = partsOf(valuesPerChannel(x.shape));
    return [
      {
        shader: "batch-norm-sums",
        bind: ["x", "dy", "weight", "bias", "statistics", "y"],
        params: { blocks, ...parts, activation: activationCode[activation], epsilon },
        workgroups: grid(parts.parts * blocks),
      },
    ];
  },
};

/** [channels]: one of the two sums. */
const totalOp: Op<{ readonly row: number }> = {
  name: "batchNormSum",
  inputs: ["parts"],
  shape: ([[, channels]]) => [channels],
  launches({ inputs: [{ shape }], attrs: { row }, shape: result }) {
    const { blocks } = layoutOf(result);
    const parts = shape[0] / 2;
    return [sumOfParts("parts", blocks, parts, row * parts * blocks)];
  },
};
