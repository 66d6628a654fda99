/** The gradients of Σ y · dy for y = conv2d(x, weight), as defined: each product of the convolution adds to what either factor gets. */
import { sizeOf } from "../../src/tensor.ts";
import type { Conv2dOptions } from "./conv2d.ts";
import { type Values, values } from "./values.ts";
import { pair, sides } from "./window.ts";

/** dweight, of the given shape. */
export function conv2dWeightGradient(x: Values, dy: Values, weightShape: readonly number[], options: Conv2dOptions = {}): Values {
  const dweight = values(weightShape);
  forEachProduct(x.shape, weightShape, dy.shape, options, (inX, inWeight, inY) => {
    dweight.data[inWeight] += x.data[inX] * dy.data[inY];
  });
  return dweight;
}

/** dx, of the given shape. */
export function conv2dDataGradient(dy: Values, weight: Values, xShape: readonly number[], options: Conv2dOptions = {}): Values {
  const dx = values(xShape);
  forEachProduct(xShape, weight.shape, dy.shape, options, (inX, inWeight, inY) => {
    dx.data[inX] += weight.data[inWeight] * dy.data[inY];
  });
  return dx;
}

type Visit = (inX: number, inWeight: number, inY: number) => void;

/** The places of the factors of each product, and of the output that it is part of. */
function forEachProduct(
  [batch, channels, height, width]: readonly number[],
  weightShape: readonly number[],
  [, outputs, outHeight, outWidth]: readonly number[],
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dOptions,
  visit: Visit,
): void {
  const [, groupInputs, kernelHeight, kernelWidth] = weightShape;
  const [strideH, strideW] = pair(stride);
  const [dilationH, dilationW] = pair(dilation);
  const [top, left] = sides(padding);
  const filter = sizeOf(weightShape.slice(1));
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < groupInputs; c++)
        for (let u = 0; u < kernelHeight; u++)
          for (let v = 0; v < kernelWidth; v++)
            for (let i = 0; i < outHeight; i++) {
              const row = i * strideH - top + u * dilationH;
              if (row < 0 || row >= height) continue;
              const channel = Math.floor(o / (outputs / groups)) * groupInputs + c;
              const inWeight = o * filter + (c * kernelHeight + u) * kernelWidth + v;
              for (let j = 0; j < outWidth; j++) {
                const column = j * strideW - left + v * dilationW;
                if (column < 0 || column >= width) continue;
                visit(
                  ((n * channels + channel) * height + row) * width + column,
                  inWeight,
                  ((n * outputs + o) * outHeight + i) * outWidth + j,
                );
              }
            }
}
