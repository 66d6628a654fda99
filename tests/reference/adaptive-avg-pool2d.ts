/** Means over a grid of [h, w] windows that cover the map: window i reaches from ⌊i · n / h⌋ to ⌈(i + 1) · n / h⌉, so neighbours may overlap. */
import { type Values, values } from "./values.ts";

export function adaptiveAvgPool2d(x: Values, [outH, outW]: readonly [number, number]): Values {
  const [batch, channels, height, width] = x.shape;
  const y = values([batch, channels, outH, outW]);
  let to = 0;
  for (let plane = 0; plane < batch * channels; plane++)
    for (let i = 0; i < outH; i++)
      for (let j = 0; j < outW; j++) {
        const [top, bottom] = [Math.floor((i * height) / outH), Math.ceil(((i + 1) * height) / outH)];
        const [left, right] = [Math.floor((j * width) / outW), Math.ceil(((j + 1) * width) / outW)];
        let sum = 0;
        for (let row = top; row < bottom; row++)
          for (let column = left; column < right; column++) sum += x.data[(plane * height + row) * width + column];
        y.data[to++] = sum / ((bottom - top) * (right - left));
      }
  return y;
}
