/** The largest value of each window; padding never wins. */
import { type Values, values } from "./values.ts";
import { type Pair, type Pooling, pair, sides, windows } from "./window.ts";

export function maxPool2d(
  x: Values,
  { kernel, stride = kernel, padding = 0, dilation = 1, ceilMode = false }: Pooling & { readonly dilation?: Pair },
): Values {
  const [batch, channels, height, width] = x.shape;
  const [kernelH, kernelW] = pair(kernel);
  const [strideH, strideW] = pair(stride);
  const [dilationH, dilationW] = pair(dilation);
  const [top, left, bottom, right] = sides(padding);
  const outH = windows(height, dilationH * (kernelH - 1) + 1, strideH, top, bottom, ceilMode);
  const outW = windows(width, dilationW * (kernelW - 1) + 1, strideW, left, right, ceilMode);
  const y = values([batch, channels, outH, outW]);
  let to = 0;
  for (let plane = 0; plane < batch * channels; plane++)
    for (let i = 0; i < outH; i++)
      for (let j = 0; j < outW; j++) {
        let largest = Number.NEGATIVE_INFINITY;
        for (let u = 0; u < kernelH; u++)
          for (let v = 0; v < kernelW; v++) {
            const row = i * strideH - top + u * dilationH;
            const column = j * strideW - left + v * dilationW;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            largest = Math.max(largest, x.data[(plane * height + row) * width + column]);
          }
        y.data[to++] = largest;
      }
  return y;
}
