/** Sums of squared gradients, weight by weight, and how many gradients are not finite. */
import { grid } from "../kernels/grid.ts";
import { apply, type Binding, type Launch, type Node, type Op } from "../kernels/op.ts";
import { type Arena, rowRanges } from "./arena.ts";

/** [weights, 4] of gradients that lie end to end as their arena's weights do: Σ g², how many are not finite, 0, 0; 0 for frozen weights. */
export const gradientSquares = (gradient: Node, { ranges, segments, rows }: Arena): Node =>
  apply(op, [gradient, ranges, segments], { rows });

const op: Op<{ readonly rows: number }> = {
  name: "gradientSquares",
  inputs: ["gradient", "ranges", "segments"],
  shape: ([, , segments]) => segments,
  launches({ attrs: { rows }, shape: [segments] }, profile) {
    const rowSums: Binding = { scratch: "rows", vectors: rows };
    const sums = rowRanges(rows, profile).map(
      ({ firstRow, rows, of }): Launch => ({
        shader: "gradient-squares",
        bind: [of("gradient"), "ranges", rowSums],
        params: { rows, first_row: firstRow },
        workgroups: grid(rows),
      }),
    );
    return [...sums, ...segmentSums(rowSums, segments, "y")];
  },
};

/** Launches that sum rows over each of the input "segments", in a fixed order. */
export function segmentSums(rows: Binding, segments: number, result: Binding): Launch[] {
  const parts: Binding = { scratch: "parts", vectors: segments * 64 };
  const params = { segments };
  return [
    { shader: "segment-sums", entryPoint: "parts", bind: [rows, "segments", parts], params, workgroups: grid(segments * 64) },
    { shader: "segment-sums", entryPoint: "totals", bind: [parts, "segments", result], params, workgroups: grid(segments) },
  ];
}
