/** Batch normalisation with running statistics: y = (x − μ) / √(σ² + ε) · weight + bias, with μ, σ², weight and bias of x's channel. */
import { sizeOf } from "../../src/tensor.ts";
import { type Values, values } from "./values.ts";

export function batchNorm(
  x: Values,
  weight: Values,
  bias: Values,
  runningMean: Values,
  runningVar: Values,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Values {
  const channels = x.shape[1];
  const area = sizeOf(x.shape.slice(2));
  const y = values(x.shape);
  for (let i = 0; i < y.data.length; i++) {
    const c = Math.floor(i / area) % channels;
    const normal = (x.data[i] - runningMean.data[c]) / Math.sqrt(runningVar.data[c] + epsilon);
    y.data[i] = normal * weight.data[c] + bias.data[c];
  }
  return y;
}
