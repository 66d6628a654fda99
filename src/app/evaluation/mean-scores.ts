/** Several models taken together: the mean of their scores, and what their disagreement tells. */
import { InputError } from "../../bytes.ts";
import { type Disagreement, disagreementOf } from "../../models/ensemble.ts";
import { predictedClasses } from "../../statistics/confusion.ts";
import { meanOf } from "../../statistics/mean.ts";
import { type Proportion, proportion } from "../../statistics/proportion.ts";
import { type RocArea, rocAreaEstimate } from "../../statistics/roc-area.ts";
import type { ScoredFilms } from "./judge.ts";
import type { Scores } from "./scores.ts";

/**
 * The mean of the members' scores of each film and class, in the first member's order of classes. A film that a member has no scores of has
 * none; one that a member withholds is withheld.
 * @throws InputError where members know different classes.
 */
export function meanScores(members: readonly Scores[]): Scores {
  const [{ classes }] = members;
  const aligned = members.map((member) => alignedRows(member, classes));
  const rows = members[0].rows.map((_, film) => {
    const own = aligned.flatMap((of) => of[film] ?? []);
    return own.length < members.length ? undefined : Float64Array.from(classes, (_, c) => meanOf(own.map((row) => row[c])));
  });
  return {
    classes,
    rows,
    failures: [],
    withheld: rows.map((_, film) => members.some((member) => member.withheld[film])),
  };
}

/** The rows with the classes in another order. */
function alignedRows({ classes: own, rows }: Scores, classes: readonly string[]): (Float64Array | undefined)[] {
  if (own.length !== classes.length || !classes.every((label) => own.includes(label)))
    throw new InputError("ensemble", `models of one ensemble know the same classes, got ${classes.join(", ")} and ${own.join(", ")}`);
  const places = classes.map((label) => own.indexOf(label));
  return rows.map((row) => row && Float64Array.from(places, (place) => row[place]));
}

/** What it means for the answer of the mean that its members disagree. */
export interface MemberAgreement {
  readonly members: readonly string[];
  /** Right answers of the mean where all members have the same answer, and where they do not. */
  readonly agreed: Proportion;
  readonly divided: Proportion;
  /** The mean over films, in nats. */
  readonly mutualInformation: number;
  /** How well the mutual information tells films that the mean gets wrong from those it gets right. */
  readonly tellsMistakes: RocArea;
  /** Of each film. */
  readonly films: readonly Disagreement[];
}

/**
 * @param members - the members' test films, which are those of the mean, in the same order.
 */
export function memberAgreement(mean: ScoredFilms, members: readonly (ScoredFilms & { readonly model: string })[]): MemberAgreement {
  const { classes, labels, scores, films, clusters } = mean;
  const outputs = classes.length;
  const predicted = predictedClasses(scores, outputs);
  const answers = members.map((own) => Array.from(predictedClasses(own.scores, outputs), (place) => own.classes[place]));
  const rowsOf = (own: ScoredFilms, n: number) => classes.map((label) => own.scores[n * outputs + own.classes.indexOf(label)]);
  const weights = members.map(() => 1 / members.length);
  const found = films.map((_, n) =>
    disagreementOf(
      members.map((own) => rowsOf(own, n)),
      weights,
      false,
    ),
  );
  const isAgreed = (n: number) => answers.every((own) => own[n] === answers[0][n]);
  const rightOf = (places: readonly number[]): Proportion =>
    proportion(places.filter((n) => predicted[n] === labels[n]).length, places.length, {}, "no such films");
  const places = [...films.keys()];
  return {
    members: members.map(({ model }) => model),
    agreed: rightOf(places.filter(isAgreed)),
    divided: rightOf(places.filter((n) => !isAgreed(n))),
    mutualInformation: meanOf(found.map(({ mutualInformation }) => mutualInformation)),
    tellsMistakes: rocAreaEstimate(
      found.map(({ mutualInformation }) => mutualInformation),
      Array.from(labels, (label, n) => Number(predicted[n] !== label)),
      { clusters },
    ),
    films: found,
  };
}
