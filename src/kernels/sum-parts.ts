/** The second pass of sums that a kernel takes in parts. */
import { grid } from "./grid.ts";
import type { Binding, Launch } from "./op.ts";

/** Adds `parts` partial results of `size` vectors each, from vector `first` on and in their order, into the node's own. */
export const sumOfParts = (partials: Binding, size: number, parts: number, first = 0): Launch => ({
  shader: "sum-parts",
  bind: [partials, "y"],
  params: { size, parts, first },
  workgroups: grid(size),
});
