/** Matrix product. */
import { layoutOf } from "../gpu/layout.ts";
import { conv2dProduct } from "./conv2d-product.ts";
import { transposedProduct } from "./conv2d-weight-gradient.ts";
import { rowsPerBinding } from "./copy.ts";
import { grid } from "./grid.ts";
import { linear } from "./linear.ts";
import { apply, type Binding, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { pad } from "./pad.ts";
import { sumOfParts } from "./sum-parts.ts";
import { zeros } from "./zeros.ts";

/**
 * a [m, k] · b [k, n]: [m, n].
 * @throws ShapeError if the inner sizes differ.
 */
export const matmul = (a: Node, b: Node): Node => apply(op, [a, b], {});

/** Rows of a that one invocation computes. */
const ROWS = 4;

const op: Op = {
  name: "matmul",
  inputs: ["a", "b"],
  shape([a, b]) {
    if (a.length !== 2 || b.length !== 2 || a[1] !== b[0])
      throw new ShapeError("matmul", "inner sizes differ or there are not 2 axes", [a, b]);
    return [a[0], b[1]];
  },
  lower({ inputs: [a, b], shape }, profile) {
    if (layoutOf(b.shape).vectors * 16 > profile.maxBindingBytes) return undefined;
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
  // Where b is more than the adapter binds at once: sums over as many of its rows as it does, added up.
  launches({ inputs: [a, b], shape: [m, n] }, profile) {
    const [k] = b.shape;
    const blocks = Math.ceil(n / 4);
    const step = rowsPerBinding(blocks, profile);
    const parts = Math.ceil(k / step);
    const size = blocks * Math.ceil(m / ROWS);
    const partials: Binding = { scratch: "partials", vectors: parts * m * blocks };
    const launches = Array.from({ length: parts }, (_, part): Launch => {
      const first = part * step;
      const depth = Math.min(step, k - first);
      return {
        shader: "matmul-part",
        bind: ["a", { value: "b", firstVector: first * blocks, vectors: depth * blocks }, partials],
        params: { size, rows: m, depth, a_blocks: layoutOf(a.shape).blocks, first_block: first / 4, blocks, part },
        workgroups: grid(size),
      };
    });
    return [...launches, sumOfParts(partials, m * blocks, parts)];
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
