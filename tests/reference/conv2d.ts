/** Convolution, as defined: y[n, o, i, j] = bias[o] + Σ over c, u, v of x[n, c, i·s − p + u·d, j·s − p + v·d] · weight[o, c, u, v]. */
import { type Values, values } from "./values.ts";
import { type Padding, type Pair, pair, sides } from "./window.ts";

export interface Conv2dOptions {
  readonly stride?: Pair;
  readonly padding?: Padding;
  readonly dilation?: Pair;
  readonly groups?: number;
}

export function conv2d(
  x: Values,
  weight: Values,
  bias: Values | undefined,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dOptions = {},
): Values {
  const [batch, channels, height, width] = x.shape;
  const [outChannels, groupChannels, kernelH, kernelW] = weight.shape;
  const [strideH, strideW] = pair(stride);
  const [dilationH, dilationW] = pair(dilation);
  const [top, left, bottom, right] = sides(padding);
  const outH = Math.floor((height + top + bottom - dilationH * (kernelH - 1) - 1) / strideH) + 1;
  const outW = Math.floor((width + left + right - dilationW * (kernelW - 1) - 1) / strideW) + 1;
  const y = values([batch, outChannels, outH, outW]);
  let to = 0;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outChannels; o++) {
      const group = Math.floor(o / (outChannels / groups));
      for (let i = 0; i < outH; i++)
        for (let j = 0; j < outW; j++) {
          let sum = bias ? bias.data[o] : 0;
          for (let c = 0; c < groupChannels; c++)
            for (let u = 0; u < kernelH; u++)
              for (let v = 0; v < kernelW; v++) {
                const row = i * strideH - top + u * dilationH;
                const column = j * strideW - left + v * dilationW;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const from = ((n * channels + group * groupChannels + c) * height + row) * width + column;
                sum += x.data[from] * weight.data[((o * groupChannels + c) * kernelH + u) * kernelW + v];
              }
          y.data[to++] = sum;
        }
    }
  return y;
}
