/** Transposed convolution: each x[n, c, i, j] adds its multiple of weight[c, o, :, :] to y[n, o] at (i·s − p, j·s − p). */
import { type Values, values } from "./values.ts";
import { type Padding, type Pair, pair, sides } from "./window.ts";

export interface ConvTranspose2dOptions {
  readonly stride?: Pair;
  readonly padding?: Padding;
  readonly outputPadding?: Pair;
  readonly dilation?: Pair;
  readonly groups?: number;
}

export function convTranspose2d(
  x: Values,
  weight: Values,
  bias: Values | undefined,
  { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 }: ConvTranspose2dOptions = {},
): Values {
  const [batch, channels, height, width] = x.shape;
  const [, groupOut, kernelH, kernelW] = weight.shape;
  const [strideH, strideW] = pair(stride);
  const [extraH, extraW] = pair(outputPadding);
  const [dilationH, dilationW] = pair(dilation);
  const [top, left, bottom, right] = sides(padding);
  const outChannels = groupOut * groups;
  const outH = (height - 1) * strideH - top - bottom + dilationH * (kernelH - 1) + 1 + extraH;
  const outW = (width - 1) * strideW - left - right + dilationW * (kernelW - 1) + 1 + extraW;
  const y = values([batch, outChannels, outH, outW]);
  if (bias) for (let i = 0; i < y.data.length; i++) y.data[i] = bias.data[Math.floor(i / (outH * outW)) % outChannels];
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++) {
      const group = Math.floor(c / (channels / groups));
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++)
          for (let o = 0; o < groupOut; o++)
            for (let u = 0; u < kernelH; u++)
              for (let v = 0; v < kernelW; v++) {
                const row = i * strideH - top + u * dilationH;
                const column = j * strideW - left + v * dilationW;
                if (row < 0 || row >= outH || column < 0 || column >= outW) continue;
                const to = ((n * outChannels + group * groupOut + o) * outH + row) * outW + column;
                const from = ((n * channels + c) * height + i) * width + j;
                y.data[to] += x.data[from] * weight.data[((c * groupOut + o) * kernelH + u) * kernelW + v];
              }
    }
  return y;
}
