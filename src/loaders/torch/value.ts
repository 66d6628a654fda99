/** What a pickle can hold once nothing in it has been run. */

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Sequence
  | Dict
  | Global
  | Inert
  | StorageRecord
  | TensorRecord
  | Unreadable;

export interface Sequence {
  readonly kind: "list" | "tuple" | "set";
  readonly items: Value[];
}

export interface Dict {
  readonly kind: "dict";
  readonly entries: Map<Value, Value>;
}

/** The name of a class or function. */
export interface Global {
  readonly kind: "global";
  readonly path: string;
}

/** An object of some class: what it was made from, its attributes, and its items where it is a dictionary or a list. */
export interface Inert {
  readonly kind: "object";
  readonly path: string;
  readonly args: Value;
  state: Value;
  readonly entries: Map<Value, Value>;
  readonly items: Value[];
}

/** A storage that lies elsewhere in the file. */
export interface StorageRecord {
  readonly kind: "storage";
  /** The class, torch.FloatStorage. */
  readonly path: string;
  readonly key: string;
  /** Elements. */
  readonly count: number;
  /** Where it begins within the storage of `key`, in elements: legacy files store views of storages so. */
  readonly start: number;
}

/** A tensor over a storage; offset and strides in elements. */
export interface TensorRecord {
  readonly kind: "tensor";
  readonly storage: StorageRecord;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** torch.uint16, where the storage is untyped. */
  readonly dtype?: string;
}

/** A tensor of a kind that is not read: an error only where its values are wanted. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly what: string;
}

/** A value that says its kind. */
type Tagged = Extract<Value, { readonly kind: string }>;

export const isKind = <K extends Tagged["kind"]>(
  value: Value | undefined,
  ...kinds: readonly K[]
): value is Tagged & { readonly kind: K } =>
  typeof value === "object" && value !== null && "kind" in value && kinds.some((kind) => kind === value.kind);

/** A pickled dictionary's entry. */
export const entryOf = (value: Value | undefined, key: string): Value | undefined =>
  isKind(value, "dict", "object") ? value.entries.get(key) : undefined;
