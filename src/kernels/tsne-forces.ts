/** What pulls and pushes the points of a t-SNE map (van der Maaten and Hinton 2008). */
import { layoutOf } from "../gpu/layout.ts";
import { foldedGrid, grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

/**
 * Six sums for each point, over all others, with w = 1 / (1 + |places[i] − places[j]|²): [n, 6] of the attraction Σ p w (places[i] − places[j])
 * (2 channels), the repulsion Σ w² (places[i] − places[j]) (2 channels), Σ w, and Σ p ln(p / w).
 *
 * The gradient of the divergence Σ p ln(p / q), with q = w / Σ w and Σ p = 1, is 4 (attraction − repulsion / Σ w); the divergence is the
 * sum of the last channel + ln Σ w. The last channel is 0 where `measured` [1] is.
 * @param p - symmetric, [n, n], with zeros on the diagonal.
 * @param places - [n, 2].
 * @throws ShapeError if the sizes do not fit.
 */
export const tsneForces = (p: Node, places: Node, measured: Node): Node => apply(op, [p, places, measured], {});

const op: Op = {
  name: "tsneForces",
  inputs: ["p", "places", "measured"],
  shape([p, places, measured]) {
    if (p.length !== 2 || p[0] !== p[1] || places.length !== 2 || places[0] !== p[0] || places[1] !== 2)
      throw new ShapeError("tsneForces", "probabilities must be [n, n] and places [n, 2]", [p, places]);
    if (measured.length !== 1 || measured[0] !== 1) throw new ShapeError("tsneForces", "measured must be one number", [measured]);
    return [p[0], 6];
  },
  launches({ inputs: [p] }, profile) {
    const [points] = p.shape;
    const isSoftware = profile.class === "software";
    return [
      {
        shader: "tsne-forces",
        entryPoint: isSoftware ? "point" : "lanes",
        bind: ["p", "places", "measured", "y"],
        params: { points, blocks: layoutOf(p.shape).blocks },
        workgroups: isSoftware ? grid(points) : foldedGrid(points, 1),
      },
    ];
  },
};
