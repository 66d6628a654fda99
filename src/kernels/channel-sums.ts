/** Sums of the channels of a map: what a bias gets. */
import { sumTo } from "./broadcast.ts";
import type { Node } from "./op.ts";
import { reshape } from "./reshape.ts";

/** Σ over all axes but the channels: [n, c, …] → [c]. */
export const channelSums = (x: Node): Node =>
  reshape(
    sumTo(
      x,
      x.shape.map((size, axis) => (axis === 1 ? size : 1)),
    ),
    [x.shape[1]],
  );
