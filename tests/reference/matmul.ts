/** The product of two matrices: y[m, n] = Σ over k of a[m, k] · b[k, n]. */
import { type Values, values } from "./values.ts";

export function matmul(a: Values, b: Values): Values {
  const [rows, depth] = a.shape;
  const [, columns] = b.shape;
  const y = values([rows, columns]);
  for (let m = 0; m < rows; m++)
    for (let n = 0; n < columns; n++)
      for (let k = 0; k < depth; k++) y.data[m * columns + n] += a.data[m * depth + k] * b.data[k * columns + n];
  return y;
}
