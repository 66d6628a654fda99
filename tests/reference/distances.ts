/** Distances between rows: y[q, i] from queries[q] to items[i]. */
import { type Values, values } from "./values.ts";

export const squaredDistances = (queries: Values, items: Values): Values =>
  distances(queries, items, (a, b) => sum(a, (x, c) => (x - b[c]) ** 2));

export const manhattanDistances = (queries: Values, items: Values): Values =>
  distances(queries, items, (a, b) => sum(a, (x, c) => Math.abs(x - b[c])));

export const cosineDistances = (queries: Values, items: Values): Values =>
  distances(queries, items, (a, b) => {
    const lengths = Math.sqrt(sum(a, (x) => x * x) * sum(b, (x) => x * x));
    return lengths === 0 ? 1 : 1 - sum(a, (x, c) => x * b[c]) / lengths;
  });

function distances(queries: Values, items: Values, distance: (a: Float64Array, b: Float64Array) => number): Values {
  const [rows, channels] = queries.shape;
  const [count] = items.shape;
  const y = values([rows, count]);
  const row = ({ data }: Values, at: number): Float64Array => data.subarray(at * channels, (at + 1) * channels);
  for (let q = 0; q < rows; q++) for (let i = 0; i < count; i++) y.data[q * count + i] = distance(row(queries, q), row(items, i));
  return y;
}

function sum(row: Float64Array, term: (x: number, c: number) => number): number {
  let total = 0;
  for (let c = 0; c < row.length; c++) total += term(row[c], c);
  return total;
}
