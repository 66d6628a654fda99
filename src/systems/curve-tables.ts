/** The curves of scores of one class against all others, as tables, and how scores are spread over what films are. */
import { histogram } from "../statistics/histogram.ts";
import { isDefined } from "../statistics/not-defined.ts";
import { precisionRecallCurve } from "../statistics/precision-recall.ts";
import { rocCurve } from "../statistics/roc.ts";
import type { ScoredSet } from "../statistics/scored-set.ts";
import type { Tables } from "./table.ts";

/** `roc` and `precision_recall`; without rows where films of one kind are missing. */
export function curveTables({ scores, labels }: ScoredSet): Pick<Tables, "roc" | "precision_recall"> {
  const roc = rocCurve(scores, labels);
  const precisionRecall = precisionRecallCurve(scores, labels);
  return {
    roc: isDefined(roc) ? roc.map((point) => ({ ...point })) : [],
    precision_recall: isDefined(precisionRecall) ? precisionRecall.map((point) => ({ ...point })) : [],
  };
}

/** `histogram`: how many films of the class, and of the others, have scores in each of so many bins from 0 to 1. */
export const histogramTable = ({ scores, labels }: ScoredSet, [positive, other]: readonly [string, string], bins: number): Tables => ({
  histogram: [positive, other].flatMap((group, place) =>
    histogram(
      Array.from(scores).filter((_, n) => (labels[n] === 1) === (place === 0)),
      bins,
    ).map(({ lower, upper, count }) => ({ group, lower, upper, count })),
  ),
});
