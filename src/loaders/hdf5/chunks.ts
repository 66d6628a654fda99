/** Arrays that an HDF5 file stores in chunks, found through a tree and perhaps deflated and shuffled. */
import { sizeOf } from "../../tensor.ts";
import { inflateUpTo } from "../inflate.ts";
import { joined } from "../joined.ts";
import type { Reader } from "./reader.ts";

export interface Chunked {
  readonly tree: number;
  /** Sizes of a chunk along each axis. */
  readonly chunk: readonly number[];
  readonly shape: readonly number[];
  /** Bytes of an element. */
  readonly size: number;
  readonly filters: readonly number[];
}

const [DEFLATE, SHUFFLE, CHECKSUM] = [1, 2, 3];

/** An array's bytes as a multiple of the file's, or at least in bytes: chunks that are missing are zeros, and cost nothing in the file. */
const MAX_EXPANSION = 4;
const MIN_EXPANDED = 2 ** 25;

/** The bytes of all elements in row-major order. */
export function readChunks(reader: Reader, { tree, chunk, shape, size, filters }: Chunked): Uint8Array {
  const unknown = filters.find((filter) => ![DEFLATE, SHUFFLE, CHECKSUM].includes(filter));
  if (unknown !== undefined) throw reader.fail(`chunks went through filter ${unknown}; deflate, shuffle and checksums are read`);
  if (chunk.length !== shape.length || chunk.some((length) => length < 1)) throw reader.fail(`chunks of [${chunk}] do not fit [${shape}]`);
  const [chunkBytes, length] = [sizeOf(chunk) * size, sizeOf(shape) * size];
  const most = Math.max(MIN_EXPANDED, MAX_EXPANSION * reader.bytes.length);
  if (!(chunkBytes <= most && length <= most))
    throw reader.fail(`an array of ${length} bytes in chunks of ${chunkBytes}, at most ${most} are read`);
  const result = new Uint8Array(length);
  const keyBytes = 8 + 8 * (shape.length + 1);
  let inflated = 0;
  const left = [tree];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    reader.visit();
    reader.expect(node, "TREE");
    const [level, count] = [reader.u8(node + 5), reader.u16(node + 6)];
    for (let i = 0; i < count; i++) {
      const key = node + 24 + (keyBytes + 8) * i;
      const child = reader.u64(key + keyBytes);
      if (level > 0) {
        left.push(child);
        continue;
      }
      reader.visit();
      inflated += chunkBytes;
      if (inflated > 2 * most) throw reader.fail("its chunks are more than its array");
      const offsets = shape.map((_, axis) => reader.u64(key + 8 + 8 * axis));
      const mask = reader.u32(key + 4);
      const data = filters.reduceRight(
        (bytes, filter, order) => (mask & (1 << order) ? bytes : undone(reader, bytes, filter, size, chunkBytes)),
        reader.slice(child, reader.u32(key)),
      );
      if (data.length < chunkBytes) throw reader.fail(`a chunk has ${data.length} bytes instead of ${chunkBytes}`);
      place(result, shape, data, chunk, offsets, size);
    }
  }
  return result;
}

function undone(reader: Reader, bytes: Uint8Array, filter: number, size: number, most: number): Uint8Array {
  if (filter === CHECKSUM) return bytes.subarray(0, Math.max(0, bytes.length - 4));
  if (filter === SHUFFLE) return unshuffled(bytes, size);
  let parts: readonly Uint8Array[] | undefined;
  try {
    parts = inflateUpTo(bytes, most + 4, "zlib"); // a checksum of HDF5's may follow the data
  } catch (cause) {
    throw reader.fail(`a chunk cannot be inflated (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!parts) throw reader.fail(`a chunk inflates to more than ${most} bytes`);
  return joined(parts);
}

/** First bytes of all elements, then second ones, and so on, put together again. */
function unshuffled(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  const count = Math.floor(bytes.length / size);
  for (let b = 0; b < size; b++) for (let i = 0; i < count; i++) result[i * size + b] = bytes[b * count + i];
  return result;
}

/** Copies the rows of a chunk that lie within the array. */
function place(
  result: Uint8Array,
  shape: readonly number[],
  data: Uint8Array,
  chunk: readonly number[],
  offsets: readonly number[],
  size: number,
): void {
  if (shape.length === 0) {
    result.set(data.subarray(0, size));
    return;
  }
  const last = shape.length - 1;
  const width = Math.min(chunk[last], shape[last] - offsets[last]) * size;
  if (!(width > 0)) return;
  const rows = sizeOf(chunk.slice(0, last));
  for (let row = 0; row < rows; row++) {
    let rest = row;
    let at = offsets[last];
    let stride = shape[last];
    let isInside = true;
    for (let axis = last - 1; axis >= 0; axis--) {
      const index = offsets[axis] + (rest % chunk[axis]);
      rest = Math.floor(rest / chunk[axis]);
      isInside &&= index < shape[axis];
      at += index * stride;
      stride *= shape[axis];
    }
    if (isInside) result.set(data.subarray(row * chunk[last] * size, row * chunk[last] * size + width), at * size);
  }
}
