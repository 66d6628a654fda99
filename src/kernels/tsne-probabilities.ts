/** How likely each point is another one's neighbour: Gaussians as wide as it takes for a given perplexity (van der Maaten and Hinton 2008). */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

export interface TsneProbabilitiesOptions {
  /** How many neighbours a point has, as 2 to the power of the entropy in bits: above 1 and below n − 1, all others alike. */
  readonly perplexity: number;
}

/**
 * p(j | i) ∝ e^(−β[i] · x[i, j]) for squared distances x [n, n], 0 for j = i, with β[i] such that the row has the perplexity: [n, n]. Where
 * more points than that are equally near, and nearest, they share the row.
 * @throws ShapeError unless x is square with 3 rows or more, and the perplexity fits.
 */
export const tsneProbabilities = (x: Node, options: TsneProbabilitiesOptions): Node => apply(op, [x], options);

const op: Op<TsneProbabilitiesOptions> = {
  name: "tsneProbabilities",
  inputs: ["x"],
  shape([x], { perplexity }) {
    if (x.length !== 2 || x[0] !== x[1] || x[0] < 3)
      throw new ShapeError("tsneProbabilities", "distances of 3 points or more are needed, between all", [x]);
    if (!(perplexity > 1 && perplexity < x[0] - 1))
      throw new ShapeError(
        "tsneProbabilities",
        `perplexity must be above 1 and below ${x[0] - 1}, the number of others, got ${perplexity}`,
      );
    return x;
  },
  launches({ attrs: { perplexity }, shape }) {
    const params = { points: shape[0], blocks: layoutOf(shape).blocks, entropy: Math.log(perplexity) };
    return [{ shader: "tsne-probabilities", bind: ["x", "y"], params, workgroups: grid(shape[0]) }];
  },
};
