/** ROC areas of more than two classes. */
import { checkClassLabels, checkCount, checkFinite } from "./cases.ts";
import { meanOf, sumOf } from "./mean.ts";
import { combined, notDefined, type Statistic } from "./not-defined.ts";
import { rocArea } from "./roc-area.ts";

export interface ClassAreas {
  /** Each class against all others, by its own score. */
  readonly oneVersusRest: readonly Statistic[];
  /** Their plain mean, and the mean weighted by the cases of each class; not defined where one of them is not. */
  readonly macro: Statistic;
  readonly weighted: Statistic;
  /** M of Hand and Till 2001: the mean over pairs of classes, each by both scores, which does not depend on how many cases they have. */
  readonly handTill: Statistic;
}

/**
 * The areas of rows of `classes` scores.
 * @throws StatisticsError for a missing label, a label that is no class, or a score that is not finite.
 */
export function classAreas(scores: ArrayLike<number>, labels: ArrayLike<number>, classes: number): ClassAreas {
  checkCount("ROC areas", `rows of ${classes} scores`, scores.length / classes, labels.length);
  checkClassLabels("ROC areas", labels, classes);
  checkFinite("ROC areas", scores);
  const names = Array.from({ length: classes }, (_, c) => c);
  const places = Array.from({ length: labels.length }, (_, n) => n);
  const area = (cases: readonly number[], positive: number, by: number): Statistic =>
    rocArea(
      cases.map((n) => scores[n * classes + by]),
      cases.map((n) => (labels[n] === positive ? 1 : 0)),
    );
  const oneVersusRest = names.map((c) => area(places, c, c));
  const sizes = names.map((c) => places.filter((n) => labels[n] === c).length);
  const empty = sizes.indexOf(0);
  const pairs = names.flatMap((a) => names.slice(a + 1).map((b) => [a, b] as const));
  const ofPair = ([a, b]: readonly [number, number]): Statistic => {
    const cases = places.filter((n) => labels[n] === a || labels[n] === b);
    return combined([area(cases, a, a), area(cases, b, b)], (first, second) => (first + second) / 2);
  };
  if (empty >= 0) {
    const none = notDefined(`no cases of class ${empty}`);
    return { oneVersusRest, macro: none, weighted: none, handTill: none };
  }
  return {
    oneVersusRest,
    macro: combined(oneVersusRest, (...areas) => meanOf(areas)),
    weighted: combined(oneVersusRest, (...areas) => sumOf(areas.map((value, c) => value * sizes[c])) / labels.length),
    handTill: combined(pairs.map(ofPair), (...areas) => meanOf(areas)),
  };
}
