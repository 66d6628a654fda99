/** Adam's direction, its length set weight by weight from that of the weight (You et al., 2020). */
import { grid } from "../../kernels/grid.ts";
import { apply, type Binding, type Launch, type Node, type Op } from "../../kernels/op.ts";
import { rowRanges, type Weight } from "../arena.ts";
import { segmentSums } from "../gradient-squares.ts";
import { betaParams, type MomentOptions, momentState } from "./moments.ts";
import { type OptimizerStep, optimizerStep } from "./step.ts";

export type LambOptions = MomentOptions;

/** weight −= lr · ‖weight‖ / ‖u‖ · u, for Adam's direction with weight decay u = m̂ / (√v̂ + eps) + weightDecay · weight. */
export function lamb(weights: readonly Weight[], gradients: readonly Node[], options: LambOptions): OptimizerStep {
  const { betas = [0.9, 0.999], eps = 1e-6 } = options;
  return optimizerStep(
    weights,
    gradients,
    {
      state: momentState,
      betas,
      update: ({ node, ranges, segments, rows }, { gradient, control, progress }) =>
        apply(op, [gradient, ranges, control, progress, segments, node], { rows, betas, eps }),
    },
    options,
  );
}

const op: Op<{ readonly rows: number; readonly betas: readonly [number, number]; readonly eps: number }> = {
  name: "lamb",
  inputs: ["gradient", "ranges", "control", "progress", "segments", "arena"],
  overwrites: "arena",
  shape: ([, , , , , arena]) => arena,
  launches({ inputs: [, , , , segments], attrs: { rows, betas, eps } }, profile) {
    const rowSums: Binding = { scratch: "rows", vectors: rows };
    const norms: Binding = { scratch: "norms", vectors: segments.shape[0] };
    const each = (entryPoint: string, first: "gradient" | "norms", perRow: boolean): Launch[] =>
      rowRanges(rows, profile).map(({ firstRow, rows, size, of }) => ({
        shader: "lamb",
        entryPoint,
        bind: [first === "norms" ? norms : of(first), "ranges", "control", "progress", of("y"), of("y", 1), of("y", 2), rowSums],
        params: { size, rows, first_row: firstRow, ...betaParams(betas), epsilon: eps },
        workgroups: grid(perRow ? rows : size),
      }));
    return [
      ...each("moments", "gradient", false),
      ...each("squares", "gradient", true),
      ...segmentSums(rowSums, segments.shape[0], norms),
      ...each("update", "norms", false),
    ];
  },
};
