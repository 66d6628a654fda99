/** An index is found among chosen files: a folder, two files of any name, an archive; anything else is one clear error. */
import { expect, test } from "vitest";
import { packIndex } from "../../../../src/app/web/cases/index-archive.ts";
import { indexIn } from "../../../../src/app/web/cases/index-files.ts";

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
const fileAt = (path: string, contents: BlobPart = path) => ({ path, file: new File([contents], path.replace(/^.*\//, "")) });

async function textsOf(paths: readonly string[]) {
  const { name, embeddings, items } = await indexIn(paths.map((path) => fileAt(path)));
  return [name, await embeddings.text(), await items.text()];
}

test("in a folder it is called as the folder, whatever else lies there", async () => {
  const paths = ["films/collection/items.jsonl", "films/collection/embeddings.safetensors", "films/a.png", "films/model.safetensors"];
  expect(await textsOf(paths)).toEqual(["collection", paths[1], paths[0]]);
});

test("two files of other names are one too", async () => {
  expect(await textsOf(["old.jsonl", "old.safetensors"])).toEqual(["old.safetensors", "old.safetensors", "old.jsonl"]);
});

test("an archive holds what was packed", async () => {
  const archive = packIndex({ embeddings: bytesOf("vectors"), items: bytesOf("lines\n") });
  const { name, embeddings, items } = await indexIn([fileAt("mine.zip", archive)]);
  expect([name, await embeddings.text(), await items.text()]).toEqual(["mine", "vectors", "lines\n"]);
});

test.each<[string, readonly string[], string]>([
  [
    "without vectors",
    ["a.png", "items.jsonl"],
    "index: embeddings.safetensors is missing; an index is two files, items.jsonl and embeddings.safetensors",
  ],
  [
    "without lines",
    ["embeddings.safetensors"],
    "index: items.jsonl is missing; an index is two files, items.jsonl and embeddings.safetensors",
  ],
  [
    "of lines in another folder",
    ["a/embeddings.safetensors", "b/items.jsonl"],
    "index: items.jsonl is missing; an index is two files, items.jsonl and embeddings.safetensors",
  ],
  [
    "that are two",
    ["a/embeddings.safetensors", "a/items.jsonl", "b/embeddings.safetensors", "b/items.jsonl"],
    "index: one is needed, got a/embeddings.safetensors and b/embeddings.safetensors",
  ],
])("files %s are refused", async (_, paths, message) => {
  await expect(textsOf(paths)).rejects.toThrow(message);
});

test("an archive of something else, or that is damaged, is refused by its name", async () => {
  const archive = packIndex({ embeddings: bytesOf("vectors"), items: bytesOf("lines\n") });
  await expect(indexIn([fileAt("cut.zip", archive.subarray(0, 60))])).rejects.toThrow(/^cut\.zip: is a damaged zip archive: /);
  const renamed = new Uint8Array(archive);
  // Both places of the name, in the entry and in the directory.
  for (let at = 0; at < renamed.length - 5; at++) if (String.fromCharCode(...renamed.subarray(at, at + 5)) === "items") renamed[at] = 120;
  await expect(indexIn([fileAt("other.zip", renamed)])).rejects.toThrow("other.zip: holds no items.jsonl, an index has one");
});
