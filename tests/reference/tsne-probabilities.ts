/** y[i, j] ∝ e^(−β[i] x[i, j]) with β[i] found by halving, until its row has the perplexity; 0 for j = i */
import { type Values, values } from "./values.ts";

export function tsneProbabilities(x: Values, { perplexity }: { readonly perplexity: number }): Values {
  const [n] = x.shape;
  const y = values(x.shape);
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
    const least = Math.min(...others.map((j) => x.data[i * n + j]));
    const row = (beta: number): number[] => {
      const weights = others.map((j) => Math.exp(-beta * (x.data[i * n + j] - least)));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    };
    const entropy = (p: readonly number[]): number => -p.reduce((sum, value) => sum + (value > 0 ? value * Math.log(value) : 0), 0);
    let [low, high] = [-50, 50];
    for (let step = 0; step < 100; step++) {
      const middle = (low + high) / 2;
      if (entropy(row(Math.exp(middle))) > Math.log(perplexity)) low = middle;
      else high = middle;
    }
    for (const [place, value] of row(Math.exp((low + high) / 2)).entries()) y.data[i * n + others[place]] = value;
  }
  return y;
}
