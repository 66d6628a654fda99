/** The nearest items of each query are those of a sort of all distances, whatever the items' number, order, chunks and ties. */
import { describe, expect, test } from "vitest";
import type { Metric } from "../../src/kernels/distances.ts";
import { type ItemChunk, NOT_FOUND, nearest } from "../../src/kernels/nearest.ts";
import { input, type Node, ShapeError } from "../../src/kernels/op.ts";
import { slice } from "../../src/kernels/slice.ts";
import { compute } from "../compute.ts";
import { describeOp, type OpCase } from "../describe-op.ts";
import { nearest as reference } from "../reference/nearest.ts";
import type { Values } from "../reference/values.ts";

interface Options {
  readonly k: number;
  readonly metric: Metric;
  /** Items of all chunks but the last. */
  readonly chunk?: number;
}

/** Operands: queries, items, groups, excluded. Groups are 0 to 3, and the query takes none of its own or excludes −1. */
const random = (operand: number, element: number, u: number): number =>
  operand === 2 ? Math.floor(u * 4) : operand === 3 ? Math.floor(u * 5) - 1 : 2 * u - 1 + (operand === 1 ? (element % 7) / 50 : 0);

/** Whole numbers from 0 to 2, so that many distances are equal, and all of them exact. */
const ties = (operand: number, element: number, u: number): number => (operand < 2 ? Math.floor(u * 3) : random(operand, element, u));

const shapes = (queries: number, items: number, channels: number): OpCase["shapes"] => [
  [queries, channels],
  [items, channels],
  [items],
  [queries],
];

const metrics: readonly Metric[] = ["euclidean", "cosine", "manhattan"];

const listed: readonly OpCase<Options>[] = [
  ...metrics.flatMap((metric): OpCase<Options>[] => [
    { name: "20 items", shapes: shapes(3, 20, 6), options: { k: 3, metric } },
    { name: "17 queries, segments chosen among many", shapes: shapes(17, 700, 12), options: { k: 5, metric } },
    { name: "one query: items are read once", shapes: shapes(1, 700, 12), options: { k: 5, metric } },
  ]),
  {
    name: "one item",
    shapes: shapes(1, 1, 3),
    options: { k: 1, metric: "euclidean" },
    values: (operand, _, u) => (operand < 2 ? u : -operand),
  },
  { name: "two chunks", shapes: shapes(5, 333, 8), options: { k: 6, metric: "euclidean", chunk: 192 } },
  { name: "two chunks", shapes: shapes(2, 333, 8), options: { k: 6, metric: "cosine", chunk: 192 } },
  { name: "equal distances across segments and chunks", shapes: shapes(3, 1500, 3), options: { k: 40, metric: "manhattan", chunk: 704 } },
  { name: "equal distances: the minima are chosen by segments too", shapes: shapes(2, 9000, 2), options: { k: 4, metric: "euclidean" } },
];

const cases = listed.map((opCase): OpCase<Options> => ({ values: opCase.name.startsWith("equal") ? ties : random, ...opCase }));

function build(queries: Node, items: Node, groups: Node, excluded: Node, { k, metric, chunk }: Options): Node {
  const count = items.shape[0];
  const ranges =
    chunk === undefined
      ? [[0, count]]
      : [
          [0, chunk],
          [chunk, count],
        ];
  const chunks = ranges.map(([from, to]): ItemChunk => ({ items: slice(items, 0, from, to), groups: slice(groups, 0, from, to) }));
  return nearest(queries, chunks, excluded, { k, metric });
}

describeOp(
  "nearest, indices",
  (queries: Node, items: Node, groups: Node, excluded: Node, options: Options) =>
    slice(build(queries, items, groups, excluded, options), 1, 0, options.k),
  (queries: Values, items: Values, groups: Values, excluded: Values, options: Options) =>
    reference(queries, items, groups, excluded, options).indices,
  cases,
);

describeOp(
  "nearest, distances",
  (queries: Node, items: Node, groups: Node, excluded: Node, options: Options) =>
    slice(build(queries, items, groups, excluded, options), 1, options.k, 2 * options.k),
  (queries: Values, items: Values, groups: Values, excluded: Values, options: Options) =>
    reference(queries, items, groups, excluded, options).distances,
  cases.filter(({ name }) => /^(17 queries|one query)/.test(name)),
  ([[, channels]]) => channels,
);

test("where the query excludes all items but one, that one is found and no other", async () => {
  const chunk = { items: input("items", [5, 2]), groups: input("groups", [5]) };
  const y = nearest(input("queries", [1, 2]), [chunk], input("excluded", [1]), { k: 3, metric: "euclidean" });
  const inputs = {
    queries: { shape: [1, 2], data: Float32Array.of(0, 0) },
    items: { shape: [5, 2], data: Float32Array.of(0, 0, 1, 0, 3, 4, 0, 1, 0, 0) },
    groups: { shape: [5], data: Float32Array.of(7, 7, 2, 7, 7) },
    excluded: { shape: [1], data: Float32Array.of(7) },
  };
  const { data } = (await compute({ y }, { inputs })).y;
  expect([data[0], ...data.slice(3)]).toEqual([2, 25, NOT_FOUND, NOT_FOUND]);
});

describe("errors", () => {
  const chunk = (items: number, channels = 4, groups = items): ItemChunk => ({
    items: input("items", [items, channels]),
    groups: input("groups", [groups]),
  });
  const attempt = (chunks: readonly ItemChunk[], k = 1, excluded = 2): Node =>
    nearest(input("queries", [2, 4]), chunks, input("excluded", [excluded]), { k, metric: "cosine" });

  test.each<[string, () => Node, string]>([
    ["no items", () => attempt([]), "nearest: there are no items"],
    ["items of another length", () => attempt([chunk(9, 5)]), "nearest: queries have 4 channels, items 5, got [2, 4] and [9, 5]"],
    ["an item without a group", () => attempt([chunk(9, 4, 8)]), "nearest: every item needs a group, got [8] and [9, 4]"],
    [
      "a chunk that ends within a vector",
      () => attempt([chunk(80), chunk(9)]),
      "nearest: a chunk that is not the last must have a multiple of 64 items, got [80, 4]",
    ],
    [
      "a query too many in excluded",
      () => attempt([chunk(9)], 1, 3),
      "nearest: excluded must have a number for each query, got [3] and [2, 4]",
    ],
    ["k of 0", () => attempt([chunk(9)], 0), "nearest: 0 is no k from 1 to 9, the number of items"],
    ["more than there are", () => attempt([chunk(9)], 10), "nearest: 10 is no k from 1 to 9, the number of items"],
    [
      "more items than float32 has indices",
      () => attempt([chunk(2 ** 24), chunk(1)]),
      "nearest: there may be 16777216 items at most, got 16777217",
    ],
  ])("nearest refuses %s", (_, build, message) => {
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
  });
});
