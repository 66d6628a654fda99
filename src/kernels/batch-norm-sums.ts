/** The sums over a batch that all gradients of a batch norm are made of. */
import { layoutOf } from "../gpu/layout.ts";
import { partsOf, valuesPerChannel } from "./batch-statistics.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/**
 * [2, channels]: Σ dy over all axes but the channels', and Σ dy · x̂ for x̂ = (x − mean) / √(variance + ε), with means and variances from
 * `statistics` [2, channels]. They are the gradients by a batch norm's bias and weight.
 */
export const batchNormSums = (x: Node, dy: Node, statistics: Node, epsilon: number): Node => apply(op, [x, dy, statistics], { epsilon });

const op: Op<{ readonly epsilon: number }> = {
  name: "batchNormSums",
  inputs: ["x", "dy", "statistics"],
  sliced: ["x", "dy"],
  shape: ([x]) => [2, x[1]],
  launches({ inputs: [x], attrs: { epsilon } }) {
    const { blocks } = layoutOf(x.shape);
    const params = { blocks, ...partsOf(valuesPerChannel(x.shape)), epsilon };
    const partials = { scratch: "partials", vectors: 2 * params.parts * blocks };
    const shader = "batch-norm-sums";
    return [
      { shader, entryPoint: "parts", bind: ["x", "dy", "statistics", "x", partials], params, workgroups: grid(params.parts * blocks) },
      { shader, entryPoint: "total", bind: ["x", "dy", "statistics", partials, "y"], params, workgroups: grid(blocks) },
    ];
  },
};
