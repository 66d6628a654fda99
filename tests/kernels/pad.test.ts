/** Padding surrounds each axis by a value, negative amounts crop, and the value stays out of the pad lanes. */
import type { Node } from "../../src/kernels/op.ts";
import { pad } from "../../src/kernels/pad.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { pad as reference } from "../reference/pad.ts";
import type { Values } from "../reference/values.ts";

interface PadOptions {
  readonly amounts: readonly (readonly [number, number])[];
  readonly value?: number;
}

const padBy = (x: Node, { amounts, value }: PadOptions): Node => pad(x, amounts, value);
const none = [0, 0] as const;

// biome-ignore format: one case a line
describeOp("pad", padBy, (x: Values, { amounts, value }: PadOptions) => reference(x, amounts, value), [
  { name: "rows and columns with zeros", shapes: [[2, 4, 3, 4]], options: { amounts: [none, none, [1, 2], [3, 0]] } },
  { name: "another value, last vector part full", shapes: [[1, 5, 3, 3]], options: { amounts: [none, none, [1, 1], [1, 1]], value: 2.5 } },
  { name: "channels before, off the vectors", shapes: [[1, 4, 2, 3]], options: { amounts: [none, [3, 0], none, none], value: 7 } },
  { name: "channels after, within the last vector", shapes: [[2, 3, 2, 2]], options: { amounts: [none, [0, 3], none, none], value: -1 } },
  { name: "pictures", shapes: [[2, 3, 2, 2]], options: { amounts: [[1, 2], none, none, none], value: 1 } },
  { name: "every axis", shapes: [[2, 3, 2, 2]], options: { amounts: [[1, 0], [2, 1], [0, 1], [1, 1]], value: 4 } },
  { name: "crops rows and columns", shapes: [[2, 5, 6, 7]], options: { amounts: [none, none, [-1, -2], [-3, 0]] } },
  { name: "crops channels off the vectors", shapes: [[1, 9, 2, 2]], options: { amounts: [none, [-3, -1], none, none] } },
  { name: "pads one side and crops the other, as a shift does", shapes: [[1, 4, 4, 4]], options: { amounts: [none, none, [1, -1], [-2, 2]], value: 9 } },
  { name: "amounts of 0 are the identity", shapes: [[1, 5, 3, 3]], options: { amounts: [none, none, none, none], value: 9 } },
  { name: "two axes", shapes: [[2, 5]], options: { amounts: [[0, 1], [2, 2]], value: 3 } },
  { name: "one axis", shapes: [[5]], options: { amounts: [[1, 2]], value: 3 } },
]);

describeShapeErrors("pad", padBy, [
  { name: "amounts for another number of axes", shapes: [[1, 3, 4, 4]], options: { amounts: [none, none] } },
  { name: "a crop that leaves nothing", shapes: [[1, 3, 4, 4]], options: { amounts: [none, none, [-2, -2], none] } },
]);
