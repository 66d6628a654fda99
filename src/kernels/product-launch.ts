/** Launches of the product kernels: a dense convolution, a phase of a transposed one, or a batch of matrix products. */
import type { AdapterProfile } from "../gpu/profile.ts";
import { foldedGrid, grid } from "./grid.ts";
import type { Binding, Launch } from "./op.ts";
import { productClasses } from "./product-class.ts";
import { partsOf, productSize, whole } from "./product-parts.ts";

export interface Product {
  /** x, weight, bias (not read unless `biased`), residual (not read unless there is one), y. */
  readonly bind: readonly Binding[];
  /** Rows of one product: output pixels over the pictures. */
  readonly pixels: number;
  readonly inBlocks: number;
  readonly outBlocks: number;
  /** Products in a row, each with a picture and filters of its own. */
  readonly batches?: number;
  /** The kernel's class, where it is not the rule's choice. */
  readonly shader?: string;
  /** Parts of the input channels that are summed apart, where it is not the rule's choice. */
  readonly parts?: number;
  /** What is not that of a matrix product: the window, the filters' order, the places of the result, the epilogue; strides and offsets of scratch. */
  readonly params?: Readonly<Record<string, number>>;
}

/** One launch; or one that sums each part of the input channels apart, and one that adds the parts up. Batches are never split. */
export function productLaunches(product: Product, profile: AdapterProfile): readonly Launch[] {
  const { bind, pixels, inBlocks, outBlocks, batches = 1 } = product;
  const params = { ...matrixProduct(pixels, inBlocks), ...product.params };
  const classes = productClasses(outBlocks, profile);
  const { shader, rowsAGroup, blocksAGroup } = classes.find(({ shader }) => shader === product.shader) ?? classes[0];
  const [across, down, folds] = foldedGrid(Math.ceil(pixels / rowsAGroup), Math.ceil(outBlocks / blocksAGroup));
  const taps = params.kernel_height * params.kernel_width;
  const size = productSize({ rowsAGroup, blocksAGroup }, pixels, outBlocks, { taps, inBlocks });
  const { parts, partBlocks } = batches > 1 ? whole(inBlocks) : partsOf(size, profile, product.parts);
  const launch: Launch = {
    shader,
    bind,
    params: { ...params, pixels, in_blocks: inBlocks, out_blocks: outBlocks, folds, parts, part_blocks: partBlocks },
    workgroups: [across, down, folds * batches * parts],
  };
  if (parts === 1) return [launch];
  const [x, weight, bias, residual, y] = bind;
  const partials = { scratch: "partials", vectors: parts * size.vectors };
  return [
    {
      ...launch,
      bind: [x, weight, bias, bias, partials],
      params: { ...launch.params, ...partResult(pixels, params.out_width, outBlocks) },
    },
    {
      shader: "sum-products",
      bind: [partials, bias, residual, y],
      params: { ...resultOf(params), pixels, out_blocks: outBlocks, parts },
      workgroups: grid(size.vectors),
    },
  ];
}

/** A part's sums lie as they are, pixel by pixel, part by part. */
const partResult = (pixels: number, outWidth: number, outBlocks: number): Record<string, number> => ({
  activation: 0,
  residual: 0,
  biased: 0,
  residual_stride: 0,
  residual_offset: 0,
  y_stride: outBlocks,
  y_offset: 0,
  ...wholeResult(pixels / outWidth, outWidth),
});

/** What is done to a product's sums, and where they go: the params of the product kernels that adding up parts takes too. */
const resultOf = (params: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(resultParams.flatMap((name) => (name in params ? [[name, params[name]]] : [])));

/** Strides and offsets are there only where the op gives them itself. */
const resultParams = [
  ...["out_height", "out_width", "first_pixel", "picture_step", "row_step", "column_step"],
  ...["activation", "residual", "biased", "residual_stride", "residual_offset", "y_stride", "y_offset"],
];

/** A picture of one row under one tap. */
const matrixProduct = (pixels: number, inBlocks: number): Record<string, number> => ({
  in_height: 1,
  in_width: pixels,
  out_height: 1,
  out_width: pixels,
  kernel_height: 1,
  kernel_width: 1,
  stride_y: 1,
  stride_x: 1,
  dilation_y: 1,
  dilation_x: 1,
  pad_top: 0,
  pad_left: 0,
  activation: 0,
  residual: 0,
  biased: 0,
  ...filterWalk(4 * inBlocks, [1, 1]),
  ...wholeResult(1, pixels),
});

/** Rows of packed filters from tap to tap, in the order in which they are packed. */
export const filterWalk = (rowsATap: number, [, kernelWidth]: readonly [number, number]): Record<string, number> => ({
  first_filter: 0,
  filter_step_y: kernelWidth * rowsATap,
  filter_step_x: rowsATap,
});

/** Pixels of the result lie one after the other. */
export const wholeResult = (height: number, width: number): Record<string, number> => ({
  first_pixel: 0,
  picture_step: height * width,
  row_step: width,
  column_step: 1,
});
