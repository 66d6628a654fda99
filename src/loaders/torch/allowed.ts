/** The functions that a pickle of weights may call, and the plain record that each call becomes. Nothing else is ever called, and these are not run. */
import type { InputError } from "../../bytes.ts";
import { type Inert, isKind, type StorageRecord, type Value } from "./value.ts";

type Fail = (problem: string) => InputError;
type Rebuild = (args: readonly Value[], fail: Fail) => Value;

/**
 * Modules of Python that run code, read files or reach the network. Of these not even the name may stand in a file, unless the list
 * below has it: whoever wrote it meant harm. Names of other modules are classes of somebody's network and stay names.
 */
const REFUSED = new Set(
  (
    "os posix nt posixpath ntpath sys subprocess builtins __builtin__ __builtins__ importlib imp runpy shutil socket ssl http urllib urllib2 " +
    "requests ftplib smtplib telnetlib webbrowser ctypes cffi code codeop codecs commands pty platform signal threading _thread multiprocessing " +
    "asyncio concurrent pickle _pickle cPickle dill cloudpickle joblib marshal shelve zipimport pkgutil pip setuptools distutils site sysconfig " +
    "inspect types gc operator _operator functools itertools timeit trace pdb bdb cProfile profile doctest unittest tempfile io _io fileinput " +
    "pathlib glob tarfile zipfile sqlite3 select atexit weakref ast dis compileall py_compile copyreg copy_reg"
  ).split(" "),
);

/** Whether even the name is refused; `path` is module and name, os.system. */
export const isRefused = (path: string): boolean => REFUSED.has(path.split(".", 1)[0]) && !rebuilds.has(path);

/** @throws what `fail` makes where the function is not on the list or its arguments are not its own. */
export function reduce(path: string, args: readonly Value[], fail: Fail): Value {
  const rebuild = rebuilds.get(path);
  if (!rebuild) {
    const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
    throw fail(`it calls ${shown}, which is not on the list of what weights need; nothing was run`);
  }
  return rebuild(args, (problem) => fail(`${path}: ${problem}`));
}

/** A record that nobody looks into. */
const inert =
  (path: string): Rebuild =>
  (args) => ({ kind: "object", path, args: { kind: "tuple", items: [...args] }, state: null, entries: new Map(), items: [] });

const unreadable =
  (what: string): Rebuild =>
  () => ({ kind: "unreadable", what });

/** _rebuild_tensor_v2(storage, offset, shape, strides, …); the third version adds the element type. */
const tensor =
  (typed: boolean): Rebuild =>
  ([storage, offset, shape, strides, , , dtype], fail) => {
    if (!isKind(storage, "storage")) throw fail("its first argument is no storage");
    if (typeof offset !== "number") throw fail("its offset is no number");
    const record = { kind: "tensor", storage, offset, shape: sizes(shape, fail), strides: sizes(strides, fail) } as const;
    if (!typed) return record;
    if (!isKind(dtype, "global")) throw fail("it names no element type");
    return { ...record, dtype: dtype.path };
  };

function sizes(value: Value | undefined, fail: Fail): number[] {
  if (!isKind(value, "tuple", "list")) throw fail("shape and strides must be tuples");
  return value.items.map((size) => {
    if (typeof size !== "number") throw fail("shape and strides must be numbers");
    return size;
  });
}

/** A dictionary from nothing, or from a list of pairs as old versions wrote it. */
const dictionary: Rebuild = ([pairs], fail) => {
  const entries = new Map<Value, Value>();
  for (const pair of isKind(pairs, "list", "tuple") ? pairs.items : []) {
    if (!isKind(pair, "list", "tuple") || pair.items.length !== 2) throw fail("it is not made of pairs");
    entries.set(pair.items[0], pair.items[1]);
  }
  return { kind: "dict", entries };
};

const sequence =
  (kind: "list" | "tuple" | "set"): Rebuild =>
  ([items]) => ({ kind, items: isKind(items, "list", "tuple", "set") ? [...items.items] : [] });

/** _codecs.encode(text, "latin1"): how protocol 2 writes bytes. */
const latin1: Rebuild = ([text, encoding], fail) => {
  if (typeof text !== "string" || (encoding !== "latin1" && encoding !== "latin-1")) throw fail("only Latin-1 is read");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
};

/** A parameter is the tensor in it. */
const first: Rebuild = ([data], fail) => {
  if (data === undefined) throw fail("it has no argument");
  return data;
};

