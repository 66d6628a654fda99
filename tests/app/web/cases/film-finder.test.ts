/** A film of an index is found among given files by the end of its path and surely by its bytes, wherever they lie. */
import { expect, test } from "vitest";
import { filmFinder } from "../../../../src/app/web/cases/film-finder.ts";
import { sha256 } from "../../../../src/loaders/sha256.ts";

const fileOf = (text: string): Blob => new Blob([text]);
const itemOf = async (file: string, text: string) => ({ file, sha256: await sha256(new TextEncoder().encode(text)) });

test("of files that are called alike the one with the film's bytes is it", async () => {
  const finder = filmFinder();
  const [first, second] = ["a", "b"].map(fileOf);
  finder.give([
    { path: "films/one/1.png", source: first },
    { path: "films/two/1.png", source: second },
  ]);
  expect(await finder.find(await itemOf("../data/one/1.png", "a"))).toEqual({ source: first });
  expect(await finder.find(await itemOf("../data/one/1.png", "b"))).toEqual({ source: second });
  expect(await finder.find(await itemOf("C:\\data\\two\\1.png", "b"))).toEqual({ source: second });
});

test("a film whose name is not there, or whose bytes are others', is told apart", async () => {
  const finder = filmFinder();
  expect(await finder.find(await itemOf("1.png", "a"))).toEqual({ missing: "not given" });
  finder.give([{ path: "1.png", source: fileOf("other") }]);
  expect(await finder.find(await itemOf("1.png", "a"))).toEqual({ missing: "changed" });
  finder.give([{ path: "later/1.png", source: fileOf("a") }]);
  expect(await finder.find(await itemOf("1.png", "a"))).toHaveProperty("source");
});

test("files whose folders are called alike are read first, and each once", async () => {
  const read: string[] = [];
  const told = (name: string, text: string): Blob => {
    const blob = fileOf(text);
    const { arrayBuffer } = blob;
    blob.arrayBuffer = () => {
      read.push(name);
      return arrayBuffer.call(blob);
    };
    return blob;
  };
  const finder = filmFinder();
  finder.give(["x/1.png", "two/1.png", "films/two/1.png"].map((path) => ({ path, source: told(path, path) })));
  const item = await itemOf("films/two/1.png", "films/two/1.png");
  await finder.find(item);
  await finder.find(item);
  expect(read).toEqual(["films/two/1.png"]);
});
