/** Seeded damage to valid files: the same seed and place give the same bytes. */
import { xorshift } from "../xorshift.ts";
import type { Seed } from "./family.ts";

type Draw = (bound: number) => number;

/** Numbers at which lengths, counts and offsets go wrong. */
const EDGES = [0, 1, 2, 3, 7, 8, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

/** One of the seeds with one to four kinds of damage; input 0 of each seed is the seed itself. */
export function mutated(seeds: readonly Seed[], runSeed: number, index: number): Seed {
  const { name, bytes } = seeds[index % seeds.length];
  if (index < seeds.length) return { name, bytes };
  // Weyl's sequence spreads neighbouring places over all states; the generator's state must not be 0.
  const draw = xorshift(Math.imul(runSeed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b) || 1);
  for (let i = 0; i < 8; i++) draw(2);
  let result: Uint8Array = Uint8Array.from(bytes);
  for (let count = 1 + draw(4); count > 0 && result.length > 0; count--) {
    const other = seeds[draw(seeds.length)].bytes;
    result = DAMAGES[draw(DAMAGES.length)](result, draw, other);
  }
  return { name, bytes: result };
}

/** Most fields lie near the beginning or the end of a file, so half of all places do. */
function place(length: number, draw: Draw): number {
  const near = Math.min(length, 512);
  const from = [0, length - near][draw(2)];
  return draw(2) === 0 ? draw(length) : from + draw(near);
}

function flip(bytes: Uint8Array, draw: Draw): Uint8Array {
  for (let count = 1 + draw(8); count > 0; count--) bytes[place(bytes.length, draw)] ^= 1 << draw(8);
  return bytes;
}

function truncate(bytes: Uint8Array, draw: Draw): Uint8Array {
  return bytes.slice(0, place(bytes.length, draw));
}

/** Writes an edge value over 1, 2, 4 or 8 bytes, in either byte order. */
function edge(bytes: Uint8Array, draw: Draw): Uint8Array {
  const width = [1, 2, 4, 8][draw(4)];
  const at = place(bytes.length, draw);
  const value = EDGES[draw(EDGES.length)];
  const fill = value === 0xffffffff ? 255 : 0; // all ones in eight bytes too
  const digits = Array.from({ length: width }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 255 : fill));
  if (draw(2) === 0) digits.reverse();
  for (const [i, digit] of digits.entries()) if (at + i < bytes.length) bytes[at + i] = digit;
  return bytes;
}

function duplicate(bytes: Uint8Array, draw: Draw): Uint8Array {
  const from = place(bytes.length, draw);
  const block = bytes.subarray(from, from + 1 + draw(256));
  const at = place(bytes.length, draw);
  return joined(bytes.subarray(0, at), block, bytes.subarray(at));
}

/** The beginning of one file and the end of another. */
function splice(bytes: Uint8Array, draw: Draw, other: Uint8Array): Uint8Array {
  return other.length === 0 ? bytes : joined(bytes.subarray(0, place(bytes.length, draw)), other.subarray(place(other.length, draw)));
}

/** Two blocks change places. */
function swap(bytes: Uint8Array, draw: Draw): Uint8Array {
  const length = 1 + draw(32);
  const [a, b] = [place(bytes.length, draw), place(bytes.length, draw)];
  const block = bytes.slice(a, a + length);
  bytes.copyWithin(a, b, Math.min(b + length, bytes.length));
  bytes.set(block.subarray(0, Math.max(0, bytes.length - b)), b);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const DAMAGES: readonly ((bytes: Uint8Array, draw: Draw, other: Uint8Array) => Uint8Array)[] = [
  flip,
  truncate,
  edge,
  duplicate,
  splice,
  swap,
];
