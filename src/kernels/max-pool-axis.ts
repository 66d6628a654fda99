/** Max pooling along one axis, of values of any number of axes. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { innerVectors } from "./resample.ts";

export interface MaxPoolAxisOptions {
  readonly axis: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first place; it never wins. */
  readonly before: number;
  /** Windows: as many as the caller says, each must reach into x. */
  readonly length: number;
}

/**
 * The largest value of each window along an axis after the channels.
 * @throws ShapeError for another axis, or a window outside x.
 */
export const maxPoolAxis = (x: Node, options: MaxPoolAxisOptions): Node => apply(op, [x], options);

const op: Op<MaxPoolAxisOptions> = {
  name: "maxPoolAxis",
  inputs: ["x"],
  shape([x], { axis, kernel, stride, dilation, before, length }) {
    if (!(axis >= 2 && axis < x.length)) throw new ShapeError("maxPoolAxis", `there is no axis ${axis} after the channels`, [x]);
    const last = (length - 1) * stride - before;
    if (!(length > 0) || before > dilation * (kernel - 1) || last >= x[axis])
      throw new ShapeError("maxPoolAxis", `${length} windows of ${kernel} from ${-before} do not all reach into axis ${axis}`, [x]);
    return x.with(axis, length);
  },
  launches({ inputs: [x], attrs: { axis, kernel, stride, dilation, before }, shape }) {
    const { vectors } = layoutOf(shape);
    return [
      {
        shader: "max-pool-axis",
        bind: ["x", "y"],
        params: {
          size: vectors,
          length: shape[axis],
          in_length: x.shape[axis],
          inner: innerVectors(shape, axis),
          kernel,
          stride,
          dilation,
          before,
        },
        workgroups: grid(vectors),
      },
    ];
  },
};
