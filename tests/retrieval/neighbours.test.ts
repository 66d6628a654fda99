/** Nearest neighbours are those of scikit-learn and of a plain search in float64, in every metric, whatever is left out. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { InputError } from "../../src/bytes.ts";
import type { Device } from "../../src/gpu/device.ts";
import { DeviceError } from "../../src/gpu/device-error.ts";
import type { Metric } from "../../src/kernels/distances.ts";
import { ShapeError } from "../../src/kernels/op.ts";
import { type Neighbour, neighbours } from "../../src/retrieval/neighbours.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { uniform } from "../generator.ts";
import { nearest as reference } from "../reference/nearest.ts";
import { values } from "../reference/values.ts";
import { embeddings, golden } from "./embeddings.ts";

const metrics: readonly Metric[] = ["euclidean", "cosine", "manhattan"];

const rowsOf = ({ shape: [, columns], data }: Tensor, first: number, last: number): Tensor =>
  tensor([last - first, columns], data.subarray(first * columns, last * columns));

const random = (name: string, rows: number, columns: number): Tensor => {
  const u = uniform(name);
  return tensor(
    [rows, columns],
    Float32Array.from({ length: rows * columns }, (_, at) => 2 * u(at) - 1),
  );
};

const indicesOf = (found: readonly (readonly Neighbour[])[]): number[][] => found.map((row) => row.map(({ index }) => index));

/** What a plain search in float64 finds; without `excluded`, all items take part. */
function plain(
  queries: Tensor,
  items: Tensor,
  k: number,
  metric: Metric,
  groups?: readonly number[],
  excluded?: readonly number[],
): Neighbour[][] {
  const [count] = items.shape;
  const [rows] = queries.shape;
  const widen = ({ shape, data }: Tensor) => values(shape, Float64Array.from(data));
  const left = [
    values([count], Float64Array.from(groups ?? Array(count).fill(0))),
    values([rows], Float64Array.from(excluded ?? Array(rows).fill(-1))),
  ];
  const { indices, distances } = reference(widen(queries), widen(items), left[0], left[1], { k, metric });
  const distance = (at: number): number => (metric === "euclidean" ? Math.sqrt(distances.data[at]) : distances.data[at]);
  return Array.from({ length: rows }, (_, q) =>
    Array.from({ length: k }, (_, rank) => ({ index: indices.data[q * k + rank], distance: distance(q * k + rank) })),
  );
}

