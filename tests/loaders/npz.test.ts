/** Arrays that NumPy has written have NumPy's values, whatever their order of bytes and axes; damaged ones are refused. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { readNpyArray, readNpzArrays } from "../../src/loaders/npz.ts";
import { toFloat32 } from "../../src/loaders/stored-tensor.ts";
import { readZip } from "../../src/loaders/zip.ts";

const folder = new URL("../fixtures/weights/", import.meta.url);
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const expected: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>> = JSON.parse(
  readFileSync(new URL("numpy.json", folder), "utf8"),
);

describe.each(["stored.npz", "deflated.npz"])("%s", (file) => {
  const arrays = readNpzArrays(readZip(fixture(file), file), file);

  test.each(Object.entries(expected))("%s", (name, { shape, values }) => {
    const array = arrays.get(name);
    expect(array?.shape).toEqual(shape);
    expect(array && [...toFloat32(array)]).toEqual(values.map(Math.fround));
  });
});

/** A .npy array with this header. */
function npy(header: string, data: Uint8Array = new Uint8Array(24), version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...text, ...data);
}

test.each([1, 2, 3])("format %i", (version) => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
  expect(readNpyArray(npy(header, undefined, version), "x.npy")).toMatchObject({ dtype: "F32", shape: [2, 3] });
});

test.each([
  ["a huge shape", "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), }", "should take"],
  ["a shape beyond numbers", `{'descr': '<f4', 'fortran_order': False, 'shape': (${"9".repeat(400)},), }`, "has no valid shape"],
  ["a huge shape with a zero", "{'descr': '<f4', 'fortran_order': True, 'shape': (0, 9007199254740991), }", "should take 0 bytes"],
  ["Python objects", "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", 'has elements of type "O"'],
  ["records", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", "does not tell a type of numbers"],
  ["text", "{'descr': '<U4', 'fortran_order': False, 'shape': (3,), }", 'has elements of type "U4"'],
  ["complex numbers", "{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", 'has elements of type "c8"'],
  ["no shape", "{'descr': '<f4', 'fortran_order': False}", "does not tell"],
  ["code", "__import__('os')", "does not tell"],
])("%s is refused", (_, header, problem) => {
  expect(() => readNpyArray(npy(header), "x.npy")).toThrow(InputError);
  expect(() => readNpyArray(npy(header), "x.npy")).toThrow(problem);
});

test("a header longer than the file is refused", () => {
  expect(() => readNpyArray(npy("{}").slice(0, 11), "x.npy")).toThrow(InputError);
  expect(() => readNpyArray(Uint8Array.of(...npy("").slice(0, 8), 255, 255, 0, 0), "x.npy")).toThrow("has a header of 65535 bytes");
});
