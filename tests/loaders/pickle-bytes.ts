/** Pickles written instruction by instruction, and put into the archive that PyTorch makes. */
import { zipOf } from "./zip-bytes.ts";

export type Piece = string | number | readonly number[] | Uint8Array;

const encoder = new TextEncoder();

/** Bytes of instructions: text as it is, numbers as bytes. */
export function bytesOf(...pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const parts = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : typeof piece === "number" ? [piece] : piece));
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A protocol 2 pickle of these instructions. */
export const pickle = (...pieces: readonly Piece[]): Uint8Array<ArrayBuffer> => bytesOf(0x80, 2, ...pieces, ".");

export const text = (value: string): Piece => [0x58, ...u32(encoder.encode(value).length), ...encoder.encode(value)];
export const int = (value: number): Piece => [0x4a, ...u32(value)];
export const global = (module: string, name: string): Piece => `c${module}\n${name}\n`;
const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

/** ("storage", torch.FloatStorage, key, "cpu", count) as a persistent id. */
export const storage = (key: string, count: number, type = "FloatStorage"): Piece[] => [
  "(",
  text("storage"),
  global("torch", type),
  text(key),
  text("cpu"),
  int(count),
  "tQ",
];

const tuple = (values: readonly number[]): Piece[] => ["(", ...values.map(int), "t"];

/** A tensor over storage "0". */
export const tensor = (offset: number, shape: readonly number[], strides: readonly number[], count = 6): Piece[] => [
  global("torch._utils", "_rebuild_tensor_v2"),
  "(",
  ...storage("0", count),
  int(offset),
  ...tuple(shape),
  ...tuple(strides),
  0x89,
  global("collections", "OrderedDict"),
  ")R",
  "tR",
];

/** A state dict with one tensor. */
export const stateDict = (...value: readonly Piece[]): Piece[] => ["}", text("weight"), ...value, "s"];

/** PyTorch's archive around a pickle, with one storage of six floats. */
export const archive = (
  data: Uint8Array,
  storageBytes = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer),
): Uint8Array<ArrayBuffer> =>
  zipOf([
    { name: "x/data.pkl", data },
    { name: "x/byteorder", data: encoder.encode("little") },
    { name: "x/data/0", data: storageBytes },
  ]);
