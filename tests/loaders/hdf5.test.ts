/** HDF5 files that h5py has written have its values and attributes; broken ones are refused, and end. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { type Hdf5Object, readHdf5 } from "../../src/loaders/hdf5/hdf5.ts";
import { toFloat32 } from "../../src/loaders/stored-tensor.ts";

const folder = new URL("../fixtures/weights/", import.meta.url);
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const expected: Readonly<
  Record<string, Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>>
> = JSON.parse(readFileSync(new URL("hdf5.json", folder), "utf8"));

/** The object of a path. */
function at(root: Hdf5Object, path: string): Hdf5Object | undefined {
  let object: Hdf5Object | undefined = root;
  for (const name of path.split("/").filter(Boolean)) object = object?.members?.get(name)?.();
  return object;
}

describe.each(Object.entries(expected))("%s", (file, arrays) => {
  const root = readHdf5(fixture(file), file);

  test("every array has its values", () => {
    for (const [path, { shape, values }] of Object.entries(arrays)) {
      const array = at(root, path)?.read?.();
      expect(array?.shape, path).toEqual(shape);
      expect(array && [...toFloat32(array)], path).toEqual(values);
    }
  });
});

test("attributes of text are read, others passed over", () => {
  expect(Object.fromEntries(readHdf5(fixture("small.h5"), "small.h5").attributes)).toEqual({
    variable: "text of any length",
    fixed: "eight by",
    list: ["one", "two", "three"],
    fixed_list: ["a", "bc"],
  });
});

/** The file with some bytes changed, at the first place of a signature and an offset from it. */
function broken(signature: string, offset: number, ...bytes: readonly number[]): Uint8Array {
  const file = fixture("small.h5");
  const found = new TextDecoder("latin1").decode(file).indexOf(signature);
  file.set(bytes, found + offset);
  return file;
}

/** Reads all of a file, each object once for each way to it, as far as eight levels. */
function walk(object: Hdf5Object, depth = 0): void {
  object.read?.();
  if (depth < 8) for (const member of object.members?.values() ?? []) walk(member(), depth + 1);
}

const u64 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255).concat([0, 0, 0, 0]);
const treeAt = new TextDecoder("latin1").decode(fixture("small.h5")).indexOf("TREE");

test.each([
  ["a tree that is its own child", broken("TREE", 5, 1), broken("TREE", 32, ...u64(treeAt))],
  ["a tree with 65,535 children", broken("TREE", 6, 255, 255), undefined],
  ["a table with 65,535 entries", broken("SNOD", 6, 255, 255), undefined],
  ["a heap of 2⁶³ bytes", broken("HEAP", 8, 0, 0, 0, 0, 0, 0, 0, 128), undefined],
  ["a global heap without its text", broken("GCOL", 16, 9, 9), undefined],
  ["a superblock of another version", broken("HDF", 7, 3), undefined],
])("%s is refused", (_, first, second) => {
  const file = second ? Uint8Array.from(second, (byte, i) => (i === treeAt + 5 ? first[i] : byte)) : first;
  expect(() => walk(readHdf5(file, "x.h5"))).toThrow(InputError);
});

test("cut off anywhere it is refused", () => {
  const file = fixture("chunked.h5");
  for (let length = 8; length < file.length; length += 331) expect(() => walk(readHdf5(file.slice(0, length), "x.h5"))).toThrow(InputError);
});
