/** Models compared on the same films, film by film. */
import { InputError } from "../../bytes.ts";
import { type McNemar, mcnemar, rightAnswers } from "../../statistics/mcnemar.ts";
import { isDefined, type NotDefined, notDefined } from "../../statistics/not-defined.ts";
import { compareRocAreas, type RocAreaComparison } from "../../statistics/roc-area.ts";
import { binarySet, type Judgement } from "./judge.ts";

export interface ComparedPair {
  readonly first: string;
  readonly second: string;
  /** Of each positive class. */
  readonly areas: readonly { readonly positive: string; readonly comparison: RocAreaComparison }[];
  /** Of the class of the highest score. */
  readonly answers: McNemar | NotDefined;
}

/**
 * Every model with every other.
 * @throws InputError where two know different classes, or could not read the same films.
 */
export function comparePairs(judgements: readonly Judgement[]): ComparedPair[] {
  return judgements.flatMap((first, place) => judgements.slice(place + 1).map((second) => comparePair(first, second)));
}

/** Two models. @throws InputError as `comparePairs` does. */
export function comparePair(first: Judgement, second: Judgement): ComparedPair {
  const [a, b] = [first.test, second.test];
  const known = [a, b].map(({ classes }) => [...classes].sort().join(", "));
  if (known[0] !== known[1])
    throw new InputError(second.model, `knows other classes than ${first.model} (${known[1]}; ${known[0]}): they cannot be compared`);
  if (a.films.length !== b.films.length || a.films.some(({ name }, i) => name !== b.films[i].name))
    throw new InputError(second.model, `could not read the same films as ${first.model}: they cannot be compared`);
  const right = [first, second].map(({ classes, test }) => (isDefined(classes) ? rightAnswers(classes.predicted, test.labels) : classes));
  const [ofFirst, ofSecond] = right;
  return {
    first: first.model,
    second: second.model,
    areas: first.each.map(({ positive }) => {
      const [x, y] = [binarySet(a, positive), binarySet(b, positive)];
      return { positive, comparison: compareRocAreas(x.scores, y.scores, x.labels, { clusters: a.clusters }) };
    }),
    answers:
      isDefined(ofFirst) && isDefined(ofSecond)
        ? mcnemar(ofFirst, ofSecond)
        : isDefined(ofFirst)
          ? notDefined(`${second.model}: ${isDefined(ofSecond) ? "" : ofSecond.notDefined}`)
          : notDefined(`${first.model}: ${ofFirst.notDefined}`),
  };
}
