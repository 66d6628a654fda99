/** One answer of several networks for the same films. */
import { sumOf } from "../statistics/mean.ts";
import { predictedOf, type ScoredFilms } from "./scored-films.ts";

export interface FilmEnsemble {
  /** The films with the mean of the networks' probabilities, weighted where weights are given. */
  readonly mean: ScoredFilms;
  /** The class that most networks name, of equal ones that of the higher mean. */
  readonly votes: readonly number[];
}

/**
 * @param weights - a number a network, none negative, not all 0; equal by default. A network has one vote whatever its weight.
 * @throws RangeError where there is no network, they were not judged on the same films and classes, or weights do not fit.
 */
export function ensembleOf(scored: readonly ScoredFilms[], weights: readonly number[] = scored.map(() => 1)): FilmEnsemble {
  const [first] = scored;
  if (!first) throw new RangeError("ensemble: a network is needed");
  for (const { films, classes } of scored)
    if (
      films.length !== first.films.length ||
      String(classes) !== String(first.classes) ||
      films.some(({ name }, n) => name !== first.films[n].name)
    )
      throw new RangeError("ensemble: the networks were not judged on the same films");
  const total = sumOf(weights);
  if (weights.length !== scored.length || !weights.every((weight) => weight >= 0) || !(total > 0))
    throw new RangeError(`ensemble: ${scored.length} weights of 0 or more are needed, not all 0, got ${weights.join(", ")}`);
  const mean: ScoredFilms = {
    ...first,
    films: first.films.map((film, n) => ({
      ...film,
      probabilities: film.probabilities.map((_, c) => sumOf(scored.map(({ films }, m) => weights[m] * films[n].probabilities[c])) / total),
    })),
  };
  const answers = scored.map(predictedOf);
  const votes = mean.films.map(({ probabilities }, n) => {
    const counts = probabilities.map((_, c) => answers.filter((predicted) => predicted[n] === c).length);
    const most = Math.max(...counts);
    return probabilities.reduce((best, p, c) => (counts[c] === most && (best < 0 || p > probabilities[best]) ? c : best), -1);
  });
  return { mean, votes };
}

/** The share of a network's films that it reads right. */
export const shareRight = (scored: ScoredFilms): number => {
  const predicted = predictedOf(scored);
  return scored.films.filter(({ label }, n) => predicted[n] === label).length / scored.films.length;
};
