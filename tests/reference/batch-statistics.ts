/** Mean and biased variance of each channel over all other axes, in two passes. */
import { sizeOf } from "../../src/tensor.ts";
import { type Values, values } from "./values.ts";

export function batchStatistics(x: Values): Values {
  const channels = x.shape[1];
  const area = sizeOf(x.shape.slice(2));
  const count = x.data.length / channels;
  const statistics = values([2, channels]);
  const channelOf = (i: number): number => Math.floor(i / area) % channels;
  x.data.forEach((value, i) => {
    statistics.data[channelOf(i)] += value / count;
  });
  x.data.forEach((value, i) => {
    statistics.data[channels + channelOf(i)] += (value - statistics.data[channelOf(i)]) ** 2 / count;
  });
  return statistics;
}
