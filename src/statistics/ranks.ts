/** Ranks, with ties in the middle. */

/** The rank of each value from 1; equal values share the mean of their ranks. */
export function midranks(values: ArrayLike<number>): Float64Array {
  const order = ascending(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/**
 * The pairs of a case that is chosen and one that is not in which the chosen one has the higher value, equal ones counting half: Mann and
 * Whitney's U (1947). As a share of all pairs it is the area under the ROC curve.
 */
export function pairsAbove(values: ArrayLike<number>, isChosen: (place: number) => boolean): number {
  let [sum, chosen] = [0, 0];
  for (const [place, rank] of midranks(values).entries()) {
    if (!isChosen(place)) continue;
    sum += rank;
    chosen++;
  }
  return sum - (chosen * (chosen + 1)) / 2;
}

/** The places of values, lowest first; equal ones in their order. */
export const ascending = (values: ArrayLike<number>): Uint32Array =>
  Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
