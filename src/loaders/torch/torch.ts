/** PyTorch's .pt, .pth and .bin files, of every version since 0.1.10: zip archives and rows of pickles. Nothing in them is run. */
import { InputError } from "../../bytes.ts";
import { bytesOf, type StoredTensor } from "../stored-tensor.ts";
import { isZip, readZip, type ZipEntry } from "../zip.ts";
import { persistent } from "./allowed.ts";
import { unpickle } from "./pickle.ts";
import { stateDict } from "./state-dict.ts";
import { arrayOf, bytesTaken, type Storages, storedType, tensorOf } from "./tensors.ts";
import { entryOf, isKind, type StorageRecord, type Value } from "./value.ts";

export interface TorchFile {
  /** The network's values by their names in the file, views of it where they lie densely. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Under which keys they were found, "state_dict", and what stands beside them, left alone. */
  readonly path: string;
  readonly beside: readonly string[];
}

/** All tensors together, as a multiple of the file or at least in bytes: views of one storage share its bytes, copies do not. */
const MAX_EXPANSION = 4;
const MIN_EXPANDED = 2 ** 26;

/** Torch's first pickle, the number 0x1950a86a20f9469cfc6c, as protocol 2 writes it. */
const LEGACY = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

const isLegacyTorch = (bytes: Uint8Array): boolean => LEGACY.every((byte, i) => bytes[i] === byte);

/**
 * The network in a checkpoint.
 * @throws InputError where the file is damaged, holds no network, or would have anything run.
 */
export function readTorch(bytes: Uint8Array, file: string): TorchFile {
  const fail = (problem: string): InputError => new InputError(file, problem);
  const { root, storages } = isZip(bytes) ? readArchive(bytes, file) : readLegacy(bytes, file);
  const { values, path, beside } = stateDict(root, fail);
  const tensors = new Map<string, StoredTensor>();
  const most = Math.max(MIN_EXPANDED, MAX_EXPANSION * bytes.length);
  let taken = 0;
  for (const [name, value] of values) {
    const about = (problem: string): InputError => fail(`tensor ${JSON.stringify(name.slice(0, 100))} ${problem}`);
    if (isKind(value, "unreadable")) throw about(`is ${value.what}, which is not read`);
    if (isKind(value, "tensor")) taken += bytesTaken(value);
    if (!(taken <= most)) throw about(`and those before it take ${taken} bytes, at most ${most} are read from a file of this size`);
    tensors.set(name, isKind(value, "tensor") ? tensorOf(value, storages, about) : arrayOf(value, about));
  }
  return { tensors, path, beside };
}

interface Contents {
  readonly root: Value;
  readonly storages: Storages;
}

/** Since 1.6: NAME/data.pkl, and each storage as NAME/data/KEY. */
function readArchive(bytes: Uint8Array, file: string): Contents {
  const entries = readZip(bytes, file);
  const pickle = [...entries.keys()].find((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickle === undefined) throw new InputError(file, "is a zip archive without PyTorch's data.pkl");
  const folder = pickle.slice(0, -"data.pkl".length);
  const storageOf = (key: string): ZipEntry | undefined => entries.get(`${folder}data/${key}`);
  const { value: root } = unpickle(read(entries, pickle), 0, file, storagesOnly(file));
  const order = entries.has(`${folder}byteorder`) ? new TextDecoder().decode(read(entries, `${folder}byteorder`)) : "little";
  if (order !== "little" && order !== "big")
    throw new InputError(file, `has an unknown byte order, got ${JSON.stringify(order.slice(0, 20))}`);
  return { root, storages: { bigEndian: order === "big", bytesOf: (key) => storageOf(key)?.read() } };
}

const read = (entries: ReadonlyMap<string, ZipEntry>, name: string): Uint8Array => entries.get(name)?.read() ?? new Uint8Array(0);

const storagesOnly =
  (file: string) =>
  (id: Value): Value =>
    persistent(id, (problem) => new InputError(file, `has a pickle that cannot be read: ${problem}`));

/** Before 1.6: five pickles (magic number, protocol, machine, the object, keys of storages), then each storage's length and bytes. */
function readLegacy(bytes: Uint8Array, file: string): Contents {
  if (!isLegacyTorch(bytes)) {
    const isTar = new TextDecoder().decode(bytes.subarray(257, 262)) === "ustar";
    throw new InputError(file, isTar ? "is a tar archive of PyTorch before 0.1.10, which is not read" : "is no PyTorch file");
  }
  const storages = new Map<string, StorageRecord>();
  const toStorage = storagesOnly(file);
  const noStorage = (): Value => {
    throw new InputError(file, "has a storage where PyTorch writes none");
  };
  const remembered = (id: Value): Value => {
    const value = toStorage(id);
    if (isKind(value, "storage")) storages.set(value.key, value);
    return value;
  };
  const magic = unpickle(bytes, 0, file, noStorage);
  const protocol = unpickle(bytes, magic.end, file, noStorage);
  if (protocol.value !== 1001)
    throw new InputError(file, `is of PyTorch's protocol ${String(protocol.value).slice(0, 20)}, only 1001 is read`);
  const system = unpickle(bytes, protocol.end, file, noStorage);
  const root = unpickle(bytes, system.end, file, remembered);
  const keys = unpickle(bytes, root.end, file, noStorage);
  const bigEndian = entryOf(system.value, "little_endian") === false;
  const places = placesOf(keys.value, storages, bytes, keys.end, bigEndian, file);
  return { root: root.value, storages: { bigEndian, bytesOf: (key) => places.get(key) } };
}

/** The bytes of each storage, one after the other in the order of `keys`. */
function placesOf(
  keys: Value,
  storages: ReadonlyMap<string, StorageRecord>,
  bytes: Uint8Array,
  start: number,
  bigEndian: boolean,
  file: string,
): Map<string, Uint8Array> {
  if (!isKind(keys, "list")) throw new InputError(file, "has no list of its storages");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, Uint8Array>();
  let at = start;
  for (const item of keys.items) {
    const key = String(item);
    const fail = (problem: string): InputError => new InputError(file, `storage ${key.slice(0, 100)} ${problem}`);
    const storage = storages.get(key);
    const width = storage && widthOf(storage);
    if (!width) throw fail(`is of type ${storage?.path.slice(0, 100) ?? "none"}, which is not read`);
    if (at + 8 > bytes.length) throw fail("is not there (is the file cut off?)");
    const count = Number(view.getBigInt64(at, !bigEndian));
    const end = at + 8 + count * width;
    if (!(count >= 0 && end <= bytes.length))
      throw fail(`of ${count} elements ends at byte ${end} of ${bytes.length} (is the file cut off?)`);
    places.set(key, bytes.subarray(at + 8, end));
    at = end;
  }
  return places;
}

/** Bytes of an element; complex and quantised storages are skipped by theirs. */
function widthOf(storage: StorageRecord): number | undefined {
  const others: Readonly<Record<string, number>> = { ComplexFloat: 8, ComplexDouble: 16, QInt8: 1, QUInt8: 1, QInt32: 4 };
  const dtype = storedType(storage);
  if (dtype) return bytesOf(dtype);
  const name = storage.path.replace(/^torch\.(cuda\.)?(\w+)Storage$/, "$2");
  return Object.hasOwn(others, name) ? others[name] : undefined;
}
