/** Where the largest element of each window of a map is. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { type MaxPool2dOptions, maxPool2d } from "./max-pool2d.ts";
import { apply, type Node, type Op } from "./op.ts";
import { type Pair, pair, sides, windowParams } from "./window2d.ts";

export interface MaxPool2dPlacesOptions extends MaxPool2dOptions {
  /** Whether places count down the columns of a map first. */
  readonly columnMajor?: boolean;
}

/**
 * The number of each window's largest element in x [n, c, h, w], counted in row-major order; exact for up to 2²⁴ elements.
 * @throws ShapeError as `maxPool2d` does.
 */
export function maxPool2dPlaces(x: Node, { columnMajor = false, ...options }: MaxPool2dPlacesOptions): Node {
  const { kernel, stride = kernel, padding = 0, dilation = 1 } = options;
  const both = (name: string, value: Pair) => pair("maxPool2dPlaces", name, value, 1);
  return apply(op, [x], {
    shape: maxPool2d(x, options).shape,
    kernel: both("kernel", kernel),
    stride: both("stride", stride),
    dilation: both("dilation", dilation),
    padding: sides("maxPool2dPlaces", padding),
    columnMajor,
  });
}

interface PlacesAttrs {
  readonly shape: readonly number[];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly columnMajor: boolean;
}

const op: Op<PlacesAttrs> = {
  name: "maxPool2dPlaces",
  inputs: ["x"],
  shape: (_, { shape }) => shape,
  launches({ inputs: [x], attrs: { columnMajor, ...window }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    const [, , height, width] = x.shape;
    return [
      {
        shader: "max-pool2d-places",
        bind: ["x", "y"],
        params: {
          size: vectors,
          channels,
          blocks,
          ...windowParams(x.shape, shape, window),
          row_step: columnMajor ? 1 : width,
          column_step: columnMajor ? height : 1,
        },
        workgroups: grid(vectors),
      },
    ];
  },
};
