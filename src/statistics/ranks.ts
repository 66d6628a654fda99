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

/** The places of values, lowest first; equal ones in their order. */
export const ascending = (values: ArrayLike<number>): Uint32Array =>
  Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