/** The same items in the same order, at the same distances to 10⁻⁵ of them. */
function expectNeighbours(found: readonly (readonly Neighbour[])[], expected: readonly (readonly Neighbour[])[]): void {
  expect(indicesOf(found)).toEqual(indicesOf(expected));
  const errors = found.flatMap((row, q) =>
    row.map(({ distance }, rank) => Math.abs(distance - expected[q][rank].distance) / (1 + expected[q][rank].distance)),
  );
  expect(Math.max(...errors)).toBeLessThan(1e-5);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(metrics)("%s", (metric) => {
  test("agrees with scikit-learn, the query itself left out", async () => {
    const items = embeddings();
    const own = Array.from({ length: golden.count }, (_, i) => i);
    using index = await neighbours(await device(), items, { k: golden.k, metric, groups: own });
    const found = await index.search(rowsOf(items, 0, 10), { exclude: own.slice(0, 10) });
    const stored: { index: number[][]; distance: number[][] } = golden[metric];
    expectNeighbours(
      found,
      stored.index.map((row, q) => row.map((index, rank) => ({ index, distance: stored.distance[q][rank] }))),
    );
  });

  test("agrees with a plain search among 4000 × 64, in chunks, with a batch part full", async () => {
    const [queries, items] = [random("queries", 19, 64), random("items", 4000, 64)];
    const opened = await device();
    const small: Device = { ...opened, profile: { ...opened.profile, maxBindingBytes: 2 ** 19 } };
    using index = await neighbours(small, items, { k: 10, metric });
    expectNeighbours(await index.search(queries), plain(queries, items, 10, metric));
  });
});

// Minutes on software adapters.
describe.skipIf(process.env.ROENTGEN_TESTS !== "all")("among 10⁵ × 512", () => {
  test.each(metrics)("the ten nearest are those of a plain search in float64, %s", async (metric) => {
    const [count, dimensions, k] = [100_000, 512, 10];
    const items = random("items", count, dimensions);
    const queries = random("queries", 8, dimensions);
    using index = await neighbours(await device(), items, { k, metric, batch: 8 });
    const found = await index.search(queries);
    const expected = Array.from({ length: 8 }, (_, q) =>
      nearestOf(queries.data.subarray(q * dimensions, (q + 1) * dimensions), items, k, metric),
    );
    expectNeighbours(found, expected);
  });
});

/** The k nearest of one query, in float64 and without room for all pairs. */
function nearestOf(query: Float32Array, { shape: [count, dimensions], data }: Tensor, k: number, metric: Metric): Neighbour[] {
  const distances = Float64Array.from({ length: count }, (_, item) => {
    let [sum, along, own, other] = [0, 0, 0, 0];
    for (let c = 0; c < dimensions; c++) {
      const [a, b] = [query[c], data[item * dimensions + c]];
      sum += metric === "manhattan" ? Math.abs(a - b) : (a - b) ** 2;
      along += a * b;
      own += a * a;
      other += b * b;
    }
    if (metric === "cosine") return 1 - along / Math.sqrt(own * other);
    return metric === "euclidean" ? Math.sqrt(sum) : sum;
  });
  const order = Array.from(distances.keys()).sort((a, b) => distances[a] - distances[b] || a - b);
  return order.slice(0, k).map((index) => ({ index, distance: distances[index] }));
}

describe("duplicates", () => {
  test("of one another come in order of their rows, at one distance", async () => {
    const items = tensor(
      [1000, 3],
      Float32Array.from({ length: 3000 }, (_, at) => [0.1, 0.7, 0.3][at % 3]),
    );
    using index = await neighbours(await device(), items, { k: 20 });
    const [found] = await index.search(tensor([1, 3], Float32Array.of(0.5, 0.5, 0.5)));
    expect(found.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(found.map(({ distance }) => distance)).size).toBe(1);
  });

  // In |a|² + |b|² − 2ab, float32 would round to multiples of 2⁻¹¹ here: a hundred times the squares of the distances that are asked for.
  test.each<Metric>(["euclidean", "cosine"])("of the query but for their last digits are told apart, %s", async (metric) => {
    const query = tensor(
      [1, 32],
      random("queries", 1, 32).data.map((value) => 20 * value),
    );
    const items = tensor(
      [600, 32],
      Float32Array.from({ length: 600 * 32 }, (_, at) => query.data[at % 32]),
    );
    for (let row = 0; row < 600; row++) items.data[row * 32 + (row % 32)] += 2 ** -12 * (1 + ((row * 37) % 600));
    using index = await neighbours(await device(), items, { k: 7, metric, batch: 1 });
    const [found] = await index.search(query);
    const [expected] = plain(query, items, 7, metric);
    expect(found.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
    // Unit vectors are rounded, to some hundredths of such small angles.
    const tolerance = metric === "euclidean" ? 1e-5 : 0.05;
    const errors = found.map(({ distance }, rank) => Math.abs(distance / expected[rank].distance - 1));
    expect(Math.max(...errors)).toBeLessThan(tolerance);
  });
});

describe("all items", () => {
  test("are found in order where k is their number", async () => {
    const [queries, items] = [random("queries", 2, 5), random("items", 37, 5)];
    using index = await neighbours(await device(), items, { k: 37, metric: "manhattan" });
    expectNeighbours(await index.search(queries), plain(queries, items, 37, "manhattan"));
  });

  test("are refused to be found where k is more", async () => {
    const attempt = neighbours(await device(), random("items", 4, 5), { k: 5 });
    await expect(attempt).rejects.toThrow(ShapeError);
    await expect(attempt).rejects.toThrow("nearest: 5 is no k from 1 to 4, the number of items");
  });
});

describe("vectors of zeros", () => {
  test("or of numbers too small to be normal are at cosine distance 1 of all others and of each other", async () => {
    const items = tensor([4, 3], Float32Array.of(0, 0, 0, 1, 2, 2, -1, -2, -2, 1e-42, 0, 1e-42));
    using index = await neighbours(await device(), items, { k: 4, metric: "cosine" });
    const found = await index.search(tensor([2, 3], Float32Array.of(0, 0, 0, 1, 2, 2)));
    expect(found[0]).toEqual([0, 1, 2, 3].map((index) => ({ index, distance: 1 })));
    expect(indicesOf(found)[1]).toEqual([1, 0, 3, 2]);
    expect(found[1].map(({ distance }) => Math.round(distance * 1e6) / 1e6)).toEqual([0, 1, 1, 2]);
  });
});

describe("an excluded group", () => {
  const [queries, items] = [random("queries", 3, 8), random("items", 200, 8)];

  test("is left out by its name, and k others are found however many it has", async () => {
    const groups = Array.from({ length: 200 }, (_, i) => (i < 190 ? 0 : 1 + (i % 3)));
    using index = await neighbours(await device(), items, { k: 5, groups: groups.map((group) => `patient ${group}`) });
    const found = await index.search(queries, { exclude: ["patient 0", "patient 2", undefined] });
    expectNeighbours(found, plain(queries, items, 5, "euclidean", groups, [0, 2, -1]));
  });

  test("leaves fewer than k where there are no more", async () => {
    const groups = Array.from({ length: 200 }, (_, i) => (i % 100 === 7 ? "kept" : "left out"));
    using index = await neighbours(await device(), items, { k: 5, groups });
    const [found] = await index.search(rowsOf(queries, 0, 1), { exclude: ["left out"] });
    expect(found.map(({ index }) => index).sort((a, b) => a - b)).toEqual([7, 107]);
  });

  test("without items leaves out nothing", async () => {
    using index = await neighbours(await device(), items, { groups: Array(200).fill("a") });
    expect(await index.search(queries, { exclude: ["b", "b", "b"] })).toEqual(await index.search(queries));
  });
});

test("no queries find nothing", async () => {
  using index = await neighbours(await device(), random("items", 9, 4));
  expect(await index.search(tensor([0, 4]))).toEqual([]);
});

describe("bad input", () => {
  const items = random("items", 9, 4);
  const bad = (value: number): Tensor =>
    tensor(
      [9, 4],
      items.data.map((own, at) => (at === 13 ? value : own)),
    );

  test.each<[string, Tensor, object, typeof ShapeError | typeof InputError | typeof RangeError, string]>([
    ["NaN", bad(Number.NaN), {}, InputError, "items: row 3 holds a number that is not finite"],
    ["an infinity", bad(Number.POSITIVE_INFINITY), {}, InputError, "items: row 3 holds a number that is not finite"],
    ["a vector whose square overflows", bad(2 ** 63), {}, InputError, "items: row 3 is longer than 2⁶²"],
    ["no items", tensor([0, 4]), {}, ShapeError, "neighbours: there are no items, got [0, 4]"],
    ["maps", tensor([2, 4, 1, 1]), {}, ShapeError, "neighbours: items must have 2 axes, got [2, 4, 1, 1]"],
    ["groups of another number", items, { groups: ["a"] }, ShapeError, "neighbours: every item needs a group, got 1, got [9, 4]"],
    ["batches of nothing", items, { batch: 0 }, RangeError, "neighbours: batch must be a whole number from 1, got 0"],
  ])("items: %s", async (_, given, options, type, message) => {
    const attempt = neighbours(await device(), given, options);
    await expect(attempt).rejects.toThrow(type);
    await expect(attempt).rejects.toThrow(message);
  });

  test.each<[string, Tensor, object, typeof ShapeError | typeof InputError, string]>([
    ["NaN", bad(Number.NaN), {}, InputError, "queries: row 3 holds a number that is not finite"],
    ["another number of dimensions", tensor([1, 5]), {}, ShapeError, "search: queries have 5 dimensions, items 4, got [1, 5]"],
    [
      "a query without its group",
      items,
      { exclude: ["a"] },
      ShapeError,
      "search: exclude must have an entry for each query, got 1, got [9, 4]",
    ],
    [
      "groups that items do not have",
      items,
      { exclude: Array(9).fill("a") },
      ShapeError,
      "search: items without groups cannot be excluded by them",
    ],
  ])("queries: %s", async (_, queries, options, type, message) => {
    using index = await neighbours(await device(), items);
    const attempt = index.search(queries, options);
    await expect(attempt).rejects.toThrow(type);
    await expect(attempt).rejects.toThrow(message);
  });
});

test("a searcher that was destroyed says so", async () => {
  const index = await neighbours(await device(), random("items", 9, 4), { k: 2 });
  index.destroy();
  await expect(index.search(random("queries", 1, 4))).rejects.toThrow("device: the program was destroyed");
});

test("a GPU that computes nothing is an error and no neighbour", async () => {
  const opened = await device();
  using index = await neighbours(opened, random("items", 9, 4), { k: 2 });
  vi.spyOn(opened.gpu.queue, "submit").mockReturnValue(undefined);
  const attempt = index.search(random("queries", 1, 4));
  await expect(attempt).rejects.toThrow(DeviceError);
  await expect(attempt).rejects.toThrow("device: gave neighbours that are none, index 0 at distance 0 in place 1");
});
