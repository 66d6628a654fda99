/**
 * How far the nearest neighbours in a map are neighbours in truth (Venna and Kaski 2001): 1 − 2 / (n k (2n − 3k − 1)) Σ over i and its k nearest
 * j in the map of max(0, rank of j by distance from i in truth − k).
 */
import type { Tensor } from "../../src/tensor.ts";

export function trustworthiness(truth: Tensor, map: Tensor, k: number): number {
  const [n] = truth.shape;
  let penalty = 0;
  for (let i = 0; i < n; i++) {
    const ranks = new Map(nearestFirst(truth, i).map((j, rank) => [j, rank + 1]));
    for (const j of nearestFirst(map, i).slice(0, k)) penalty += Math.max(0, (ranks.get(j) ?? n) - k);
  }
  return 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1));
}

/** All other rows. */
function nearestFirst({ shape: [n, d], data }: Tensor, i: number): number[] {
  const distances = Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += (data[i * d + c] - data[j * d + c]) ** 2;
    return sum;
  });
  return [...distances.keys()].filter((j) => j !== i).sort((a, b) => distances[a] - distances[b]);
}
