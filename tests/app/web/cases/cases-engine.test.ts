/** The viewer's engine finds the films that the command line finds, at its distances, and makes indexes that it takes for its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { execute } from "../../../../src/app/command-line.ts";
import { searchCommand } from "../../../../src/app/search.ts";
import type { GivenIndex, SearchSettings } from "../../../../src/app/web/cases/cases-protocol.ts";
import { engine } from "../../../../src/app/web/engine.ts";
import { readBytes } from "../../../../src/bytes.ts";
import { phantom } from "../../../../src/imaging/phantom.ts";
import { writeCsv } from "../../../../src/loaders/csv.ts";
import { encodePng } from "../../../../src/loaders/png.ts";
import { changed, fileOf, tinyClassifier } from "../../../tiny-model.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-cases-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: readonly string[]): string => join(folder, ...names);

/** Six films of three patients. */
const names = Array.from({ length: 6 }, (_, i) => `f${i}.png`);
const tiny = tinyClassifier();
const context = { signal: new AbortController().signal, report: () => {} };
const handlers = engine();
const blobOf = (...path: readonly string[]): File => new File([readFileSync(at(...path))], path.at(-1) ?? "");
const settings: SearchSettings = { k: 4, metric: "euclidean", weights: "uniform", label: "label" };

/** What `search` writes to stdout. */
async function search(...args: readonly string[]): Promise<string> {
  let text = "";
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((part) => {
      if (name === "stdout") text += String(part);
      return true;
    }),
  );
  try {
    await execute(searchCommand(), args);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return text;
}

/** The collection, as a page gives it to its engine; another one each time. */
let lastId = 0;
const collection = (): GivenIndex => ({
  id: ++lastId,
  name: "collection",
  embeddings: blobOf("collection", "embeddings.safetensors"),
  items: blobOf("collection", "items.jsonl"),
});

beforeAll(async () => {
  mkdirSync(at("films"));
  for (const [seed, name] of names.entries()) writeFileSync(at("films", name), encodePng(phantom({ size: 64, seed }).image));
  const rows = names.map((name, i) => [`films/${name}`, i % 2 === 0 ? "even" : "odd", `p${i % 3}`, i < 5 ? "in" : "out"]);
  writeFileSync(at("films.csv"), writeCsv({ columns: ["file", "label", "patient_id", "split"], rows }));
  writeFileSync(at("model.safetensors"), fileOf(tiny));
  await search("index", at("films.csv"), "--where", "split=in", "--out", at("collection"), "--model", at("model.safetensors"));
  await handlers.open({ model: { name: "tiny", source: fileOf(tiny) } }, context);
});

