/** The k smallest or largest elements of each row, in order; of equal ones the lower index comes first; NaN and ∞ come last. */
import { type Values, values } from "./values.ts";

export interface PlainTopK {
  readonly indices: Values;
  readonly values: Values;
}

export function topK(x: Values, k: number, { largest = false }: { readonly largest?: boolean } = {}): PlainTopK {
  const [rows, n] = x.shape;
  const found = { indices: values([rows, k]), values: values([rows, k]) };
  for (let row = 0; row < rows; row++) {
    const elements = x.data.subarray(row * n, (row + 1) * n);
    const key = (i: number): number => (Number.isNaN(elements[i]) ? Number.POSITIVE_INFINITY : largest ? -elements[i] : elements[i]);
    const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b));
    order.slice(0, k).forEach((index, rank) => {
      found.indices.data[row * k + rank] = index;
      found.values.data[row * k + rank] = elements[index];
    });
  }
  return found;
}
