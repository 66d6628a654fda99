/** Ratings of subjects by readers: ratings[subject][reader]. */
import { StatisticsError } from "./statistics-error.ts";

/**
 * How many subjects and readers there are.
 * @throws StatisticsError unless there are two subjects and two readers at least, and every subject has a finite rating of each.
 */
export function checkRatings(subject: string, ratings: readonly ArrayLike<number>[]): { subjects: number; readers: number } {
  const subjects = ratings.length;
  const readers = ratings[0]?.length ?? 0;
  if (subjects < 2 || readers < 2)
    throw new StatisticsError(subject, `two subjects and two readers at least are needed, got ${subjects} and ${readers}`);
  for (const [i, row] of ratings.entries()) {
    if (row.length !== readers) throw new StatisticsError(subject, `subject ${i} has ${row.length} ratings, the first has ${readers}`);
    for (let reader = 0; reader < readers; reader++)
      if (!Number.isFinite(row[reader]))
        throw new StatisticsError(subject, `rating ${reader} of subject ${i} is ${row[reader]}, no finite number`);
  }
  return { subjects, readers };
}
