/** Floating-point formats of 16 bits and fewer: their values, and numbers rounded to them. */
import type { ElementType } from "./element-type.ts";

export interface FloatFormat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** The greatest finite value. */
  readonly largest: number;
  /** What the codes with all bits of the exponent set are: infinities and NaNs, NaN for the last alone, NaN for −0 alone, or numbers. */
  readonly specials: "ieee" | "last" | "negative zero" | "none";
}

/** float16 and bfloat16 (IEEE 754), float8 (Micikevicius et al. 2022, Noune et al. 2022), float4 (OCP MX 1.0). */
const formats: Partial<Readonly<Record<ElementType, FloatFormat>>> = {
  float16: { exponentBits: 5, mantissaBits: 10, bias: 15, largest: 65504, specials: "ieee" },
  bfloat16: { exponentBits: 8, mantissaBits: 7, bias: 127, largest: (2 - 2 ** -7) * 2 ** 127, specials: "ieee" },
  float8e4m3fn: { exponentBits: 4, mantissaBits: 3, bias: 7, largest: 448, specials: "last" },
  float8e4m3fnuz: { exponentBits: 4, mantissaBits: 3, bias: 8, largest: 240, specials: "negative zero" },
  float8e5m2: { exponentBits: 5, mantissaBits: 2, bias: 15, largest: 57344, specials: "ieee" },
  float8e5m2fnuz: { exponentBits: 5, mantissaBits: 2, bias: 16, largest: 57344, specials: "negative zero" },
  float4e2m1: { exponentBits: 2, mantissaBits: 1, bias: 1, largest: 6, specials: "none" },
};

/** The format of a type that is one of these. */
export const formatOf = (type: ElementType): FloatFormat | undefined => formats[type];

/** The value of a code. */
export function decodeFloat(code: number, { exponentBits, mantissaBits, bias, specials }: FloatFormat): number {
  const sign = (code >> (exponentBits + mantissaBits)) & 1 ? -1 : 1;
  const exponent = (code >> mantissaBits) & (2 ** exponentBits - 1);
  const mantissa = code & (2 ** mantissaBits - 1);
  const isTop = exponent === 2 ** exponentBits - 1;
  if (specials === "ieee" && isTop) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (specials === "last" && isTop && mantissa === 2 ** mantissaBits - 1) return Number.NaN;
  if (specials === "negative zero" && sign === -1 && exponent === 0 && mantissa === 0) return Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
  return sign * (1 + mantissa / 2 ** mantissaBits) * 2 ** (exponent - bias);
}

/**
 * The nearest value of a format, ties to the even one. What is too large becomes infinite, or NaN where the format has no infinity;
 * or, where `saturate` says so, the largest value.
 */
export function roundTo({ mantissaBits, bias, largest, specials }: FloatFormat, value: number, saturate: boolean): number {
  // A format without NaN has nothing nearer than zero.
  if (Number.isNaN(value)) return specials === "none" ? 0 : value;
  const magnitude = Math.abs(value);
  const overflow = specials === "ieee" ? Number.POSITIVE_INFINITY : specials === "none" ? largest : Number.NaN;
  if (magnitude === Number.POSITIVE_INFINITY) return Math.sign(value) * (saturate ? largest : overflow);
  const exponent = Math.max(1 - bias, magnitude === 0 ? 1 - bias : Math.floor(Math.log2(magnitude)));
  const quantum = 2 ** (exponent - mantissaBits);
  const rounded = halfEven(magnitude / quantum) * quantum;
  const sign = value < 0 || Object.is(value, -0) ? -1 : 1;
  if (rounded > largest) return sign * (saturate ? largest : overflow);
  return rounded === 0 && specials === "negative zero" ? 0 : sign * rounded;
}

/** The nearest integer to a non-negative number, ties to the even one. */
function halfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
