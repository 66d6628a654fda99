/** Resizing of maps by nearest neighbour or bilinear interpolation. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

export interface ResizeOptions {
  readonly mode?: "nearest" | "bilinear";
  /** Bilinear only: the corner pixels' centres keep their place, instead of the picture's edges. */
  readonly alignCorners?: boolean;
}

interface ResizeAttrs {
  readonly height: number;
  readonly width: number;
  readonly mode: "nearest" | "bilinear";
  readonly alignCorners: boolean;
}

/** x [n, c, h, w] at [height, width], as PyTorch's interpolate. */
export const resize = (
  x: Node,
  [height, width]: readonly [number, number],
  { mode = "nearest", alignCorners = false }: ResizeOptions = {},
): Node => apply(op, [x], { height, width, mode, alignCorners });

const op: Op<ResizeAttrs> = {
  name: "resize",
  inputs: ["x"],
  sliced: ["x", "y"],
  shape([x], { height, width }) {
    if (x.length !== 4) throw new ShapeError("resize", "input must have 4 axes", [x]);
    if (![height, width].every((size) => Number.isInteger(size) && size > 0)) {
      throw new ShapeError("resize", `output sides must be positive integers, got ${height} and ${width}`);
    }
    return [x[0], x[1], height, width];
  },
  launches({ inputs: [x], attrs: { mode, alignCorners }, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    const [, , inHeight, inWidth] = x.shape;
    const [, , outHeight, outWidth] = shape;
    return [
      {
        shader: "resize",
        entryPoint: mode,
        bind: ["x", "y"],
        params: {
          size: vectors,
          blocks,
          in_height: inHeight,
          in_width: inWidth,
          out_height: outHeight,
          out_width: outWidth,
          scale_y: step(inHeight, outHeight, alignCorners),
          scale_x: step(inWidth, outWidth, alignCorners),
          shift: alignCorners ? 0 : 0.5,
        },
        workgroups: grid(vectors),
      },
    ];
  },
};

/** Input pixels from one output pixel to the next. */
const step = (from: number, to: number, alignCorners: boolean): number => (alignCorners ? (to > 1 ? (from - 1) / (to - 1) : 0) : from / to);
