/** Values rounded to a floating-point format of fewer bits, and still stored as they were. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";

export interface RoundFloatOptions {
  readonly mantissaBits: number;
  /** Of the least normal number, as a power of two. */
  readonly leastExponent: number;
  /** The greatest finite value; what rounds above it becomes `overflow`, and an infinity becomes `infinity`. */
  readonly largest: number;
  readonly overflow: number;
  readonly infinity: number;
  /** What NaN becomes. */
  readonly nan: number;
  /** Whether the format has a zero below zero. */
  readonly negativeZero: boolean;
}

/** The nearest values of a format, ties to even. */
export const roundFloat = (x: Node, options: RoundFloatOptions): Node => apply(op, [x], options);

const op: Op<RoundFloatOptions> = {
  name: "roundFloat",
  inputs: ["x"],
  shape: ([x]) => x,
  launches({ attrs: { mantissaBits, leastExponent, largest, overflow, infinity, nan, negativeZero }, shape }) {
    const { channels, blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "round-float",
        bind: ["x", "y"],
        params: {
          size: vectors,
          channels,
          blocks,
          mantissa_bits: mantissaBits,
          least_exponent: leastExponent,
          largest,
          overflow_bits: bitsOf(overflow),
          infinity_bits: bitsOf(infinity),
          nan_bits: bitsOf(nan),
          negative_zero: Number(negativeZero),
        },
        workgroups: grid(vectors),
      },
    ];
  },
};

const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0];
