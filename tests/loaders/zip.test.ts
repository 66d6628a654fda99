/** Zip archives are read where they are whole, and refused where they lie. */
import { expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { readZip } from "../../src/loaders/zip.ts";
import { zipOf } from "./zip-bytes.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const whole = [
  { name: "a/stored", data: text("some bytes") },
  { name: "b", data: text("deflated ".repeat(100)), deflated: true },
];
const read = (bytes: Uint8Array): Record<string, string> =>
  Object.fromEntries([...readZip(bytes, "x.zip")].map(([name, entry]) => [name, new TextDecoder().decode(entry.read())]));

test.each([false, true])("stored and deflated entries are read, with 64-bit records %s", (zip64) => {
  expect(read(zipOf(whole, { zip64 }))).toEqual({ "a/stored": "some bytes", b: "deflated ".repeat(100) });
});

test("a stored entry is a view of the archive", () => {
  const bytes = zipOf(whole);
  expect(readZip(bytes, "x.zip").get("a/stored")?.read().buffer).toBe(bytes.buffer);
});

test("a comment may follow, and the end record is found before it", () => {
  const bytes = zipOf(whole);
  const commented = Uint8Array.of(...bytes, ...text("comment"));
  expect(Object.keys(read(commented))).toHaveLength(2);
});

const data = text("0123456789".repeat(1000));
test.each([
  ["a size beyond the end", [{ name: "a", data, compressed: 1e6, size: 1e6 }], "ends at byte"],
  ["an offset beyond the end", [{ name: "a", data, offset: 1e6 }], "is not at byte 1000000"],
  ["a stored size that differs", [{ name: "a", data, size: 9999 }], "is stored in 10000 bytes but should have 9999"],
  ["a smaller size than it inflates to", [{ name: "a", data, deflated: true, size: 100 }], "inflates to more than 100 bytes"],
  ["a larger size than it inflates to", [{ name: "a", data, deflated: true, size: 20_000 }], "inflates to 10000 bytes instead of 20000"],
  ["a wrong checksum", [{ name: "a", data, deflated: true, crc: 1 }], "the checksum of"],
  ["a claim of gigabytes", [{ name: "a", data, deflated: true, size: 3e9 }], "would inflate to 3000000000 bytes, at most 67108864"],
  [
    "an entry within another",
    [
      { name: "a", data },
      { name: "b", data, offset: 0 },
    ],
    "overlaps what lies beside it",
  ],
  [
    "two entries of one name",
    [
      { name: "a", data },
      { name: "a", data },
    ],
    "two entries are called",
  ],
  ["encryption", [{ name: "a", data, flags: 1 }], "is encrypted"],
])("%s is refused", (_, parts, problem) => {
  expect(() => read(zipOf(parts))).toThrow(InputError);
  expect(() => read(zipOf(parts))).toThrow(problem);
});

test("cut off anywhere it is refused", () => {
  const bytes = zipOf(whole);
  for (let length = 0; length < bytes.length; length += 7) expect(() => read(bytes.slice(0, length))).toThrow(InputError);
});

test("zeros are inflated however well they compress, up to what any archive may inflate to", () => {
  const zeros = (claimed?: number) => zipOf([{ name: "a", data: new Uint8Array(2 ** 20), deflated: true, size: claimed }]);
  expect(readZip(zeros(), "x.zip").get("a")?.read().length).toBe(2 ** 20);
  expect(() => readZip(zeros(2 ** 26 + 1), "x.zip")).toThrow("would inflate to 67108865 bytes, at most 67108864");
});
