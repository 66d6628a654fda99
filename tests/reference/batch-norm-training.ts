/** Batch normalisation by the mean and biased variance of the batch itself. */
import { batchNorm } from "./batch-norm.ts";
import { batchStatistics } from "./batch-statistics.ts";
import { type Values, values } from "./values.ts";

export function batchNormTraining(x: Values, weight: Values, bias: Values, options?: { readonly epsilon?: number }): Values {
  const channels = x.shape[1];
  const { data } = batchStatistics(x);
  return batchNorm(x, weight, bias, values([channels], data.slice(0, channels)), values([channels], data.slice(channels)), options);
}
