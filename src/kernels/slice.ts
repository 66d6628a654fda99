/** A range along one axis. */
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { pad } from "./pad.ts";
import { window } from "./window.ts";

/**
 * Elements start … end − 1 of an axis.
 * @throws ShapeError unless 0 ≤ start < end ≤ size.
 */
export const slice = (x: Node, axis: number, start: number, end: number): Node => apply(op, [x], { axis, start, end });

interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const op: Op<SliceAttrs> = {
  name: "slice",
  inputs: ["x"],
  shape([x], { axis, start, end }) {
    if (axis < 0 || axis >= x.length || x.length > 4) throw new ShapeError("slice", `there is no axis ${axis}`, [x]);
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end <= start || end > x[axis]) {
      throw new ShapeError("slice", `${start} to ${end} is no range of axis ${axis}`, [x]);
    }
    return x.map((size, at) => (at === axis ? end - start : size));
  },
  lower({ inputs: [x], attrs: { axis, start }, shape }) {
    return window(x, { starts: x.shape.map((_, at) => (at === axis ? -start : 0)), shape, value: 0 });
  },
  gradient({ inputs: [x], attrs: { axis, start, end } }, dy) {
    return [
      pad(
        dy,
        x.shape.map((size, at) => (at === axis ? [start, size - end] : [0, 0])),
      ),
    ];
  },
};
