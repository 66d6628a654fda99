/** The name that somebody probably meant. */

/** The nearest of `names` by edit distance, unless every one is farther than a third of what was typed. */
export function nearestName(typed: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let shortest = Math.max(2, Math.floor(typed.length / 3));
  for (const name of names) {
    const distance = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (distance < shortest || (distance === shortest && nearest === undefined)) {
      nearest = name;
      shortest = distance;
    }
  }
  return nearest;
}

/** Insertions, deletions and substitutions that turn `a` into `b` (Levenshtein 1966), row by row. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, above[j] + 1, row[j - 1] + 1));
    }
    above = row;
  }
  return above[b.length];
}
