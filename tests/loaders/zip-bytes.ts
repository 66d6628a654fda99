/** Zip archives written field by field, so that tests can lie in each. */
import { deflateSync } from "fflate";
import { crc32 } from "../../src/loaders/crc32.ts";

export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflated?: boolean;
  /** What the directory says instead of the truth. */
  readonly size?: number;
  readonly compressed?: number;
  readonly offset?: number;
  readonly crc?: number;
  readonly flags?: number;
}

export function zipOf(entries: readonly ZipPart[], { zip64 = false }: { readonly zip64?: boolean } = {}): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const put = (bytes: Uint8Array) => {
    parts.push(bytes);
    length += bytes.length;
  };
  const u16 = (value: number) => put(Uint8Array.of(value, value >> 8));
  const u32 = (value: number) => put(Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
  const u64 = (value: number) => {
    u32(value % 2 ** 32);
    u32(Math.floor(value / 2 ** 32));
  };
  const placed = entries.map((part) => {
    const { name, data, deflated = false } = part;
    const stream = deflated ? deflateSync(data) : data;
    const offset = length;
    u32(0x04034b50);
    for (const field of [20, 0, deflated ? 8 : 0, 0, 0]) u16(field);
    for (const field of [crc32(data), stream.length, data.length]) u32(field);
    u16(name.length);
    u16(0);
    put(new TextEncoder().encode(name));
    put(stream);
    return { ...part, stream, at: offset };
  });
  const directory = length;
  for (const { name, data, deflated = false, flags = 0, stream, at, crc, size, compressed, offset } of placed) {
    const [begin, packed, full] = [offset ?? at, compressed ?? stream.length, size ?? data.length];
    u32(0x02014b50);
    for (const field of [20, 20, flags, deflated ? 8 : 0, 0, 0]) u16(field);
    u32(crc ?? crc32(data));
    for (const field of zip64 ? [0xffffffff, 0xffffffff] : [packed, full]) u32(field);
    for (const field of [name.length, zip64 ? 28 : 0, 0, 0, 0]) u16(field);
    u32(0);
    u32(zip64 ? 0xffffffff : begin);
    put(new TextEncoder().encode(name));
    if (zip64) {
      u16(1);
      u16(24);
      for (const field of [full, packed, begin]) u64(field);
    }
  }
  const size = length - directory;
  const end64 = length;
  if (zip64) {
    u32(0x06064b50);
    u64(44);
    u16(45);
    u16(45);
    u32(0);
    u32(0);
    for (const field of [entries.length, entries.length, size, directory]) u64(field);
    u32(0x07064b50);
    u32(0);
    u64(end64);
    u32(1);
  }
  u32(0x06054b50);
  for (const field of [0, 0, entries.length, entries.length]) u16(field);
  u32(size);
  u32(zip64 ? 0xffffffff : directory);
  u16(0);
  const archive = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}
