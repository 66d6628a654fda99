/** An index comes back as it was written; one that is cut off, changed, or of another model is one clear error. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { readSafetensors, writeSafetensors } from "../../src/loaders/safetensors.ts";
import {
  appended,
  checkAlike,
  type EmbeddingIndex,
  type IndexDescription,
  type IndexFiles,
  readIndex,
  type StoredIndex,
  writeIndex,
} from "../../src/retrieval/embedding-index.ts";
import { tensor } from "../../src/tensor.ts";

const description: IndexDescription = {
  model: "cxr-resnet18",
  modelHash: "ab".repeat(32),
  arch: "resnet18",
  layer: "avgpool",
  dimensions: 3,
  metric: "cosine",
  pixels: "stored",
};

const indexOf = (names: readonly string[]): EmbeddingIndex => ({
  description,
  items: names.map((name, i) => ({
    file: `films/${name}.png`,
    sha256: `${i}`.padStart(64, "0"),
    label: 'grün, "quoted"\n',
    patient: `p${i}`,
  })),
  embeddings: tensor(
    [names.length, 3],
    Float32Array.from({ length: 3 * names.length }, (_, at) => at / 7),
  ),
});

const named = (bytes: Uint8Array<ArrayBuffer>, name: string): File => new File([bytes], name);
const read = ({ embeddings, items }: IndexFiles): Promise<StoredIndex> =>
  readIndex(named(embeddings, "embeddings.safetensors"), named(items, "items.jsonl"));
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The files with other metadata. */
function redescribed({ items, embeddings }: IndexFiles, changes: Readonly<Record<string, string>>): IndexFiles {
  const { tensors, metadata } = readSafetensors(embeddings, "index");
  return { items, embeddings: writeSafetensors(tensors, { dtype: "F32", metadata: { ...metadata, ...changes } }) };
}

test("comes back as it was written, and is written byte for byte the same", async () => {
  const index = indexOf(["a", "b"]);
  const files = await writeIndex(index);
  expect(await read(files)).toEqual({ ...index, unfinished: 0 });
  expect(await writeIndex(index)).toEqual(files);
  expect(textOf(files.items).split("\n")).toHaveLength(3);
});

test("grows by what is appended, and its lines stay as they were", async () => {
  const [first, more] = [indexOf(["a", "b"]), indexOf(["c"])];
  const both = appended(first, more, "collection");
  expect(both.items.map(({ file }) => file)).toEqual(["films/a.png", "films/b.png", "films/c.png"]);
  expect([...both.embeddings.data]).toEqual([...first.embeddings.data, ...more.embeddings.data]);
  const [before, after] = [await writeIndex(first), await writeIndex(both)];
  expect(textOf(after.items).startsWith(textOf(before.items))).toBe(true);
  expect(await read(after)).toEqual({ ...both, unfinished: 0 });
});

test("is what it was where an append wrote its lines and not its embeddings", async () => {
  const index = indexOf(["a", "b"]);
  const [before, after] = [await writeIndex(index), await writeIndex(appended(index, indexOf(["c", "d"]), "collection"))];
  expect(await read({ embeddings: before.embeddings, items: after.items })).toEqual({ ...index, unfinished: 2 });
  // The last line may not have reached the disk whole.
  expect(await read({ embeddings: before.embeddings, items: after.items.slice(0, -5) })).toEqual({ ...index, unfinished: 1 });
});

test("cannot be written with fewer embeddings than items", async () => {
  await expect(writeIndex({ ...indexOf(["a", "b"]), embeddings: tensor([1, 3]) })).rejects.toThrow(
    "writeIndex: 2 items of 3 dimensions, got [1, 3]",
  );
});

