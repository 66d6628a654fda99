/**
 * HDF5 files as h5py writes them unless told otherwise (superblock 0, version 1 headers and trees): groups, attributes of text, arrays
 * of numbers. Every address is checked and every walk is bounded, since a file's trees may be broken on purpose.
 */
import { sizeOf } from "../../tensor.ts";
import { swapped } from "../numpy-array.ts";
import type { StoredTensor } from "../stored-tensor.ts";
import { readChunks } from "./chunks.ts";
import { type Message, readAttribute, readDataspace, readDatatype, readFilters, readLayout, textOf } from "./messages.ts";
import { type Reader, readerOf } from "./reader.ts";

/** A group or an array, and what is said of it. */
export interface Hdf5Object {
  readonly attributes: ReadonlyMap<string, string | readonly string[]>;
  /** The members of a group, by name in the order of the file's tree; undefined for an array. */
  readonly members?: ReadonlyMap<string, () => Hdf5Object>;
  /** The elements of an array: a view of the file where they lie in one piece. */
  readonly read?: () => StoredTensor;
}

const [DATASPACE, DATATYPE, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOLS, SHARED] = [1, 3, 8, 11, 12, 16, 17, 2];

/**
 * The file's root group.
 * @throws InputError where the file is damaged or of a layout that is not read; members throw it when they are asked for.
 */
export function readHdf5(bytes: Uint8Array, file: string): Hdf5Object {
  const reader = readerOf(bytes, file);
  const version = reader.u8(8);
  if (version > 1) throw reader.fail(`superblock version ${version}; save it again with h5py's libver "earliest"`);
  if (reader.u8(13) !== 8 || reader.u8(14) !== 8) throw reader.fail("addresses and lengths are not of 8 bytes");
  const [end, root] = version === 0 ? [40, 64] : [44, 68];
  if (reader.u64(end) > bytes.length) throw reader.fail(`it has ${bytes.length} of its ${reader.u64(end)} bytes (is it cut off?)`);
  return objectAt(reader, reader.u64(root));
}

function objectAt(reader: Reader, address: number): Hdf5Object {
  const messages = readHeader(reader, address);
  const attributes = new Map<string, string | readonly string[]>();
  for (const message of messages) {
    if (message.type !== ATTRIBUTE) continue;
    const [name, value] = readAttribute(reader, message);
    if (value !== undefined) attributes.set(name, value);
  }
  const find = (type: number): Message | undefined => messages.find((message) => message.type === type);
  const symbols = find(SYMBOLS);
  if (symbols) return { attributes, members: readGroup(reader, reader.u64(symbols.at), reader.u64(symbols.at + 8)) };
  const [space, type, layout, filters] = [find(DATASPACE), find(DATATYPE), find(LAYOUT), find(FILTERS)];
  if (space && type && layout) return { attributes, read: () => readArray(reader, { space, type, layout, filters }) };
  return { attributes, members: new Map() };
}

/** The messages of an object's header, those of its continuations included. */
function readHeader(reader: Reader, address: number): Message[] {
  reader.visit();
  if (reader.u8(address) !== 1) throw reader.fail(`the object at byte ${address} has no header of version 1`);
  const count = reader.u16(address + 2);
  const messages: Message[] = [];
  const blocks = [{ at: address + 16, size: reader.u32(address + 8) }];
  for (const { at: begin, size: length } of blocks) {
    reader.visit();
    for (let at = begin; at + 8 <= begin + length && messages.length < count; ) {
      const [type, size, flags] = [reader.u16(at), reader.u16(at + 2), reader.u8(at + 4)];
      if (at + 8 + size > begin + length) throw reader.fail(`a message at byte ${at} is longer than its header`);
      if (flags & SHARED && [DATASPACE, DATATYPE, LAYOUT, FILTERS, ATTRIBUTE].includes(type))
        throw reader.fail("a shared message, which is not read");
      reader.slice(at + 8, size);
      messages.push({ type, at: at + 8, size });
      if (type === CONTINUATION) blocks.push({ at: reader.u64(at + 8), size: reader.u64(at + 16) });
      at += 8 + size;
    }
  }
  return messages;
}

/** A group's members: a tree whose leaves are tables of names and addresses. */
function readGroup(reader: Reader, tree: number, heap: number): Map<string, () => Hdf5Object> {
  reader.expect(heap, "HEAP");
  const names = reader.slice(reader.u64(heap + 24), reader.u64(heap + 8));
  const members = new Map<string, () => Hdf5Object>();
  const left = [tree];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    reader.visit();
    reader.expect(node, "TREE");
    const [level, count] = [reader.u8(node + 5), reader.u16(node + 6)];
    const children = Array.from({ length: count }, (_, i) => reader.u64((node ?? 0) + 32 + 16 * i));
    if (level > 0) left.push(...children.reverse());
    else for (const table of children) readTable(reader, table, names, members);
  }
  return members;
}

function readTable(reader: Reader, at: number, names: Uint8Array, members: Map<string, () => Hdf5Object>): void {
  reader.visit();
  reader.expect(at, "SNOD");
  const count = reader.u16(at + 6);
  for (let i = 0; i < count; i++) {
    const entry = at + 8 + 40 * i;
    const [nameAt, address, kind] = [reader.u64(entry), reader.u64(entry + 8), reader.u32(entry + 16)];
    if (!(nameAt < names.length)) throw reader.fail(`a name at byte ${nameAt} of a heap of ${names.length}`);
    if (kind !== 2) members.set(textOf(names.subarray(nameAt, nameAt + 1024)), () => objectAt(reader, address)); // 2: a link to a name
  }
}

interface ArrayMessages {
  readonly space: Message;
  readonly type: Message;
  readonly layout: Message;
  readonly filters?: Message;
}

function readArray(reader: Reader, { space, type, layout: placed, filters }: ArrayMessages): StoredTensor {
  const shape = readDataspace(reader, space.at);
  const datatype = readDatatype(reader, type.at);
  if (datatype.kind !== "number")
    throw reader.fail(`an array of ${datatype.kind === "other" ? datatype.what : datatype.kind}, only numbers are read`);
  const { dtype, size, bigEndian } = datatype;
  const layout = readLayout(reader, placed.at);
  const length = sizeOf(shape) * size;
  if (layout.kind === "contiguous" && layout.size < length) throw reader.fail(`an array of ${length} bytes lies in ${layout.size}`);
  const bytes =
    layout.kind === "contiguous"
      ? reader.slice(length === 0 ? 0 : layout.at, length)
      : readChunks(reader, { ...layout, shape, size, filters: filters ? readFilters(reader, filters.at) : [] });
  return { dtype, shape, bytes: bigEndian && size > 1 ? swapped(bytes, size) : bytes };
}
