/** Max pooling takes the largest value of each window, as PyTorch lays the windows, and gives its gradient to the first that has it. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/graph/gradient.ts";
import { maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { input } from "../../src/kernels/op.ts";
import { tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { maxPool2d as reference } from "../reference/max-pool2d.ts";

// biome-ignore format: one case a line
describeOp("maxPool2d", maxPool2d, reference, [
  { name: "2×2, stride as the kernel", shapes: [[1, 4, 6, 8]], options: { kernel: 2 } },
  { name: "2×2 on odd sizes drops the last row and column", shapes: [[1, 4, 7, 5]], options: { kernel: 2 } },
  { name: "3×3 stride 2 with padding on even sizes, as after ResNet's stem", shapes: [[2, 8, 8, 8]], options: { kernel: 3, stride: 2, padding: 1 } },
  { name: "3×3 stride 2 with padding on odd sizes", shapes: [[1, 64, 7, 5]], options: { kernel: 3, stride: 2, padding: 1 } },
  { name: "3×3 stride 2 with padding over several strips of a row", shapes: [[2, 7, 9, 19]], options: { kernel: 3, stride: 2, padding: 1 } },
  { name: "padding never wins over negative values", shapes: [[1, 5, 4, 4]], options: { kernel: 3, stride: 2, padding: 1 }, values: [-3, -2] },
  { name: "values below every power of ten that could stand for −∞", shapes: [[1, 4, 4, 4]], options: { kernel: 3, padding: 1 }, values: [-3e38, -1e38] },
  { name: "one channel", shapes: [[2, 1, 5, 5]], options: { kernel: 3, stride: 1 } },
  { name: "three channels, more than one workgroup", shapes: [[1, 3, 40, 41]], options: { kernel: 2 } },
  { name: "ceil mode keeps a part window at the end", shapes: [[1, 4, 6, 6]], options: { kernel: 3, stride: 2, ceilMode: true } },
  { name: "ceil mode drops a window that would start in the padding after", shapes: [[1, 4, 3, 3]], options: { kernel: 2, stride: 2, padding: 1, ceilMode: true } },
  { name: "ceil mode with padding on odd sizes", shapes: [[1, 4, 7, 6]], options: { kernel: 3, stride: 2, padding: 1, ceilMode: true } },
  { name: "dilation 2", shapes: [[1, 4, 7, 8]], options: { kernel: 3, stride: 1, padding: 1, dilation: 2 } },
  { name: "5×5 stride 1 with padding, as in spatial pyramid pooling", shapes: [[1, 4, 6, 6]], options: { kernel: 5, stride: 1, padding: 2 } },
  { name: "kernel, stride and padding of their own for each axis", shapes: [[1, 4, 7, 9]], options: { kernel: [3, 2], stride: [1, 3], padding: [1, 0] } },
  { name: "stride larger than the kernel", shapes: [[1, 4, 9, 9]], options: { kernel: 2, stride: 4 } },
  { name: "kernel as large as the map", shapes: [[2, 6, 4, 3]], options: { kernel: [4, 3] } },
  { name: "1×1 kernel thins out pixels", shapes: [[1, 4, 5, 5]], options: { kernel: 1, stride: 2 } },
]);

describeShapeErrors("maxPool2d", maxPool2d, [
  { name: "an input of 2 axes", shapes: [[1, 4]], options: { kernel: 2 } },
  { name: "a kernel larger than the padded map", shapes: [[1, 4, 3, 3]], options: { kernel: 4 } },
  { name: "padding of more than half the kernel", shapes: [[1, 4, 5, 5]], options: { kernel: 3, padding: 2 } },
  { name: "a stride of 0", shapes: [[1, 4, 3, 3]], options: { kernel: 2, stride: 0 } },
]);

test("a NaN wins every window that it is in", async () => {
  const x = input("x", [1, 1, 1, 5]);
  const y = maxPool2d(x, { kernel: [1, 2], stride: 1 });
  const results = await compute({ y }, { inputs: { x: tensor(x.shape, Float32Array.of(1, Number.NaN, 9, 2, 3)) } });
  expect([...results.y.data]).toEqual([Number.NaN, Number.NaN, 9, 3]);
});

describe.each([2, 3])("windows of %i × %i, stride 2", (kernel) => {
  // Five windows across and down, so that strips and blocks of rows are not whole.
  const side = 8 + kernel;
  const x = input("x", [1, 1, side, side]);
  const pooled = async (values: ReadonlyMap<number, number>): Promise<number[]> => {
    const data = Float32Array.from({ length: side * side }, (_, i) => values.get(i) ?? -1);
    return [...(await compute({ y: maxPool2d(x, { kernel, stride: 2 }) }, { inputs: { x: tensor(x.shape, data) } })).y.data];
  };
  /** Windows that see an element of the map. */
  const seeing = (element: number): number[] => {
    const along = (at: number): number[] => [0, 1, 2, 3, 4].filter((i) => i * 2 <= at && at < i * 2 + kernel);
    return along(Math.floor(element / side)).flatMap((row) => along(element % side).map((column) => row * 5 + column));
  };

  test("a NaN of either sign wins wherever it is seen, also over infinity", async () => {
    const minusNaN = new Float32Array(Uint32Array.of(0xffc00000).buffer)[0];
    const places = [0, 3, side * 2 + 2, side * 4 + 9, side * 8 + 1, side * 9 + 8];
    const values = new Map(places.flatMap((at, i) => [[at, i % 2 === 0 ? Number.NaN : minusNaN] as const]));
    values.set(1, Number.POSITIVE_INFINITY);
    const wins = new Set(places.flatMap(seeing));
    const isInfinite = new Set(seeing(1));
    const rest = (i: number): number => (isInfinite.has(i) ? Number.POSITIVE_INFINITY : -1);
    expect(await pooled(values)).toEqual(Array.from({ length: 25 }, (_, i) => (wins.has(i) ? Number.NaN : rest(i))));
  });

  test("infinities are values like others", async () => {
    const all = new Map(Array.from({ length: side * side }, (_, i) => [i, Number.NEGATIVE_INFINITY]));
    all.set(side * 5 + 5, Number.POSITIVE_INFINITY);
    const wins = new Set(seeing(side * 5 + 5));
    const expected = Array.from({ length: 25 }, (_, i) => (wins.has(i) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY));
    expect(await pooled(all)).toEqual(expected);
  });
});

test.each([
  { name: "the first of equal values", x: [2, 2, 1, 2, 2, 0, 0, 0, 0], winners: [1, 1, 0, 1, 1, 0, 0, 0, 0] },
  { name: "the last of several NaN", x: [0, Number.NaN, 9, 9, Number.NaN, 9, 0, 0, 9], winners: [0, 0, 0, 0, 4, 0, 0, 0, 0] },
  { name: "one of values that are all −∞", x: new Array(9).fill(Number.NEGATIVE_INFINITY), winners: [1, 1, 0, 1, 1, 0, 0, 0, 0] },
])("the gradient of a window goes to $name, as in PyTorch", async ({ x: values, winners }) => {
  const x = input("x", [1, 1, 3, 3]);
  const [dx] = gradients(maxPool2d(x, { kernel: 2, stride: 1 }), [x]);
  const results = await compute({ dx }, { inputs: { x: tensor(x.shape, Float32Array.from(values)) } });
  expect([...results.dx.data]).toEqual(winners);
});