describe("an index of the command line", () => {
  test.each(["euclidean", "cosine", "manhattan"] as const)("gives its neighbours and %s distances, within 1e-5 of them", async (metric) => {
    const index = collection();
    const { items } = await handlers.openIndex(index, context);
    const { neighbours } = await handlers.findLike({ picture: blobOf("films", "f5.png"), index, ...settings, metric }, context);
    const asked = ["query", at("films/f5.png"), "--index", at("collection"), "-k", "4", "--metric", metric, "--json"];
    const [{ neighbours: headless }] = JSON.parse(await search(...asked)).results;
    expect(neighbours.map(({ index }) => items[index].sha256)).toEqual(headless.map(({ sha256 }: { sha256: string }) => sha256));
    for (const [rank, { distance }] of neighbours.entries())
      expect(Math.abs(distance - headless[rank].distance)).toBeLessThanOrEqual(1e-5 * Math.max(1, headless[rank].distance));
  });

  test("leaves out a film itself, its patient, or whoever is named, and says when it does not know whom", async () => {
    const index = collection();
    const { items } = await handlers.openIndex(index, context);
    const found = async (name: string, more: Partial<SearchSettings>) => {
      const asked = { picture: blobOf("films", name), index, ...settings, k: 5, ...more };
      const { neighbours, isPatientUnknown } = await handlers.findLike(asked, context);
      return [neighbours.map(({ index }) => items[index].file.replace(/^.*\//, "")).sort(), isPatientUnknown];
    };
    expect(await found("f0.png", {})).toEqual([["f0.png", "f1.png", "f2.png", "f3.png", "f4.png"], false]);
    expect(await found("f0.png", { leftOut: "same-file" })).toEqual([["f1.png", "f2.png", "f3.png", "f4.png"], false]);
    expect(await found("f0.png", { leftOut: "same-patient" })).toEqual([["f1.png", "f2.png", "f4.png"], false]);
    expect(await found("f5.png", { leftOut: "same-patient" })).toEqual([["f0.png", "f1.png", "f2.png", "f3.png", "f4.png"], true]);
    expect(await found("f5.png", { leftOut: "same-patient", patient: "p2" })).toEqual([["f0.png", "f1.png", "f3.png", "f4.png"], false]);
  });

  test("votes by its labels, a neighbour without one has none", async () => {
    const asked = { picture: blobOf("films", "f0.png"), index: collection(), ...settings, k: 5 };
    const voteOn = async (label: string | undefined, weights: SearchSettings["weights"]) =>
      (await handlers.findLike({ ...asked, label, weights }, context)).vote;
    expect(await voteOn("label", "uniform")).toEqual({
      label: "even",
      shares: [
        { label: "even", share: 0.6, count: 3 },
        { label: "odd", share: 0.4, count: 2 },
      ],
      silent: 0,
    });
    // The film itself is nearer than all others by what batches of another size round otherwise, or at distance 0 and has the only vote.
    const [first] = (await voteOn("label", "distance"))?.shares ?? [];
    expect(first).toMatchObject({ label: "even", count: 3 });
    expect(first.share).toBeGreaterThan(0.999);
    expect(await voteOn("nothing", "uniform")).toBeUndefined();
    expect(await voteOn(undefined, "uniform")).toBeUndefined();
  });

  test("of another model is refused, with both models named; the model's own name does not matter", async () => {
    const other = engine();
    await other.open({ model: { name: "other", source: fileOf(changed(tiny, "features.0.bias", (value) => value + 1e-3)) } }, context);
    await expect(other.findLike({ picture: blobOf("films", "f0.png"), index: collection(), ...settings }, context)).rejects.toThrow(
      /^collection: was made with another model, .*model\.safetensors \(squeezenet1_1, [0-9a-f]{12}\), not other \(squeezenet1_1, [0-9a-f]{12}\)$/,
    );
  });

  test("that is cut off or changed is refused", async () => {
    const [embeddings, items] = ["embeddings.safetensors", "items.jsonl"].map((name) => blobOf("collection", name));
    const lines = await items.text();
    const given = (parts: Partial<GivenIndex>) => handlers.openIndex({ id: ++lastId, name: "bad", embeddings, items, ...parts }, context);
    await expect(given({ embeddings: embeddings.slice(0, embeddings.size - 8) })).rejects.toThrow(/^bad: /);
    await expect(given({ items: items.slice(0, 300) })).rejects.toThrow(/^bad: has \d lines, its index 5 items \(is it cut off\?\)$/);
    await expect(given({ items: new Blob([lines.replace("even", "EVEN")]) })).rejects.toThrow(/their SHA-256 differs/);
    await expect(given({ embeddings: new Blob([fileOf(tiny)]) })).rejects.toThrow("bad: is no index of embeddings");
  });
});

describe("an index that the page makes", () => {
  test("is one of the command line, film by film, without those that cannot be read or are there twice", async () => {
    const pictures = [...names.slice(0, 5), "f0.png"].map((name) => ({ name, source: blobOf("films", name) }));
    const broken = { name: "broken.png", source: new Blob(["no picture"]) };
    const built = await handlers.buildIndex({ id: ++lastId, name: "mine", pictures: [...pictures, broken] }, context);
    const { leftOut, items, files } = built;
    expect(items.map(({ file }) => file)).toEqual(names.slice(0, 5));
    expect(leftOut.map(({ name }) => name)).toEqual(["f0.png", "broken.png"]);
    expect(leftOut[0].problem).toBe("is the same file as f0.png");
    // Beside its films, since files count from the index's folder.
    writeFileSync(at("films", "embeddings.safetensors"), await readBytes(files.embeddings));
    writeFileSync(at("films", "items.jsonl"), await readBytes(files.items));
    const verified = await search("verify", at("films"), "--files", "--model", at("model.safetensors"), "--json");
    expect(JSON.parse(verified)).toMatchObject({ items: 5, unfinished: 0, files: 5, problems: [], layer: "features", metric: "euclidean" });
    const asked = { picture: blobOf("films", "f5.png"), ...settings };
    const theirs = await handlers.findLike({ ...asked, index: collection() }, context);
    const ours = await handlers.findLike({ ...asked, index: files }, context);
    expect(ours.neighbours.map(({ index }) => index)).toEqual(theirs.neighbours.map(({ index }) => index));
  });

  test("needs a picture that can be read", async () => {
    const broken = [{ name: "broken.png", source: new Blob(["no picture"]) }];
    await expect(handlers.buildIndex({ id: ++lastId, name: "mine", pictures: broken }, context)).rejects.toThrow(
      "mine: none of the pictures can be embedded",
    );
  });
});

test("a small picture has the film's shape, and its longer side the length that was asked for", async () => {
  const wide = phantom({ size: 64, seed: 1 }).image;
  const picture = new Blob([encodePng({ ...wide, width: 64, height: 32, data: wide.data.slice(0, 64 * 32) })]);
  expect(await handlers.shrink({ picture, side: 16 }, context)).toMatchObject({ width: 16, height: 8 });
  expect(await handlers.shrink({ picture, side: 100 }, context)).toMatchObject({ width: 64, height: 32 });
});
