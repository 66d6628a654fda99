/** Matrix product. */
import { conv2dProduct } from "./conv2d-product.ts";
import { transposedProduct } from "./conv2d-weight-gradient.ts";
import { linear } from "./linear.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";
import { pad } from "./pad.ts";
import { zeros } from "./zeros.ts";

/**
 * a [m, k] · b [k, n]: [m, n].
 * @throws ShapeError if the inner sizes differ.
 */
export const matmul = (a: Node, b: Node): Node => apply(op, [a, b], {});

const op: Op = {
  name: "matmul",
  inputs: ["a", "b"],
  shape([a, b]) {
    if (a.length !== 2 || b.length !== 2 || a[1] !== b[0])
      throw new ShapeError("matmul", "inner sizes differ or there are not 2 axes", [a, b]);
    return [a[0], b[1]];
  },
  lower({ inputs: [a, b], shape }) {
    // b lies in memory as [k][ceil4(n)]: filters of one tap already, but for rows of zeros up to a multiple of four.
    const [k, n] = b.shape;
    const rows = Math.ceil(k / 4) * 4;
    const filters =
      rows === k
        ? b
        : pad(b, [
            [0, rows - k],
            [0, 0],
          ]);
    return conv2dProduct([a, asFilters(filters, n, rows), zeros(n)], {
      kernel: [1, 1],
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
      activation: "none",
      outShape: shape,
    });
  },
  macs: ({ inputs: [a], shape }) => shape[0] * shape[1] * a.shape[1],
  // da = dy · bᵀ, and db = aᵀ · dy.
  gradient: ({ inputs: [a, b] }, dy) => [linear(dy, b), transposedProduct(dy, a)],
};

/** [k, n] seen as packed filters [1 tap, n, k]: the same memory. */
const asFilters = (b: Node, n: number, rows: number): Node => apply(filtersOp, [b], { n, rows });

const filtersOp: Op<{ readonly n: number; readonly rows: number }> = {
  name: "asFilters",
  inputs: ["x"],
  shape: (_, { n, rows }) => [1, n, rows],
};
