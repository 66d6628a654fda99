/** A launch of the product kernels: a dense convolution, a phase of a transposed one, or a batch of matrix products. */
import type { AdapterProfile } from "../gpu/profile.ts";
import { foldedGrid } from "./grid.ts";
import type { Binding, Launch } from "./op.ts";
import { productClasses } from "./product-class.ts";

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
  /** What is not that of a matrix product: the window, the filters' order, the places of the result, the epilogue; strides and offsets of scratch. */
  readonly params?: Readonly<Record<string, number>>;
}

export function productLaunch(product: Product, profile: AdapterProfile): Launch {
  const { bind, pixels, inBlocks, outBlocks, batches = 1, params } = product;
  const classes = productClasses(outBlocks, profile);
  const { shader, rowsAGroup, blocksAGroup } = classes.find(({ shader }) => shader === product.shader) ?? classes[0];
  const [across, down, folds] = foldedGrid(Math.ceil(pixels / rowsAGroup), Math.ceil(outBlocks / blocksAGroup));
  return {
    shader,
    bind,
    params: { ...matrixProduct(pixels, inBlocks), ...params, pixels, in_blocks: inBlocks, out_blocks: outBlocks, folds },
    workgroups: [across, down, folds * batches],
  };
}

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
