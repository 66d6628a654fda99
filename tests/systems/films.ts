/** Scored films by their counts, as papers print them. */
import type { ScoredFilms } from "../../src/systems/scored-films.ts";

export interface ScoredGroup {
  readonly films: number;
  readonly label: number;
  readonly group?: string;
  readonly probabilities: readonly number[];
}

/** Films of every group in turn, each a patient of its own. */
export function filmsOf(set: string, classes: readonly string[], groups: readonly ScoredGroup[]): ScoredFilms {
  const films = groups.flatMap(({ films: count, label, group = classes[label], probabilities }) =>
    Array.from({ length: count }, () => ({ label, group, probabilities })),
  );
  return { set, classes, films: films.map((film, i) => ({ ...film, name: `${set}-${i}.png`, patient: `${set}-${i}`, source: "paper" })) };
}
