/** The k smallest or largest elements of each row are found, in order, equal ones by their index, in short rows and in long ones. */
import { describe, expect, test } from "vitest";
import { input, type Node, ShapeError } from "../../src/kernels/op.ts";
import { topK } from "../../src/kernels/top-k.ts";
import { compute } from "../compute.ts";
import { describeOp, type OpCase } from "../describe-op.ts";
import { topK as reference } from "../reference/top-k.ts";
import type { Values } from "../reference/values.ts";

interface Options {
  readonly k: number;
  readonly largest?: boolean;
}

/** Whole numbers below 8, so that there are many equal ones. */
const ties = (_operand: number, _element: number, random: number): number => Math.floor(random * 8);

const cases: readonly OpCase<Options>[] = [
  { name: "the only element", shapes: [[1, 1]], options: { k: 1 } },
  { name: "all of a row, so that it is sorted", shapes: [[3, 7]], options: { k: 7 } },
  { name: "the largest", shapes: [[3, 7]], options: { k: 2, largest: true } },
  { name: "numbers above 0: pad lanes of zeros are not the least", shapes: [[2, 5]], options: { k: 3 }, values: [1, 2] },
  { name: "numbers below 0: pad lanes of zeros are not the largest", shapes: [[2, 5]], options: { k: 3, largest: true }, values: [-2, -1] },
  { name: "equal elements", shapes: [[2, 30]], options: { k: 12 }, values: ties },
  { name: "equal elements, largest first", shapes: [[2, 30]], options: { k: 12, largest: true }, values: ties },
  { name: "more rows than a workgroup", shapes: [[70, 3]], options: { k: 2 } },
  { name: "more than 512: by segments, the last of them part full", shapes: [[2, 1003]], options: { k: 10 } },
  { name: "equal elements in many segments", shapes: [[2, 1003]], options: { k: 10 }, values: ties },
  { name: "the largest by segments", shapes: [[2, 1003]], options: { k: 5, largest: true } },
  { name: "10⁴ elements: segments of segments", shapes: [[2, 10_000]], options: { k: 10 } },
  { name: "10⁴ equal elements: the first ten", shapes: [[1, 10_000]], options: { k: 10 }, values: () => 3 },
  { name: "k too large for segments", shapes: [[1, 600]], options: { k: 600 } },
];

describeOp(
  "topK indices",
  (x: Node, { k, ...options }: Options) => topK(x, k, options).indices,
  (x: Values, { k, ...options }: Options) => reference(x, k, options).indices,
  cases,
);
describeOp(
  "topK values",
  (x: Node, { k, ...options }: Options) => topK(x, k, options).values,
  (x: Values, { k, ...options }: Options) => reference(x, k, options).values,
  cases.filter(({ name }) => /largest|segments/.test(name)),
);

describe("numbers that are none", () => {
  test.each([
    [{ largest: false }, [3, 0, 1, 2, 4]],
    [{ largest: true }, [0, 3, 1, 2, 4]],
  ])("+∞ and NaN come last by their index, −∞ first: %o", async (options, expected) => {
    const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: lowest } = Number;
    const data = options.largest ? [infinity, nan, lowest, 1, nan] : [1, nan, infinity, lowest, nan];
    const { indices } = await compute(
      { indices: topK(input("input", [1, 5]), 5, options).indices },
      { inputs: { input: { shape: [1, 5], data: Float32Array.from(data) } } },
    );
    expect([...indices.data]).toEqual(expected);
  });
});

describe("errors", () => {
  test.each([
    ["k of 0", [2, 5], 0, "topK: 0 is no k from 1 to 5, got [2, 5]"],
    ["more than there are", [2, 5], 6, "topK: 6 is no k from 1 to 5, got [2, 5]"],
    ["half an element", [2, 5], 1.5, "topK: 1.5 is no k from 1 to 5, got [2, 5]"],
    ["4 axes", [2, 5, 1, 1], 1, "topK: input must have 2 axes, got [2, 5, 1, 1]"],
    ["rows whose indices float32 cannot hold", [1, 2 ** 24 + 1], 1, "topK: rows may have 16777216 elements at most, got [1, 16777217]"],
  ])("topK refuses %s", (_, shape, k, message) => {
    expect(() => topK(input("x", shape), k)).toThrow(ShapeError);
    expect(() => topK(input("x", shape), k)).toThrow(message);
  });
});
