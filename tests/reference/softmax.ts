/** Softmax over the channels: exp(x − m) / Σ exp(x − m), where m is the largest x; and its logarithm. */
import { sizeOf } from "../../src/tensor.ts";
import { type Values, values } from "./values.ts";

export function softmax(x: Values): Values {
  const logarithms = logSoftmax(x);
  return values(x.shape, logarithms.data.map(Math.exp));
}

export function logSoftmax(x: Values): Values {
  const [batch, channels] = x.shape;
  const area = sizeOf(x.shape.slice(2));
  const y = values(x.shape);
  for (let n = 0; n < batch; n++)
    for (let p = 0; p < area; p++) {
      const index = (c: number): number => (n * channels + c) * area + p;
      let largest = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < channels; c++) largest = Math.max(largest, x.data[index(c)]);
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += Math.exp(x.data[index(c)] - largest);
      for (let c = 0; c < channels; c++) y.data[index(c)] = x.data[index(c)] - largest - Math.log(sum);
    }
  return y;
}
