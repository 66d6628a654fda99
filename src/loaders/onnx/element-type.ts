/** The element types of ONNX, and how many bits each takes. */

/** By their numbers in onnx.proto's TensorProto.DataType. */
const names = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
  23: "float4e2m1",
  24: "float8e8m0",
  25: "uint2",
  26: "int2",
} as const;

export type ElementType = (typeof names)[keyof typeof names];

const byCode: ReadonlyMap<number, ElementType> = new Map(Object.entries(names).map(([code, name]) => [Number(code), name]));

/** The type of a number in TensorProto.DataType, where there is one. */
export const elementTypeOf = (code: number): ElementType | undefined => byCode.get(code);

/** Bits an element takes in raw data; 0 for text. */
export function bitsOf(type: ElementType): number {
  if (type === "string") return 0;
  if (type === "bool") return 8;
  if (type === "bfloat16") return 16;
  const float8 = /^float([48])e/.exec(type);
  return Number(float8 ? float8[1] : /\d+$/.exec(type)?.[0]);
}

/** Whether values of a type are real numbers with a fraction. */
export const isFloat = (type: ElementType): boolean => type.startsWith("float") || type === "bfloat16";

/** The least and greatest value of an integer type; of bool, 0 and 1. */
export function integerRange(type: ElementType): readonly [number, number] | undefined {
  if (type === "bool") return [0, 1];
  const [, unsigned, bits] = /^(u?)int(\d+)$/.exec(type) ?? [];
  if (bits === undefined) return undefined;
  return unsigned ? [0, 2 ** Number(bits) - 1] : [-(2 ** (Number(bits) - 1)), 2 ** (Number(bits) - 1) - 1];
}
