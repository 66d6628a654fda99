/** A fully connected layer: y[n, o] = bias[o] + Σ over i of x[n, i] · weight[o, i]. */
import { type Values, values } from "./values.ts";

export function linear(x: Values, weight: Values, bias?: Values): Values {
  const [batch, inFeatures] = x.shape;
  const [outFeatures] = weight.shape;
  const y = values([batch, outFeatures]);
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outFeatures; o++) {
      let sum = bias ? bias.data[o] : 0;
      for (let i = 0; i < inFeatures; i++) sum += x.data[n * inFeatures + i] * weight.data[o * inFeatures + i];
      y.data[n * outFeatures + o] = sum;
    }
  return y;
}
