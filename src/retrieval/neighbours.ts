/** Exact nearest neighbours on the GPU: items that stay there, and queries that are searched for in batches. */
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { compile } from "../graph/program.ts";
import type { Metric } from "../kernels/distances.ts";
import { CHUNK_MULTIPLE, type ItemChunk, NOT_FOUND, nearest } from "../kernels/nearest.ts";
import { input, parameter, ShapeError } from "../kernels/op.ts";
import { type Tensor, tensor } from "../tensor.ts";

export interface NeighbourOptions {
  /** How many are found for each query: from 1 to the number of items. */
  readonly k?: number;
  /** cosine is 1 − the cosine of the angle; a vector of zeros (of numbers below 10⁻³⁸) is at distance 1 of all. */
  readonly metric?: Metric;
  /** Queries that are computed together: 1 is fastest for single queries (2 to 7 times on software adapters), 16 or 32 for many. */
  readonly batch?: number;
  /** What each item belongs to (its patient, its study, its own name), so that a search can leave a group out. */
  readonly groups?: readonly Group[];
}

export type Group = string | number;

export interface SearchOptions {
  /** For each query a group of which it takes no item; undefined, or a group without items, leaves out nothing. */
  readonly exclude?: readonly (Group | undefined)[];
}

export interface Neighbour {
  /** The row of the items. */
  readonly index: number;
  readonly distance: number;
}

/** Owns GPU memory: call `destroy`, or declare it with `using`. */
export interface Neighbours {
  /**
   * The nearest items of each row of the queries [m, d], nearest first, of equally near ones the lower index first: k of them, or as many
   * as the excluded group leaves.
   * @throws ShapeError if the queries have another number of dimensions, or `exclude` another length.
   * @throws InputError if a query is not finite or too long.
   * @throws DeviceError if the device is lost or fails.
   */
  search(queries: Tensor, options?: SearchOptions): Promise<Neighbour[][]>;
  destroy(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes items [n, d] ready to be searched, at most 2²⁴ of them. Distances are sums in float32 of differences, so that near duplicates are
 * told apart; equal items have equal distances.
 * @throws ShapeError if items have not 2 axes, groups have another length, or k is more than there are items.
 * @throws InputError if an item is not finite or too long.
 * @throws DeviceError if the device cannot hold the items.
 *
 * @example
 * using index = await neighbours(device, embeddings, { k: 5, metric: "cosine", groups: patients });
 * const [found] = await index.search(query, { exclude: ["patient 7"] }); // [{ index: 12, distance: 0.08 }, …]
 */
export async function neighbours(
  device: Device,
  items: Tensor,
  { k = 5, metric = "euclidean", batch = 16, groups }: NeighbourOptions = {},
): Promise<Neighbours> {
  const [count, dimensions] = checkRows("items", items);
  if (count === 0) throw new ShapeError("neighbours", "there are no items", [items.shape]);
  if (groups && groups.length !== count)
    throw new ShapeError("neighbours", `every item needs a group, got ${groups.length}`, [items.shape]);
  if (!Number.isInteger(batch) || batch < 1) throw new RangeError(`neighbours: batch must be a whole number from 1, got ${batch}`);
  const numbers = new Map<Group, number>();
  for (const group of groups ?? []) if (!numbers.has(group)) numbers.set(group, numbers.size);
  const groupNumbers = Float32Array.from({ length: count }, (_, item) => (groups ? (numbers.get(groups[item]) ?? 0) : 0));

  const chunks = chunksOf(items, groupNumbers, device.profile);
  const found = nearest(input("queries", [batch, dimensions]), chunks, input("excluded", [batch]), { k, metric });
  const program = await compile(device, { found });

  const searchBatch = async (rows: Float32Array, excluded: readonly (Group | undefined)[]): Promise<Neighbour[][]> => {
    const queries = tensor([batch, dimensions]);
    queries.data.set(rows);
    const without = tensor([batch], new Float32Array(batch).fill(NO_GROUP));
    excluded.forEach((group, query) => {
      if (group !== undefined) without.data[query] = numbers.get(group) ?? NO_GROUP;
    });
    const { data } = (await program.run({ queries, excluded: without })).found;
    return Array.from({ length: rows.length / dimensions }, (_, query) =>
      neighboursIn(data.subarray(query * 2 * k, (query + 1) * 2 * k), count, metric),
    );
  };
  return {
    async search(queries, { exclude = [] } = {}) {
      const [rows, channels] = checkRows("queries", queries);
      if (channels !== dimensions)
        throw new ShapeError("search", `queries have ${channels} dimensions, items ${dimensions}`, [queries.shape]);
      if (exclude.length > 0 && exclude.length !== rows)
        throw new ShapeError("search", `exclude must have an entry for each query, got ${exclude.length}`, [queries.shape]);
      if (exclude.length > 0 && !groups) throw new ShapeError("search", "items without groups cannot be excluded by them");
      const results: Neighbour[][] = [];
      for (let first = 0; first < rows; first += batch) {
        const last = Math.min(first + batch, rows);
        results.push(...(await searchBatch(queries.data.subarray(first * dimensions, last * dimensions), exclude.slice(first, last))));
      }
      return results;
    },
    destroy: program.destroy,
    [Symbol.dispose]: program.destroy,
  };
}

/** No item's group. */
const NO_GROUP = -1;

/** Beyond it, squares of differences overflow float32. */
const MAX_LENGTH = 2 ** 62;

/**
 * The rows and columns of vectors that float32 sums can be taken of.
 * @throws InputError for one that is NaN, infinite or too long.
 */
function checkRows(what: string, { shape, data }: Tensor): readonly [rows: number, columns: number] {
  if (shape.length !== 2) throw new ShapeError("neighbours", `${what} must have 2 axes`, [shape]);
  const [rows, columns] = shape;
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) squares += data[i] * data[i];
    if (!(squares <= MAX_LENGTH ** 2)) {
      const problem = Number.isFinite(squares) ? "is longer than 2⁶²" : "holds a number that is not finite";
      throw new InputError(what, `row ${row} ${problem}`);
    }
  }
  return [rows, columns];
}

