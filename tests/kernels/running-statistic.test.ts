/** Running statistics move by the momentum towards the batch's mean and unbiased variance. */
import type { Node } from "../../src/kernels/op.ts";
import { runningMean, runningVariance } from "../../src/kernels/running-statistic.ts";
import { describeOp } from "../describe-op.ts";
import * as reference from "../reference/running-statistic.ts";

interface Options {
  readonly momentum: number;
  readonly count: number;
}

const cases = [
  { name: "last vector part full", shapes: [[5], [2, 5]], options: { momentum: 0.1, count: 100 } },
  { name: "two values: the unbiased variance is twice the biased one", shapes: [[8], [2, 8]], options: { momentum: 0.5, count: 2 } },
  { name: "momentum 1 forgets", shapes: [[262], [2, 262]], options: { momentum: 1, count: 9 } },
];

describeOp(
  "runningMean",
  (running: Node, statistics: Node, { momentum }: Options) => runningMean(running, statistics, momentum),
  reference.runningMean,
  cases,
);
describeOp(
  "runningVariance",
  (running: Node, statistics: Node, { momentum, count }: Options) => runningVariance(running, statistics, momentum, count),
  reference.runningVariance,
  cases,
);
