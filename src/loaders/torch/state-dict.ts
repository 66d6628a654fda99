/** The values of a network within what a checkpoint holds: state dicts bare or wrapped, whole modules, TorchScript. */
import type { InputError } from "../../bytes.ts";
import { type Dict, entryOf, isKind, type Value } from "./value.ts";

/** Where checkpoints keep the network, in the order of preference; what stands beside is the trainer's. */
const WRAPPERS = [
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "net",
  "network",
  "weights",
  "params",
  "module",
  "state_dict_ema",
  "model_ema",
  "ema",
];
/** What holds tensors without being a network. */
const TRAINER = /optim|sched|scaler|loss|hist|epoch|config|args|rng/i;

/** Modules within modules; the deepest networks have a dozen. */
const MAX_DEPTH = 64;
/** Names that stand beside the network, of which a person reads the first. */
const MAX_BESIDE = 100;
/** Values looked at, so that lists that hold one another many times over come to an end. */
const MAX_VISITS = 2 ** 18;

export interface StateDict {
  /** The values by name: tensors, arrays, and what is neither. */
  readonly values: ReadonlyMap<string, Value>;
  /** Where they were found: "state_dict", or "" at the top. */
  readonly path: string;
  /** What stands beside them, left alone. */
  readonly beside: readonly string[];
}

/** @throws what `fail` makes where nothing in the file is a network. */
export function stateDict(root: Value, fail: (problem: string) => InputError): StateDict {
  let value = root;
  const path: string[] = [];
  const beside: string[] = [];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (!isKind(value, "dict")) break;
    const wrapper = WRAPPERS.find((key) => isKind(entryOf(value, key), "dict", "object"));
    if (wrapper === undefined) break;
    for (const key of value.entries.keys())
      if (key !== wrapper && typeof key === "string" && beside.length < MAX_BESIDE) beside.push([...path, key].join("."));
    path.push(wrapper);
    value = entryOf(value, wrapper) ?? null;
  }
  const values = flattened(value, fail);
  if (values.size === 0) throw fail("holds no tensors by name");
  return { values, path: path.join("."), beside };
}

const isTensor = (value: Value): boolean =>
  isKind(value, "tensor", "unreadable") || (isKind(value, "object") && /^numpy\.(ndarray|frombuffer)$/.test(value.path));

const holdsTensors = (value: Value): boolean => isKind(value, "dict") && [...value.entries.values()].some(isTensor);

interface Visit {
  readonly value: Value;
  readonly prefix: string;
  readonly depth: number;
}

/** Every tensor by its dotted name, walked with a list of what is left to do: no file is deep enough to exhaust a stack. */
function flattened(root: Value, fail: (problem: string) => InputError): Map<string, Value> {
  const values = new Map<string, Value>();
  const left: Visit[] = [{ value: root, prefix: "", depth: 0 }];
  for (let visits = 0, next = left.pop(); next; next = left.pop()) {
    const { value, prefix, depth } = next;
    if (++visits > MAX_VISITS) throw fail(`holds more than ${MAX_VISITS} values, or the same ones over and over`);
    if (depth > MAX_DEPTH) throw fail(`is nested deeper than ${MAX_DEPTH} levels`);
    if (isTensor(value)) {
      values.set(prefix, value);
      continue;
    }
    const inner = [...childrenOf(value, depth === 0)].filter(([key]) => typeof key === "string" && key.length < 1000);
    if (left.length + inner.length > MAX_VISITS) throw fail(`holds more than ${MAX_VISITS} values`);
    // In reverse, so that the first is done first.
    for (const [key, child] of inner.reverse())
      left.push({ value: child, prefix: prefix ? `${prefix}.${key}` : String(key), depth: depth + 1 });
  }
  return values;
}

/** A dictionary's entries; a module's parameters, buffers and modules; of anything else nothing. */
function childrenOf(value: Value, isRoot: boolean): Iterable<readonly [Value, Value]> {
  if (isKind(value, "dict")) return isRoot && !holdsTensors(value) ? besideTrainer(value) : value.entries;
  if (!isKind(value, "object")) return [];
  const modules = entryOf(value.state, "_modules");
  if (isKind(modules, "dict")) {
    const skipped = entryOf(value.state, "_non_persistent_buffers_set");
    const isSkipped = (key: Value): boolean => isKind(skipped, "set") && skipped.items.includes(key);
    const buffers = entriesOf(entryOf(value.state, "_buffers")).filter(([key]) => !isSkipped(key));
    return [...entriesOf(entryOf(value.state, "_parameters")), ...buffers, ...modules.entries];
  }
  // TorchScript keeps parameters, buffers and modules side by side.
  if (value.path.startsWith("__torch__.")) return entriesOf(value.state ?? undefined);
  return value.entries;
}

const entriesOf = (value: Value | undefined): (readonly [Value, Value])[] => (isKind(value, "dict") ? [...value.entries] : []);

const besideTrainer = ({ entries }: Dict): (readonly [Value, Value])[] =>
  [...entries].filter(([key]) => typeof key === "string" && !TRAINER.test(key));