/** The items in as many parts as the adapter's bindings ask for, each with its groups. The numbers are not copied. */
function chunksOf({ shape, data }: Tensor, groups: Float32Array, { maxBindingBytes, maxBufferBytes }: AdapterProfile): ItemChunk[] {
  const [count, dimensions] = shape;
  // Unit vectors, which cosine distances are taken of, have two dimensions more.
  const rowBytes = Math.ceil((dimensions + 2) / 4) * 16;
  const fitting = Math.floor(Math.min(maxBindingBytes, maxBufferBytes) / rowBytes / CHUNK_MULTIPLE) * CHUNK_MULTIPLE;
  const rows = Math.max(fitting, CHUNK_MULTIPLE);
  return Array.from({ length: Math.ceil(count / rows) }, (_, chunk) => {
    const first = chunk * rows;
    const last = Math.min(first + rows, count);
    const size = last - first;
    return {
      items: parameter(
        `items from ${first}`,
        [size, dimensions],
        tensor([size, dimensions], data.subarray(first * dimensions, last * dimensions)),
      ),
      groups: parameter(`groups from ${first}`, [size], tensor([size], groups.subarray(first, last))),
    };
  });
}

/**
 * One query's neighbours from its indices and distances, without the places that no item took.
 * @throws DeviceError where they are not in order, as they never are when a GPU has failed.
 */
function neighboursIn(row: Float32Array, count: number, metric: Metric): Neighbour[] {
  const k = row.length / 2;
  const found: Neighbour[] = [];
  for (let rank = 0; rank < k && row[k + rank] !== NOT_FOUND; rank++) {
    const [index, distance, before] = [row[rank], row[k + rank], rank - 1];
    const isInOrder = rank === 0 || row[k + before] < distance || (row[k + before] === distance && row[before] < index);
    if (!(Number.isInteger(index) && index >= 0 && index < count && distance >= 0 && isInOrder))
      throw new DeviceError(`gave neighbours that are none, index ${index} at distance ${distance} in place ${rank}`, {
        reason: "wrong-numbers",
      });
    found.push({ index, distance: metric === "euclidean" ? Math.sqrt(distance) : distance });
  }
  return found;
}
