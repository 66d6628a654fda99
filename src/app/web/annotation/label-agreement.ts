/** How far people agree on the labels of whole films, beyond chance: Cohen's kappa of each pair, Fleiss's of all. */
import { cohenKappa, type Kappa } from "../../../statistics/cohen-kappa.ts";
import { type FleissKappa, fleissKappa } from "../../../statistics/fleiss-kappa.ts";
import { type Annotation, judgedBy } from "./annotation.ts";

/** Who said what of which film. */
export type Ratings = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface PairKappa {
  readonly a: string;
  readonly b: string;
  /** Films that both have judged. */
  readonly pictures: number;
  readonly kappa: Kappa;
}

export interface RatingAgreement {
  readonly categories: readonly string[];
  readonly pairs: readonly PairKappa[];
  /** Of three people or more, over the films that all have judged; undefined where these are fewer than two. */
  readonly all?: { readonly pictures: number; readonly kappa: FleissKappa };
}

/** Agreement of ratings[person][film], over the films that people have in common. */
export function ratingAgreement(ratings: Ratings): RatingAgreement {
  const people = [...ratings.keys()];
  const categories = [...new Set(people.flatMap((person) => [...(ratings.get(person)?.values() ?? [])]))].sort();
  // A kappa needs a second category to disagree by.
  const classes = Math.max(2, categories.length);
  const inCommon = (group: readonly string[]): number[][] => {
    const [first, ...others] = group.map((person) => ratings.get(person) ?? new Map<string, string>());
    const films = [...first.keys()].filter((film) => others.every((other) => other.has(film)));
    return films.map((film) => [first, ...others].map((of) => categories.indexOf(of.get(film) ?? "")));
  };
  const pairs = people.flatMap((a, i) =>
    people.slice(i + 1).map((b): PairKappa => {
      const rows = inCommon([a, b]);
      const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
      for (const [ofA, ofB] of rows) counts[ofA][ofB]++;
      return { a, b, pictures: rows.length, kappa: cohenKappa(counts) };
    }),
  );
  const common = people.length > 2 ? inCommon(people) : [];
  return { categories, pairs, ...(common.length > 1 && { all: { pictures: common.length, kappa: fleissKappa(common, classes) } }) };
}

/** Several labels of one film as one category. */
const TOGETHER = " + ";
const NONE = "–";

/**
 * What each person said of the films they judged: the labels of the whole film together, or of one label whether it is there. A film is
 * judged by a person who has any mark on it.
 */
export function labelRatings(annotations: readonly Annotation[], people: readonly string[], label?: string): Ratings {
  return new Map(
    people.map((person) => {
      const films = judgedBy(annotations, person);
      const labels = (film: string): string[] =>
        annotations.filter((one) => one.author === person && one.picture === film && !one.region).map((one) => one.label);
      const category = (film: string): string =>
        label === undefined
          ? [...new Set(labels(film))].sort().join(TOGETHER) || NONE
          : labels(film).includes(label)
            ? label
            : `no ${label}`;
      return [person, new Map([...films].map((film) => [film, category(film)]))];
    }),
  );
}
