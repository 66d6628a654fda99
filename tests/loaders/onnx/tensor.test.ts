/** Elements of every type are decoded to their values, from raw bytes and from typed fields. */
import { describe, expect, test } from "vitest";
import type { ElementType } from "../../../src/loaders/onnx/element-type.ts";
import { formatOf, roundTo } from "../../../src/loaders/onnx/small-float.ts";
import { type Content, decodeTensor } from "../../../src/loaders/onnx/tensor.ts";

const decoded = (type: ElementType, length: number, content: Content): number[] =>
  Array.from(decodeTensor({ name: "t", type, shape: [length], content })?.data ?? []);
const raw = (...bytes: readonly number[]): Content => ({ kind: "raw", bytes: Uint8Array.from(bytes) });

test.for<[ElementType, Content, number[]]>([
  ["float32", raw(0, 0, 192, 63), [1.5]],
  ["float64", raw(0, 0, 0, 0, 0, 0, 248, 63), [1.5]],
  ["float16", raw(0x00, 0x3e, 0x00, 0xfc, 0x01, 0x00), [1.5, Number.NEGATIVE_INFINITY, 2 ** -24]],
  ["bfloat16", raw(0xc0, 0x3f, 0x80, 0xff), [1.5, Number.NEGATIVE_INFINITY]],
  ["float8e4m3fn", raw(0x3c, 0x7e, 0x01), [1.5, 448, 2 ** -9]],
  ["float8e4m3fnuz", raw(0x44, 0x7f, 0x00), [1.5, 240, 0]],
  ["float8e5m2", raw(0x3e, 0x7b, 0xfc), [1.5, 57344, Number.NEGATIVE_INFINITY]],
  ["float8e5m2fnuz", raw(0x42, 0x7f), [1.5, 57344]],
  ["float4e2m1", raw(0x73, 0x0f), [1.5, 6, -6]],
  ["int8", raw(0xff), [-1]],
  ["uint8", raw(0xff), [255]],
  ["int16", raw(0xfe, 0xff), [-2]],
  ["uint16", raw(0xfe, 0xff), [65534]],
  ["int32", raw(0xfe, 0xff, 0xff, 0xff), [-2]],
  ["uint32", raw(0xfe, 0xff, 0xff, 0xff), [2 ** 32 - 2]],
  ["int64", raw(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), [-2]],
  ["bool", raw(0, 1, 2), [0, 1, 1]],
  ["int4", raw(0x8f, 0x07), [-1, -8, 7]],
  ["uint4", raw(0x8f, 0x07), [15, 8, 7]],
  ["int2", raw(0b11100100), [0, 1, -2, -1]],
  ["uint2", raw(0b11100100), [0, 1, 2, 3]],
])("%s from raw bytes", ([type, content, expected]) => {
  expect(decoded(type, expected.length, content)).toEqual(expected);
});

test.for<[ElementType, number[], number[]]>([
  ["float32", [1.5], [1.5]],
  ["float16", [0x3e00], [1.5]],
  ["float8e4m3fn", [0x3c], [1.5]],
  ["int4", [0x8f, 0x07], [-1, -8, 7]],
  ["uint64", [-1], [2 ** 64]],
])("%s from a typed field", ([type, values, expected]) => {
  expect(decoded(type, expected.length, { kind: "numbers", values })).toEqual(expected);
});

describe("rounding to a small format", () => {
  const round = (type: ElementType, value: number, saturate = false): number => {
    const format = formatOf(type);
    return format ? roundTo(format, value, saturate) : Number.NaN;
  };
  test("goes to the nearest value, ties to even", () => {
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 65519].map((value) => round("float16", value))).toEqual([1, 1 + 2 ** -9, 0, 65504]);
  });
  test("past the largest value gives infinity, NaN or the largest, as the format and saturation say", () => {
    expect(round("float16", 65520)).toBe(Number.POSITIVE_INFINITY);
    expect(round("float8e4m3fn", 500)).toBeNaN();
    expect(round("float8e4m3fn", 500, true)).toBe(448);
    expect(round("float8e5m2", -1e9, true)).toBe(-57344);
    expect(round("float4e2m1", 100)).toBe(6);
  });
});
