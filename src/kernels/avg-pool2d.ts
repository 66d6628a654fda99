/** Two-dimensional average pooling. */
import { layoutOf } from "../gpu/layout.ts";
import { type AvgPool2dAttrs, averagedParams, avgPool2dGradient } from "./avg-pool2d-gradient.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { type Padding, type Pair, pair, sides, windows } from "./window2d.ts";

export interface AvgPool2dOptions {
  readonly kernel: Pair;
  /** Defaults to the kernel. */
  readonly stride?: Pair;
  readonly padding?: Padding;
  /** Also windows that hang over the far edge, as long as they start inside. */
  readonly ceilMode?: boolean;
  /** Whether padding counts in the divisor. */
  readonly countIncludePad?: boolean;
}

/**
 * The mean of each window of x [n, c, h, w].
 * @throws ShapeError if the padding is more than half the kernel or no window fits.
 */
export function avgPool2d(
  x: Node,
  { kernel, stride = kernel, padding = 0, ceilMode = false, countIncludePad = true }: AvgPool2dOptions,
): Node {
  return apply(op, [x], {
    kernel: pair("avgPool2d", "kernel", kernel, 1),
    stride: pair("avgPool2d", "stride", stride, 1),
    padding: sides("avgPool2d", padding),
    ceilMode,
    countIncludePad,
  });
}

const op: Op<AvgPool2dAttrs> = {
  name: "avgPool2d",
  inputs: ["x"],
  sliced: ["x", "y"],
  shape([x], { kernel, stride, padding: [top, left, bottom, right], ceilMode }) {
    if (x.length !== 4) throw new ShapeError("avgPool2d", "input must have 4 axes", [x]);
    if (Math.max(top, bottom) * 2 > kernel[0] || Math.max(left, right) * 2 > kernel[1]) {
      throw new ShapeError(
        "avgPool2d",
        `padding ${[top, left, bottom, right].join(", ")} is more than half the kernel ${kernel.join(", ")}`,
        [x],
      );
    }
    const height = windows({ size: x[2], kernel: kernel[0], stride: stride[0], before: top, after: bottom, dilation: 1, ceilMode });
    const width = windows({ size: x[3], kernel: kernel[1], stride: stride[1], before: left, after: right, dilation: 1, ceilMode });
    if (height < 1 || width < 1) throw new ShapeError("avgPool2d", `no window of ${kernel.join(", ")} fits`, [x]);
    return [x[0], x[1], height, width];
  },
  launches({ inputs: [x], attrs, shape }) {
    const { blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "avg-pool2d",
        bind: ["x", "y"],
        params: { ...averagedParams(x.shape, shape, attrs), size: vectors, blocks },
        overrides: { COUNT_PADDING: attrs.countIncludePad ? 1 : 0 },
        workgroups: grid(vectors),
      },
    ];
  },
  gradient: (node, dy) => [avgPool2dGradient(node, dy)],
};

/**
 * The average over the windows of a pooling node, of another value; undefined where windows count padding, or where neighbouring windows
 * share pixels, so that there are not fewer of them.
 */
export function averageLike(node: Node): ((x: Node) => Node) | undefined {
  if (node.op !== op) return undefined;
  const { kernel, stride, padding, countIncludePad }: AvgPool2dAttrs = node.attrs;
  const isMean = !countIncludePad || padding.every((side) => side === 0);
  return isMean && stride.every((step, axis) => step >= kernel[axis]) ? (x) => apply(op, [x], node.attrs) : undefined;
}
