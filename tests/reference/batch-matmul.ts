/** Many matrix products at once: Σ over k of a[…, m, k] · b[…, k, n]. */
import { broadcastAt, broadcastTo } from "./numpy-broadcast.ts";
import { generate, type Values } from "./values.ts";

export function batchMatmul(a: Values, b: Values): Values {
  const [rows, terms] = a.shape.slice(-2);
  const outer = broadcastTo([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return generate([...outer, rows, b.shape[b.shape.length - 1]], (index) => {
    const [m, n] = index.slice(-2);
    let sum = 0;
    for (let k = 0; k < terms; k++) sum += broadcastAt(a, [...index.slice(0, -2), m, k]) * broadcastAt(b, [...index.slice(0, -2), k, n]);
    return sum;
  });
}
