/** Bounds-checked numbers of an HDF5 file, with a limit on how much of its structure is walked. */
import { InputError } from "../../bytes.ts";

export interface Reader {
  readonly bytes: Uint8Array;
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
  /** 64 bits; beyond 2⁵³ rounded, which every later check of a bound refuses. */
  u64(at: number): number;
  /** Bytes of the file, as a view. */
  slice(at: number, length: number): Uint8Array;
  /** Checks the four letters by which a block begins. */
  expect(at: number, signature: string): void;
  fail(problem: string): InputError;
  /** Counts a block of structure: links that lead in circles or fan out without end use up the allowance. */
  visit(): void;
}

/** Objects, tree nodes and heaps of one file; the largest models have some ten thousand. */
const MAX_BLOCKS = 2 ** 17;

export function readerOf(bytes: Uint8Array, file: string): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (problem: string): InputError => new InputError(file, `is an HDF5 file that cannot be read: ${problem}`);
  const check = (at: number, length: number): number => {
    if (!(at >= 0 && length >= 0 && at + length <= bytes.length))
      throw fail(`${length} bytes at byte ${at} lie beyond its end at ${bytes.length}`);
    return at;
  };
  let blocks = 0;
  return {
    bytes,
    fail,
    u8: (at) => view.getUint8(check(at, 1)),
    u16: (at) => view.getUint16(check(at, 2), true),
    u32: (at) => view.getUint32(check(at, 4), true),
    u64: (at) => Number(view.getBigUint64(check(at, 8), true)),
    slice: (at, length) => bytes.subarray(check(at, length), at + length),
    expect(at, signature) {
      const found = String.fromCharCode(...bytes.subarray(check(at, 4), at + 4));
      if (found !== signature) throw fail(`${signature} should be at byte ${at}, got ${JSON.stringify(found)}`);
    },
    visit() {
      if (++blocks > MAX_BLOCKS) throw fail(`it has more than ${MAX_BLOCKS} blocks, or leads in circles`);
    },
  };
}
