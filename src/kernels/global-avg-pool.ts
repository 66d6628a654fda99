/** Global average pooling. */
import { layoutOf } from "../gpu/layout.ts";
import { broadcastTo } from "./broadcast.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { reshape } from "./reshape.ts";
import { scale } from "./scale.ts";

/** The mean of each channel: [batch, channels, height, width] → [batch, channels]. */
export const globalAvgPool = (x: Node): Node => apply(op, [x], {});

/** Pixels that one invocation averages. Whole maps up to 16 × 16: what networks end with has channels enough to keep an adapter busy. */
const CHUNK = 256;

const op: Op = {
  name: "globalAvgPool",
  inputs: ["x"],
  sliced: ["x"],
  shape([x]) {
    if (x.length !== 4) throw new ShapeError("globalAvgPool", "input must have 4 axes", [x]);
    return [x[0], x[1]];
  },
  launches({ inputs: [x], shape }) {
    const { blocks, vectors } = layoutOf(shape);
    const { area } = layoutOf(x.shape);
    const chunks = Math.ceil(area / CHUNK);
    const params = { size: vectors, blocks, area, chunks, chunk: CHUNK };
    if (chunks === 1) return [{ shader: "global-avg-pool", bind: ["x", "y"], params, workgroups: grid(vectors) }];
    const means = { scratch: "means", vectors: chunks * vectors };
    return [
      { shader: "global-avg-pool", entryPoint: "chunks", bind: ["x", means], params, workgroups: grid(chunks * vectors) },
      { shader: "global-avg-pool", entryPoint: "average", bind: [means, "y"], params, workgroups: grid(vectors) },
    ];
  },
  gradient({ inputs: [x], shape: [batch, channels] }, dy) {
    const share = scale(dy, 1 / (x.shape[2] * x.shape[3]));
    return [broadcastTo(reshape(share, [batch, channels, 1, 1]), x.shape)];
  },
};
