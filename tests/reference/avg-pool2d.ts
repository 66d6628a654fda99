/**
 * The mean of each window.
 *
 * Padding counts as zeros in the divisor if `countIncludePad`, but what a window of ceil mode covers beyond the padding never does.
 */
import { type Values, values } from "./values.ts";
import { type Pooling, pair, sides, windows } from "./window.ts";

export function avgPool2d(
  x: Values,
  { kernel, stride = kernel, padding = 0, ceilMode = false, countIncludePad = true }: Pooling & { readonly countIncludePad?: boolean },
): Values {
  const [batch, channels, height, width] = x.shape;
  const [kernelH, kernelW] = pair(kernel);
  const [strideH, strideW] = pair(stride);
  const [top, left, bottom, right] = sides(padding);
  const outH = windows(height, kernelH, strideH, top, bottom, ceilMode);
  const outW = windows(width, kernelW, strideW, left, right, ceilMode);
  const y = values([batch, channels, outH, outW]);
  let to = 0;
  for (let plane = 0; plane < batch * channels; plane++)
    for (let i = 0; i < outH; i++)
      for (let j = 0; j < outW; j++) {
        let sum = 0;
        let inside = 0;
        let padded = 0;
        for (let u = 0; u < kernelH; u++)
          for (let v = 0; v < kernelW; v++) {
            const row = i * strideH - top + u;
            const column = j * strideW - left + v;
            if (row >= height + bottom || column >= width + right) continue;
            padded++;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            inside++;
            sum += x.data[(plane * height + row) * width + column];
          }
        y.data[to++] = inside === 0 ? 0 : sum / (countIncludePad ? padded : inside);
      }
  return y;
}
