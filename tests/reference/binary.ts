/** Functions of two values, element by element, where axes are aligned at the last and those of size 1 repeat. */
import type { BinaryKind } from "../../src/kernels/binary.ts";
import { broadcastAt, broadcastTo } from "./numpy-broadcast.ts";
import { generate, type Values } from "./values.ts";

const remainder = (a: number, b: number): number => (Math.abs(b) === Number.POSITIVE_INFINITY ? a : a % b);

const functions: Readonly<Record<BinaryKind, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  min: Math.min,
  max: Math.max,
  mod: (a, b) => a - b * Math.floor(a / b),
  fmod: remainder,
  equal: (a, b) => (a === b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessOrEqual: (a, b) => (a <= b ? 1 : 0),
  greater: (a, b) => (a > b ? 1 : 0),
  greaterOrEqual: (a, b) => (a >= b ? 1 : 0),
  and: (a, b) => (a && b ? 1 : 0),
  or: (a, b) => (a || b ? 1 : 0),
  xor: (a, b) => (!a !== !b ? 1 : 0),
  prelu: (a, b) => (a < 0 ? a * b : a),
};

export const binary = (a: Values, b: Values, kind: BinaryKind): Values =>
  generate(broadcastTo([a.shape, b.shape]), (index) => functions[kind](broadcastAt(a, index), broadcastAt(b, index)));
