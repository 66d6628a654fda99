/** A slice is the named positions of one axis, on and off the vectors of four. */
import type { Node } from "../../src/kernels/op.ts";
import { slice } from "../../src/kernels/slice.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { slice as reference } from "../reference/slice.ts";
import type { Values } from "../reference/values.ts";

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const sliceOf = (x: Node, { axis, start, end }: Range): Node => slice(x, axis, start, end);

// biome-ignore format: one case a line
describeOp("slice", sliceOf, (x: Values, { axis, start, end }: Range) => reference(x, axis, start, end), [
  { name: "channels on the vectors", shapes: [[2, 12, 3, 3]], options: { axis: 1, start: 4, end: 12 } },
  { name: "channels that end within a vector: their neighbours become zeros", shapes: [[2, 8, 3, 3]], options: { axis: 1, start: 0, end: 5 } },
  { name: "channels that start within a vector", shapes: [[2, 9, 3, 3]], options: { axis: 1, start: 3, end: 9 } },
  { name: "one channel", shapes: [[1, 3, 4, 4]], options: { axis: 1, start: 1, end: 2 } },
  { name: "pictures", shapes: [[3, 5, 2, 2]], options: { axis: 0, start: 1, end: 3 } },
  { name: "rows", shapes: [[2, 5, 4, 3]], options: { axis: 2, start: 1, end: 3 } },
  { name: "columns", shapes: [[2, 4, 3, 5]], options: { axis: 3, start: 2, end: 5 } },
  { name: "the whole axis is the identity", shapes: [[2, 5, 3, 3]], options: { axis: 1, start: 0, end: 5 } },
  { name: "features of two axes", shapes: [[2, 9]], options: { axis: 1, start: 2, end: 7 } },
  { name: "one axis", shapes: [[9]], options: { axis: 0, start: 2, end: 7 } },
]);

describeShapeErrors("slice", sliceOf, [
  { name: "an end beyond the axis", shapes: [[1, 3, 4, 4]], options: { axis: 1, start: 0, end: 4 } },
  { name: "an empty range", shapes: [[1, 3, 4, 4]], options: { axis: 1, start: 2, end: 2 } },
  { name: "an axis that is not there", shapes: [[1, 3]], options: { axis: 2, start: 0, end: 1 } },
]);
