/** A batch norm's running statistics after one more batch. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

/** (1 − momentum) · running + momentum · mean, with the mean of `batchStatistics`; momentum is the new batch's part, as in PyTorch. */
export const runningMean = (running: Node, statistics: Node, momentum: number): Node =>
  apply(op, [running, statistics], { row: 0, momentum, factor: 1 });

/** The same of the variance of `count` values a channel, divided by count − 1 and not by count. */
export const runningVariance = (running: Node, statistics: Node, momentum: number, count: number): Node =>
  apply(op, [running, statistics], { row: 1, momentum, factor: count / (count - 1) });

const op: Op<{ readonly row: number; readonly momentum: number; readonly factor: number }> = {
  name: "runningStatistic",
  inputs: ["running", "statistics"],
  shape: ([running]) => running,
  launches({ attrs, shape }) {
    const { blocks } = layoutOf(shape);
    return [{ shader: "running-statistic", bind: ["running", "statistics", "y"], params: { blocks, ...attrs }, workgroups: grid(blocks) }];
  },
};
