/** Python pickles of protocols 2 to 5, read without running anything: classes and calls become inert records. */
import { InputError } from "../../bytes.ts";
import { isRefused, reduce } from "./allowed.ts";
import { type Dict, isKind, type Sequence, type Value } from "./value.ts";

export interface Unpickled {
  readonly value: Value;
  /** Where the pickle ends. */
  readonly end: number;
}

/** Several times what the largest checkpoints have; a pickle of nothing but one-byte values ends here before memory does. */
const MAX_OPCODES = 2 ** 22;
const MAX_MEMO = 2 ** 20;
const MAX_VALUES = 2 ** 20;
/** Bytes of an integer; PyTorch's magic number has ten. */
const MAX_LONG = 64;

const decoder = new TextDecoder();

/**
 * Runs the pickle that begins at `start`. `persistent` gives what a persistent id stands for: PyTorch's storages.
 * @throws InputError where the pickle is damaged, calls anything off the list of `allowed.ts`, or is beyond all measure.
 */
export function unpickle(bytes: Uint8Array, start: number, file: string, persistent: (id: Value) => Value): Unpickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, Value>();
  /** Stacks set aside by marks. */
  const outer: Value[][] = [];
  let stack: Value[] = [];
  let at = start;
  let begin = start;
  let values = 0;

  const fail = (problem: string): InputError => new InputError(file, `has a pickle that cannot be read: ${problem} (at byte ${begin})`);
  const take = (length: number): number => {
    const from = at;
    if (!(length <= bytes.length - at)) throw fail("it is cut off");
    at += length;
    return from;
  };
  const text = (length: number): string => {
    const from = take(length);
    return decoder.decode(bytes.subarray(from, at));
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw fail("it is cut off");
    const result = text(end - at);
    at++;
    return result;
  };
  const raw = (length: number): Uint8Array => {
    const from = take(length);
    return bytes.subarray(from, at);
  };
  const u8 = (): number => view.getUint8(take(1));
  const u16 = (): number => view.getUint16(take(2), true);
  const u32 = (): number => view.getUint32(take(4), true);
  const u64 = (): number => Number(view.getBigUint64(take(8), true));
  const pop = (): Value => {
    const value = stack.pop();
    if (value === undefined) throw fail("its stack is empty");
    return value;
  };
  const top = (): Value => {
    if (stack.length === 0) throw fail("its stack is empty");
    return stack[stack.length - 1];
  };
  /** What was pushed since the last mark. */
  const popMark = (): Value[] => {
    const items = stack;
    const below = outer.pop();
    if (!below) throw fail("it has no mark");
    stack = below;
    return items;
  };
  const sequence = (kind: Sequence["kind"], items: Value[]): void => {
    if (++values > MAX_VALUES) throw fail(`it has more than ${MAX_VALUES} values`);
    stack.push({ kind, items });
  };
  const dict = (items: readonly Value[]): void => {
    if (++values > MAX_VALUES) throw fail(`it has more than ${MAX_VALUES} values`);
    const made: Dict = { kind: "dict", entries: new Map() };
    setItems(made, items);
    stack.push(made);
  };
  const remember = (index: number): void => {
    if (memo.size >= MAX_MEMO) throw fail(`it remembers more than ${MAX_MEMO} values`);
    memo.set(index, top());
  };
  const recall = (index: number): void => {
    const value = memo.get(index);
    if (value === undefined) throw fail(`it recalls value ${index}, which it never remembered`);
    stack.push(value);
  };
  const global = (module: Value, name: Value): void => {
    if (typeof module !== "string" || typeof name !== "string") throw fail("a class is not named by text");
    const path = `${module}.${name}`;
    if (isRefused(path)) throw fail(`it asks for ${shown(path)}, which no weights need; nothing was run`);
    stack.push({ kind: "global", path });
  };
  const setItems = (target: Value, items: readonly Value[]): void => {
    if (items.length % 2 !== 0) throw fail("a key has no value");
    if (!isKind(target, "dict", "object")) throw fail("it sets items of what is no dictionary");
    for (let i = 0; i < items.length; i += 2) target.entries.set(items[i], items[i + 1]);
  };
  const append = (target: Value, items: readonly Value[]): void => {
    if (!isKind(target, "list", "set", "object")) throw fail("it appends to what is no list");
    for (const item of items) target.items.push(item);
  };
  /** Calls by REDUCE are for the list of `allowed.ts` alone. */
  const call = (): void => {
    const args = pop();
    const callee = pop();
    if (!isKind(callee, "global")) throw fail("it calls what is no function");
    if (!isKind(args, "tuple")) throw fail(`it calls ${shown(callee.path)} without arguments`);
    if (++values > MAX_VALUES) throw fail(`it has more than ${MAX_VALUES} values`);
    stack.push(reduce(callee.path, args.items, (problem) => fail(problem)));
  };
  /** An object of any class is a record of its name and contents. */
  const create = (cls: Value, args: Value): void => {
    if (!isKind(cls, "global")) throw fail("it makes an object of what is no class");
    if (++values > MAX_VALUES) throw fail(`it has more than ${MAX_VALUES} values`);
    stack.push({ kind: "object", path: cls.path, args, state: null, entries: new Map(), items: [] });
  };

  for (let count = 0; ; count++) {
    if (count >= MAX_OPCODES) throw fail(`it has more than ${MAX_OPCODES} instructions`);
    begin = at;
    const opcode = u8();
    switch (opcode) {
      case 0x80: {
        const protocol = u8();
        if (protocol > 5) throw fail(`protocol ${protocol} is unknown`);
        break;
      }
      case 0x95: // FRAME
        if (u64() > bytes.length - at) throw fail("a frame is cut off");
        break;
      case 0x2e: // STOP
        return { value: pop(), end: at };
      case 0x28: // MARK
        outer.push(stack);
        stack = [];
        break;
      case 0x30: // POP
        if (stack.length > 0) stack.pop();
        else popMark();
        break;
      case 0x31: // POP_MARK
        popMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x4b: // BININT1
        stack.push(u8());
        break;
      case 0x4d: // BININT2
        stack.push(u16());
        break;
      case 0x8a: // LONG1
        stack.push(integer(raw(shortLong(u8(), fail))));
        break;
      case 0x8b: // LONG4
        stack.push(integer(raw(shortLong(u32(), fail))));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8), false));
        break;
      case 0x55: // SHORT_BINSTRING
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(u8()));
        break;
      case 0x54: // BINSTRING
      case 0x58: // BINUNICODE
        stack.push(text(u32()));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(text(u64()));
        break;
      case 0x43: // SHORT_BINBYTES
        stack.push(raw(u8()));
        break;
      case 0x42: // BINBYTES
        stack.push(raw(u32()));
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(raw(u64()));
        break;
      case 0x29: // EMPTY_TUPLE
        sequence("tuple", []);
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        const length = opcode - 0x84;
        if (stack.length < length) throw fail("its stack is empty");
        sequence("tuple", stack.splice(-length));
        break;
      }
      case 0x74: // TUPLE
        sequence("tuple", popMark());
        break;
      case 0x5d: // EMPTY_LIST
        sequence("list", []);
        break;
      case 0x6c: // LIST
        sequence("list", popMark());
        break;
      case 0x8f: // EMPTY_SET
        sequence("set", []);
        break;
      case 0x91: // FROZENSET
        sequence("set", popMark());
        break;
      case 0x61: {
        // APPEND
        const item = pop();
        append(top(), [item]);
        break;
      }
      case 0x65: // APPENDS
      case 0x90: {
        // ADDITEMS
        const items = popMark();
        append(top(), items);
        break;
      }
      case 0x7d: // EMPTY_DICT
        dict([]);
        break;
      case 0x64: // DICT
        dict(popMark());
        break;
      case 0x73: {
        // SETITEM
        const value = pop();
        const key = pop();
        setItems(top(), [key, value]);
        break;
      }
      case 0x75: {
        // SETITEMS
        const items = popMark();
        setItems(top(), items);
        break;
      }
      case 0x68: // BINGET
        recall(u8());
        break;
      case 0x6a: // LONG_BINGET
        recall(u32());
        break;
      case 0x71: // BINPUT
        remember(u8());
        break;
      case 0x72: // LONG_BINPUT
        remember(u32());
        break;
      case 0x94: // MEMOIZE
        remember(memo.size);
        break;
      case 0x63: // GLOBAL
        global(line(), line());
        break;
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        global(pop(), name);
        break;
      }
      case 0x69: // INST, a class and a call in one
        throw fail(`it calls ${shown(`${line()}.${line()}`)} in the manner of protocol 0; nothing was run`);
      case 0x52: // REDUCE
        call();
        break;
      case 0x81: {
        // NEWOBJ
        const args = pop();
        create(pop(), args);
        break;
      }
      case 0x92: {
        // NEWOBJ_EX
        pop();
        const args = pop();
        create(pop(), args);
        break;
      }
      case 0x62: {
        // BUILD
        const state = pop();
        const target = top();
        // Of anything else (a dictionary's _metadata, a tensor's own attributes) the state says nothing about values.
        if (isKind(target, "object")) target.state = state;
        break;
      }
      case 0x51: // BINPERSID
        stack.push(persistent(pop()));
        break;
      default:
        throw fail(`instruction 0x${opcode.toString(16).padStart(2, "0")} is not one of protocols 2 to 5`);
    }
  }
}

const shown = (path: string): string => (path.length > 100 ? `${path.slice(0, 100)}…` : path);

function shortLong(length: number, fail: (problem: string) => InputError): number {
  if (length > MAX_LONG) throw fail(`an integer takes ${length} bytes`);
  return length;
}

/** Little-endian two's complement; a number where it is exact. */
function integer(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  if (bytes.length > 0 && bytes[bytes.length - 1] & 0x80) value -= 1n << BigInt(8 * bytes.length);
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
