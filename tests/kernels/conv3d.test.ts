/** Convolutions of volumes equal their definitions, with stride, dilation, padding and groups along every axis. */
import { conv3d, convTranspose3d } from "../../src/kernels/conv3d.ts";
import { describeOp } from "../describe-op.ts";
import * as reference from "../reference/conv3d.ts";

const plain = { stride: [1, 1, 1], dilation: [1, 1, 1], padding: { before: [0, 0, 0], after: [0, 0, 0] }, groups: 1 };
const uneven = { stride: [2, 1, 2], dilation: [1, 2, 1], padding: { before: [1, 0, 1], after: [2, 1, 0] }, groups: 1 };
const terms = ([, weight]: readonly (readonly number[])[]): number => weight.slice(1).reduce((product, size) => product * size, 1);

describeOp(
  "conv3d",
  conv3d,
  reference.conv3d,
  [
    { name: "plain", shapes: [[1, 3, 4, 5, 5], [4, 3, 2, 3, 3], [4]], options: plain },
    { name: "uneven stride, dilation and padding", shapes: [[2, 3, 5, 6, 5], [5, 3, 3, 2, 3], undefined], options: uneven },
    { name: "two groups", shapes: [[1, 4, 3, 4, 4], [6, 2, 2, 2, 2], [6]], options: { ...plain, groups: 2 } },
    { name: "a kernel of depth 1", shapes: [[2, 3, 3, 4, 4], [4, 3, 1, 3, 3], [4]], options: plain },
  ],
  terms,
);

describeOp(
  "convTranspose3d",
  convTranspose3d,
  reference.convTranspose3d,
  [
    { name: "plain", shapes: [[1, 3, 3, 3, 3], [3, 4, 2, 2, 2], [4]], options: { ...plain, outputPadding: [0, 0, 0] } },
    {
      name: "uneven stride, dilation and padding",
      shapes: [[2, 3, 3, 4, 3], [3, 5, 3, 2, 3], undefined],
      options: { ...uneven, outputPadding: [1, 0, 1] },
    },
    {
      name: "two groups",
      shapes: [[1, 4, 2, 3, 3], [4, 3, 2, 2, 2], [6]],
      options: { ...plain, stride: [2, 2, 2], groups: 2, outputPadding: [0, 0, 0] },
    },
  ],
  terms,
);