describe("refuses", () => {
  const files = writeIndex(indexOf(["a", "b", "c"]));
  const changedByte = (bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> =>
    bytes.with(at < 0 ? bytes.length + at : at, bytes[at < 0 ? bytes.length + at : at] ^ 1);

  test.each<[string, (files: IndexFiles) => IndexFiles, string]>([
    [
      "vectors that are cut off",
      ({ items, embeddings }) => ({ items, embeddings: embeddings.slice(0, -4) }),
      'embeddings.safetensors: tensor "embeddings" ends at byte 36 of the data, the file has 32 (is it cut off?)',
    ],
    [
      "lines that are cut off",
      ({ items, embeddings }) => ({ embeddings, items: items.slice(0, -1) }),
      "items.jsonl: has 2 lines, its index 3 items (is it cut off?)",
    ],
    [
      "a vector that has changed",
      ({ items, embeddings }) => ({ items, embeddings: changedByte(embeddings, -1) }),
      "embeddings.safetensors: its embeddings are not those that were written (their SHA-256 differs)",
    ],
    [
      "a line that has changed",
      ({ items, embeddings }) => ({ embeddings, items: changedByte(items, 12) }),
      "items.jsonl: its lines are not those that were written with the embeddings (their SHA-256 differs)",
    ],
    [
      "a count that is not the tensor's",
      (whole) => redescribed(whole, { items: "2" }),
      "embeddings.safetensors: says that it holds 2 items of 3 dimensions, its tensor is [3, 3]",
    ],
    [
      "a metric that there is not",
      (whole) => redescribed(whole, { metric: "hamming" }),
      "metric must be euclidean, cosine, manhattan, got hamming",
    ],
    [
      "a dimension that is none",
      (whole) => redescribed(whole, { dimension: "three" }),
      "dimension must be a whole number from 1, got three",
    ],
    ["a layer without a name", (whole) => redescribed(whole, { layer: "" }), "embeddings.safetensors: does not say its layer"],
    [
      "a later version",
      (whole) => redescribed(whole, { version: "2" }),
      "embeddings.safetensors: is an index of version 2, version 1 can be read",
    ],
    ["weights", (whole) => redescribed(whole, { format: "pt" }), "embeddings.safetensors: is no index of embeddings"],
    ["no safetensors", ({ items }) => ({ items, embeddings: items }), "embeddings.safetensors: is not a safetensors file"],
  ])("%s", async (_, change, message) => {
    const attempt = read(change(await files));
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(message);
  });

  test.each<[string, string, string]>([
    ["is not JSON", "{", "items.jsonl: line 1: is not JSON"],
    ["names no file", '{"sha256": "00"}', "items.jsonl: line 1: must be an object of texts with a file and its sha256"],
    [
      "holds a number",
      '{"file": "a", "sha256": "00", "age": 7}',
      "items.jsonl: line 1: must be an object of texts with a file and its sha256",
    ],
  ])("a line that %s", async (_, line, message) => {
    const { sha256 } = await import("../../src/loaders/sha256.ts");
    const items = bytesOf(`${line}\n`);
    const whole = await writeIndex(indexOf(["a"]));
    await expect(read(redescribed({ ...whole, items }, { items_sha256: await sha256(items) }))).rejects.toThrow(
      new InputError(...splitOnce(message)),
    );
  });
});

/** An error's subject and problem. */
function splitOnce(message: string): [string, string] {
  const at = message.lastIndexOf(": ");
  return [message.slice(0, at), message.slice(at + 2)];
}

describe("embeddings that cannot be compared", () => {
  test.each<[string, Partial<IndexDescription>, string]>([
    [
      "of another model",
      { model: "mine.safetensors", modelHash: "cd".repeat(32), arch: "resnet50" },
      "collection: was made with another model, cxr-resnet18 (resnet18, abababababab), not mine.safetensors (resnet50, cdcdcdcdcdcd)",
    ],
    ["of another layer", { layer: "layer3" }, "collection: was made of layer avgpool, not layer3"],
    ["of another length", { dimensions: 4 }, "collection: has 3 dimensions, not 4"],
    ["of pixels read otherwise", { pixels: "display" }, "collection: was made of stored pixels, not display ones"],
  ])("%s are an error", (_, other, message) => {
    const attempt = () => checkAlike(description, { ...description, ...other }, "collection");
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(message);
  });

  test("but for their name and metric are alike", () => {
    expect(() => checkAlike(description, { ...description, model: "copy.safetensors" }, "collection")).not.toThrow();
  });
});
