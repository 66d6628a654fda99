/** The mean of each channel: [batch, channels, height, width] → [batch, channels]. */
import { type Values, values } from "./values.ts";

export function globalAvgPool(x: Values): Values {
  const [batch, channels, height, width] = x.shape;
  const y = values([batch, channels]);
  for (let plane = 0; plane < batch * channels; plane++) {
    let sum = 0;
    for (let i = 0; i < height * width; i++) sum += x.data[plane * height * width + i];
    y.data[plane] = sum / (height * width);
  }
  return y;
}