/** torch._tensor._rebuild_from_type_v2(function, type, args, state): a tensor of a class of its own. */
const fromType: Rebuild = ([callee, , args], fail) => {
  if (!isKind(callee, "global") || !isKind(args, "tuple") || callee.path.includes("_rebuild_from_type")) throw fail("it is not a tensor");
  return reduce(callee.path, args.items, fail);
};

/** copyreg._reconstructor(class, base, state): an object of a class without a method of its own for this. */
const reconstructed: Rebuild = ([cls], fail) => {
  if (!isKind(cls, "global")) throw fail("it makes an object of what is no class");
  const record: Inert = { kind: "object", path: cls.path, args: null, state: null, entries: new Map(), items: [] };
  return record;
};

const arrayPaths = ["numpy.core.multiarray", "numpy._core.multiarray"];
const bufferPaths = ["numpy.core.numeric", "numpy._core.numeric"];

const rebuilds: ReadonlyMap<string, Rebuild> = new Map<string, Rebuild>([
  ["torch._utils._rebuild_tensor", tensor(false)],
  ["torch._utils._rebuild_tensor_v2", tensor(false)],
  ["torch._utils._rebuild_tensor_v3", tensor(true)],
  ["torch._utils._rebuild_parameter", first],
  ["torch._utils._rebuild_parameter_with_state", first],
  ["torch._tensor._rebuild_from_type_v2", fromType],
  ["torch._utils._rebuild_qtensor", unreadable("a quantised tensor")],
  ["torch._utils._rebuild_sparse_tensor", unreadable("a sparse tensor")],
  ["torch._utils._rebuild_meta_tensor_no_storage", unreadable("a tensor without values")],
  ["torch.Size", sequence("tuple")],
  ["torch.device", inert("torch.device")],
  ["torch.Generator", inert("torch.Generator")],
  ["torch.serialization._get_layout", inert("torch.layout")],
  ["collections.OrderedDict", dictionary],
  ["collections.defaultdict", () => ({ kind: "dict", entries: new Map() })],
  ["collections.Counter", () => ({ kind: "dict", entries: new Map() })],
  ["collections.deque", sequence("list")],
  ["_codecs.encode", latin1],
  ["copyreg._reconstructor", reconstructed],
  ["copy_reg._reconstructor", reconstructed],
  ...["builtins", "__builtin__"].flatMap((module): [string, Rebuild][] => [
    [`${module}.set`, sequence("set")],
    [`${module}.frozenset`, sequence("set")],
    [`${module}.list`, sequence("list")],
    [`${module}.tuple`, sequence("tuple")],
    [`${module}.dict`, dictionary],
    ...["slice", "range", "complex", "bytearray", "bytes", "object", "int", "float", "bool", "str"].map((name): [string, Rebuild] => [
      `${module}.${name}`,
      inert(`${module}.${name}`),
    ]),
  ]),
  ...arrayPaths.flatMap((module): [string, Rebuild][] => [
    [`${module}._reconstruct`, inert("numpy.ndarray")],
    [`${module}.scalar`, inert("numpy.scalar")],
  ]),
  ...bufferPaths.map((module): [string, Rebuild] => [`${module}._frombuffer`, inert("numpy.frombuffer")]),
  ["numpy.dtype", inert("numpy.dtype")],
  ["functools.partial", inert("functools.partial")],
  ["types.SimpleNamespace", inert("types.SimpleNamespace")],
  ["pathlib.Path", inert("pathlib.Path")],
  ["pathlib.PosixPath", inert("pathlib.Path")],
  ["pathlib.WindowsPath", inert("pathlib.Path")],
  ["datetime.datetime", inert("datetime")],
  ["datetime.date", inert("datetime")],
  ["datetime.timedelta", inert("datetime")],
]);

/** What PyTorch's persistent ids stand for: ("storage", class, key, place, elements[, view]), or ("module", class, file, source). */
export function persistent(id: Value, fail: Fail): Value {
  if (isKind(id, "tuple") && id.items[0] === "module" && isKind(id.items[1], "global")) return id.items[1];
  if (!isKind(id, "tuple") || id.items[0] !== "storage") throw fail("a persistent id is not of PyTorch's kind");
  const [, type, key, , count, view] = id.items;
  if (!isKind(type, "global")) throw fail("a storage names no class");
  if ((typeof key !== "string" && typeof key !== "number") || typeof count !== "number") throw fail("a storage has no key or no size");
  const record: StorageRecord = { kind: "storage", path: type.path, key: String(key), count, start: 0 };
  if (!isKind(view, "tuple")) return record;
  const [, start, viewed] = view.items; // a storage within a storage
  if (typeof start !== "number" || typeof viewed !== "number") throw fail("a storage's view has no place or no size");
  return { ...record, start, count: viewed };
}
