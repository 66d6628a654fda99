/** A value drawn towards another one. */
import { grid } from "../kernels/grid.ts";
import { apply, type Node, type Op } from "../kernels/op.ts";
import { rowRanges } from "./arena.ts";

export interface BlendOptions {
  /** How much of x the result has: target + alpha · (x − target). */
  readonly alpha: number;
  /** Alpha is at least warm / (warm + 1 + t) after t steps, so that what the target began with is forgotten soon; 0 by default. */
  readonly warm?: number;
  /** Steps from one blend to the next. */
  readonly every?: number;
  /** How much of both is blended, from the start, in rows of `ROW` vectors; the rest of the target stays. */
  readonly rows: number;
}

/** `target` drawn towards x after every `every`-th step that `control` takes; `progress` counts them. */
export const blend = (target: Node, x: Node, control: Node, progress: Node, { alpha, warm = 0, every = 1, rows }: BlendOptions): Node =>
  apply(op, [x, control, progress, target], { alpha, warm, every, rows });

const op: Op<Required<BlendOptions>> = {
  name: "blend",
  inputs: ["x", "control", "progress", "target"],
  overwrites: "target",
  shape: ([, , , target]) => target,
  launches: ({ attrs: { alpha, warm, every, rows } }, profile) =>
    rowRanges(rows, profile).map(({ of, size }) => ({
      shader: "blend",
      bind: [of("x"), "control", "progress", of("y")],
      params: { size, every, alpha, warm },
      workgroups: grid(size),
    })),
};
