/** Zip archives (APPNOTE 6.3.10): the directory, and entries as views where they are stored; deflated ones are inflated within limits. */
import { InputError } from "../bytes.ts";
import { crc32 } from "./crc32.ts";
import { inflateUpTo } from "./inflate.ts";
import { joined } from "./joined.ts";

export interface ZipEntry {
  readonly name: string;
  /** Bytes of the contents, once inflated. */
  readonly size: number;
  /**
   * The contents: a view of the archive where they are stored.
   * @throws InputError where they are damaged; a stored entry's checksum is not looked at, since PyTorch can be told to write none.
   */
  read(): Uint8Array;
}

/** All that an archive may inflate to, as a multiple of its size or at least in bytes: floats hardly compress, bombs do by a thousand. */
const MAX_INFLATION = 4;
const MIN_INFLATED = 2 ** 26;
/** More than any checkpoint has; each takes 46 bytes of the directory. */
const MAX_ENTRIES = 2 ** 18;

const [LOCAL, CENTRAL, END, END64, LOCATOR64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

/** Where an entry lies, as the directory has it. */
interface Placed {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly begin: number;
  readonly end: number;
}

/**
 * The entries by name.
 * @throws InputError where the archive is damaged, encrypted, in parts, holds entries that overlap, or would inflate beyond all measure.
 */
export function readZip(bytes: Uint8Array, file: string): ReadonlyMap<string, ZipEntry> {
  const fail = (problem: string): InputError => new InputError(file, `is a damaged zip archive: ${problem}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = findDirectory(view, fail);
  const placed: Placed[] = [];
  let at = directory.begin;
  for (let i = 0; i < directory.entries; i++) {
    const { next, ...entry } = readPlace(view, bytes, at, fail);
    placed.push(entry);
    at = next;
  }
  checkPlaces(placed, directory.begin, fail);
  const inflated = placed.reduce((sum, { method, size }) => sum + (method === 0 ? 0 : size), 0);
  const most = Math.max(MIN_INFLATED, MAX_INFLATION * bytes.length);
  if (inflated > most) throw new InputError(file, `would inflate to ${inflated} bytes, at most ${most} are read from a file of its size`);
  const entries = new Map<string, ZipEntry>();
  for (const place of placed) {
    if (entries.has(place.name)) throw fail(`two entries are called ${JSON.stringify(place.name.slice(0, 100))}`);
    entries.set(place.name, { name: place.name, size: place.size, read: () => contents(bytes, place, fail) });
  }
  return entries;
}

type Fail = (problem: string) => InputError;

/** The end record is the last thing but a comment of at most 65,535 bytes. */
function findDirectory(view: DataView, fail: Fail): { begin: number; entries: number } {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  let end = view.byteLength - 22;
  while (end >= first && view.getUint32(end, true) !== END) end--;
  if (end < first) throw fail("it has no directory (is it cut off?)");
  let [disk, entries, size, begin] = [
    view.getUint16(end + 4, true),
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  let stop = end;
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR64) {
    stop = long(view, end - 12);
    if (stop > end - 20 - 56 || view.getUint32(stop, true) !== END64) throw fail("its 64-bit directory is not where it should be");
    [disk, entries, size, begin] = [view.getUint32(stop + 16, true), long(view, stop + 32), long(view, stop + 40), long(view, stop + 48)];
  }
  if (disk !== 0) throw fail("it is one part of several");
  if (!(begin + size <= stop)) throw fail(`its directory of ${size} bytes at byte ${begin} reaches beyond byte ${stop}`);
  if (entries > Math.min(MAX_ENTRIES, size / 46)) throw fail(`a directory of ${size} bytes cannot hold ${entries} entries`);
  return { begin, entries };
}

/** 64 bits as a number; beyond 2⁵³ it is rounded, and every check of a bound refuses it. */
const long = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function readPlace(view: DataView, bytes: Uint8Array, at: number, fail: Fail): Placed & { next: number } {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) throw fail(`no directory entry at byte ${at}`);
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const next = at + 46 + nameLength + extraLength + commentLength;
  if (next > view.byteLength) throw fail(`the directory entry at byte ${at} is cut off`);
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
  const shown = JSON.stringify(name.slice(0, 100));
  if (flags & 1) throw fail(`${shown} is encrypted`);
  if (method !== 0 && method !== 8) throw fail(`${shown} is compressed by method ${method}, only deflate is read`);
  const short = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  const [size, compressed, local] = longSizes(view, short, at + 46 + nameLength, extraLength);
  if (!(local + 30 <= view.byteLength) || view.getUint32(local, true) !== LOCAL) throw fail(`${shown} is not at byte ${local}`);
  const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const end = begin + compressed;
  if (!(end <= view.byteLength)) throw fail(`${shown} ends at byte ${end} of ${view.byteLength}`);
  if (method === 0 && size !== compressed) throw fail(`${shown} is stored in ${compressed} bytes but should have ${size}`);
  return { name, method, crc: view.getUint32(at + 16, true), compressed, size, begin, end, next };
}

/** Size, compressed size and offset, each from the zip64 extra field where the directory's own is all ones. */
function longSizes(view: DataView, short: readonly number[], begin: number, length: number): number[] {
  for (let at = begin; at + 4 <= begin + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    return short.map((value) => {
      if (value !== 0xffffffff || field + 8 > begin + length) return value;
      field += 8;
      return long(view, field - 8);
    });
  }
  return [...short];
}

/** Overlapping entries are how a small archive holds a large one many times. */
function checkPlaces(placed: readonly Placed[], directory: number, fail: Fail): void {
  let reached = 0;
  for (const { name, begin, end } of placed.toSorted((a, b) => a.begin - b.begin)) {
    if (begin < reached || end > directory) throw fail(`${JSON.stringify(name.slice(0, 100))} overlaps what lies beside it`);
    reached = end;
  }
}

function contents(bytes: Uint8Array, { name, method, crc, size, begin, end }: Placed, fail: Fail): Uint8Array {
  const stream = bytes.subarray(begin, end);
  if (method === 0) return stream;
  const shown = JSON.stringify(name.slice(0, 100));
  const result = inflated(stream, size, (problem) => fail(`${shown} ${problem}`));
  if (result.length !== size) throw fail(`${shown} inflates to ${result.length} bytes instead of ${size}`);
  if (crc32(result) !== crc) throw fail(`the checksum of ${shown} does not match`);
  return result;
}

function inflated(stream: Uint8Array, size: number, fail: Fail): Uint8Array {
  let parts: readonly Uint8Array[] | undefined;
  try {
    parts = inflateUpTo(stream, size, "raw");
  } catch (cause) {
    throw fail(`cannot be inflated (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!parts) throw fail(`inflates to more than ${size} bytes`);
  return joined(parts);
}
