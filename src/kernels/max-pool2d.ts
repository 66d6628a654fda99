/** Two-dimensional max pooling. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { type MaxPool2dAttrs, maxPool2dGradient } from "./max-pool2d-gradient.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { type Padding, type Pair, pair, sides, windowParams, windows } from "./window2d.ts";

export interface MaxPool2dOptions {
  readonly kernel: Pair;
  /** Defaults to the kernel. */
  readonly stride?: Pair;
  /** At most half the kernel; never wins the maximum. */
  readonly padding?: Padding;
  readonly dilation?: Pair;
  /** Also windows that hang over the far edge, as long as they start inside. */
  readonly ceilMode?: boolean;
}

/**
 * The largest value of each window of x [n, c, h, w].
 * @throws ShapeError if the padding is more than half the kernel or no window fits.
 */
export function maxPool2d(x: Node, { kernel, stride = kernel, padding = 0, dilation = 1, ceilMode = false }: MaxPool2dOptions): Node {
  return apply(op, [x], {
    kernel: pair("maxPool2d", "kernel", kernel, 1),
    stride: pair("maxPool2d", "stride", stride, 1),
    padding: sides("maxPool2d", padding),
    dilation: pair("maxPool2d", "dilation", dilation, 1),
    ceilMode,
  });
}

/**
 * Columns and rows of the output that one invocation of an unrolled window computes: software adapters save on the arithmetic of indices,
 * others have invocations to fill. 8 rows against 1: 2.1 to 1.35 ms of processor time, 3 × 3 on 112² × 64, lavapipe.
 */
const STRIP = 4;
const ROWS = { software: 8, others: 2 } as const;

const op: Op<MaxPool2dAttrs> = {
  name: "maxPool2d",
  inputs: ["x"],
  sliced: ["x", "y"],
  shape([x], { kernel, stride, padding: [top, left, bottom, right], dilation, ceilMode }) {
    if (x.length !== 4) throw new ShapeError("maxPool2d", "input must have 4 axes", [x]);
    if (Math.max(top, bottom) * 2 > kernel[0] || Math.max(left, right) * 2 > kernel[1]) {
      throw new ShapeError(
        "maxPool2d",
        `padding ${[top, left, bottom, right].join(", ")} is more than half the kernel ${kernel.join(", ")}`,
        [x],
      );
    }
    const height = windows({
      size: x[2],
      kernel: kernel[0],
      stride: stride[0],
      before: top,
      after: bottom,
      dilation: dilation[0],
      ceilMode,
    });
    const width = windows({
      size: x[3],
      kernel: kernel[1],
      stride: stride[1],
      before: left,
      after: right,
      dilation: dilation[1],
      ceilMode,
    });
    if (height < 1 || width < 1) throw new ShapeError("maxPool2d", `no window of ${kernel.join(", ")} fits`, [x]);
    return [x[0], x[1], height, width];
  },
  launches({ inputs: [x], attrs, shape }, { class: adapter }) {
    const { blocks, vectors } = layoutOf(shape);
    const strips = Math.ceil(shape[3] / STRIP);
    const groups = Math.ceil(shape[2] / (adapter === "software" ? ROWS.software : ROWS.others));
    const rows = Math.ceil(shape[2] / groups);
    const entryPoint = unrolled(attrs);
    const size = entryPoint === "main" ? vectors : shape[0] * groups * strips * blocks;
    const params = { ...windowParams(x.shape, shape, attrs), size, blocks, strips, groups, rows };
    return [{ shader: "max-pool2d", entryPoint, bind: ["x", "y"], params, workgroups: grid(size) }];
  },
  gradient: (node, dy) => [maxPool2dGradient(node, dy)],
};

/** The entry point for a window: those that networks use are unrolled. */
function unrolled({ kernel, stride, dilation }: MaxPool2dAttrs): string {
  const isPlain = kernel[0] === kernel[1] && stride.every((step) => step === 2) && dilation.every((step) => step === 1);
  if (!isPlain) return "main";
  return { 2: "stride2_by2", 3: "stride2_by3" }[kernel[0]] ?? "main";
}
