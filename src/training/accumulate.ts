/** Gradients summed over several runs, so that a step can see more pictures than fit into memory. */
import { layoutOf } from "../gpu/layout.ts";
import { ROW } from "../kernels/flat.ts";
import { grid } from "../kernels/grid.ts";
import { apply, type Node, type Op } from "../kernels/op.ts";
import { rowRanges } from "./arena.ts";

/** sums + gradient, or the gradient alone where the first element of `phase` is not 0. */
export const accumulate = (sums: Node, gradient: Node, phase: Node): Node => apply(op, [gradient, phase, sums], {});

const op: Op = {
  name: "accumulate",
  inputs: ["x", "phase", "sums"],
  overwrites: "sums",
  shape: ([, , sums]) => sums,
  launches: ({ shape }, profile) =>
    rowRanges(layoutOf(shape).vectors / ROW, profile).map(({ of, size }) => ({
      shader: "accumulate",
      bind: [of("x"), "phase", of("y")],
      params: { size },
      workgroups: grid(size),
    })),
};
