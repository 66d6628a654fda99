/** The k nearest items of each query, nearest first, of equally near ones the lower index first; items of the excluded group are left out. */
import { cosineDistances, manhattanDistances, squaredDistances } from "./distances.ts";
import { type Values, values } from "./values.ts";

export interface PlainNearest {
  readonly indices: Values;
  readonly distances: Values;
}

export interface PlainNearestOptions {
  readonly k: number;
  readonly metric: keyof typeof plainDistances;
}

const plainDistances = { euclidean: squaredDistances, cosine: cosineDistances, manhattan: manhattanDistances };

export function nearest(
  queries: Values,
  items: Values,
  groups: Values,
  excluded: Values,
  { k, metric }: PlainNearestOptions,
): PlainNearest {
  const [rows] = queries.shape;
  const [count] = items.shape;
  const all = plainDistances[metric](queries, items);
  const found = { indices: values([rows, k]), distances: values([rows, k]) };
  for (let q = 0; q < rows; q++) {
    const distances = all.data.subarray(q * count, (q + 1) * count);
    const left = Array.from({ length: count }, (_, i) => i).filter((i) => groups.data[i] !== excluded.data[q]);
    left.sort((a, b) => distances[a] - distances[b] || a - b);
    left.slice(0, k).forEach((index, rank) => {
      found.indices.data[q * k + rank] = index;
      found.distances.data[q * k + rank] = distances[index];
    });
  }
  return found;
}
