/** The nearest of many stored vectors, as a case: distances of unit vectors, and the ten least. */

import { nearest } from "../../src/kernels/nearest.ts";
import { input, parameter } from "../../src/kernels/op.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { uniform } from "../../tests/generator.ts";
import { nearest as nearestTwin } from "../../tests/reference/nearest.ts";
import { values } from "../../tests/reference/values.ts";
import type { Case } from "./cases.ts";

const DIMENSIONS = 512;
const K = 10;
/** Items in one buffer: 10⁵ × 512 numbers are more than some adapters bind. */
const CHUNK = 50_048;
/** Queries that the twin computes; in float64, all of them would take minutes. */
const CHECKED = 2;

/**
 * Cosine distances, since peers have them by one product where the items are unit vectors, as they are here. Groups, of which ours can
 * leave one out, are all the same.
 */
export function nearestCase(queries: number, items: number): Case {
  return {
    name: `distance-topk ${queries} ${items}x${DIMENSIONS}`,
    kind: "operation",
    isSlow: false,
    graph() {
      const stored = unitVectors("items", items);
      const chunks = Array.from({ length: Math.ceil(items / CHUNK) }, (_, chunk) => {
        const rows = Math.min(CHUNK, items - chunk * CHUNK);
        const data = stored.data.subarray(chunk * CHUNK * DIMENSIONS, (chunk * CHUNK + rows) * DIMENSIONS);
        return { items: constant(`items${chunk}`, tensor([rows, DIMENSIONS], data)), groups: constant(`groups${chunk}`, tensor([rows])) };
      });
      const excluded = constant("excluded", tensor([queries], new Float32Array(queries).fill(-1)));
      const output = nearest(input("queries", [queries, DIMENSIONS]), chunks, excluded, { k: K, metric: "cosine" });
      return { output, inputs: { queries: unitVectors("queries", queries) } };
    },
    twin() {
      const rows = Math.min(CHECKED, queries);
      const wide = (name: string, count: number) => values([count, DIMENSIONS], Float64Array.from(unitVectors(name, count).data));
      const none = values([rows], new Float64Array(rows).fill(-1));
      const found = nearestTwin(wide("queries", rows), wide("items", items), values([items]), none, { k: K, metric: "cosine" });
      const row = ({ data }: { readonly data: Float64Array }, query: number) => data.subarray(query * K, (query + 1) * K);
      return values(
        [rows, 2 * K],
        Float64Array.from(
          Array.from({ length: rows }, (_, query) => [...row(found.indices, query), ...row(found.distances, query)]).flat(),
        ),
      );
    },
    error: errorOfNeighbours,
  };
}

const constant = (name: string, value: Tensor) => parameter(name, value.shape, value);

function unitVectors(name: string, rows: number): Tensor {
  const u = uniform(name);
  const data = new Float32Array(rows * DIMENSIONS);
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let i = row * DIMENSIONS; i < (row + 1) * DIMENSIONS; i++) {
      data[i] = 2 * u(i) - 1;
      squares += data[i] ** 2;
    }
    for (let i = row * DIMENSIONS; i < (row + 1) * DIMENSIONS; i++) data[i] /= Math.sqrt(squares);
  }
  return tensor([rows, DIMENSIONS], data);
}

/** The largest relative error of a distance; infinite where another item was found. */
function errorOfNeighbours(result: Float32Array, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const isIndex = i % (2 * K) < K;
    const error = isIndex ? (result[i] === expected[i] ? 0 : Number.POSITIVE_INFINITY) : Math.abs(result[i] / expected[i] - 1);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}
