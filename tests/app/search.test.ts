/** `search` as people use it: an index that grows, films found in it, and one line for everything that is wrong. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { execute } from "../../src/app/command-line.ts";
import { searchCommand } from "../../src/app/search.ts";
import { readCsv, writeCsv } from "../../src/loaders/csv.ts";
import type { Image } from "../../src/loaders/image.ts";
import { decodePng, encodePng } from "../../src/loaders/png.ts";
import { type Ended, errorsOf, runProgram } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { changed, fileOf, tinyClassifier } from "../tiny-model.ts";

const { folder } = scratchFolder("search");
const at = (...names: readonly string[]): string => join(folder, ...names);

/** Stripes of a class's own width, across for the second class, with a little noise. */
function film(seed: number, label: number): Image {
  const [width, height] = [48, 56];
  const value = (x: number, y: number): number =>
    (label === 0 ? (x >> 2) % 2 : (y >> 3) % 2) * 140 + 40 + ((x * 7 + y * 13 + seed * 31) % 17);
  const data = Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  return { width, height, channels: 1, bitDepth: 8, data };
}

/** Twelve films of two classes and six patients: f0 and f2 are of patient p0, f1 and f3 of p1, f4 and f6 of p2, and so on. */
const films = Array.from({ length: 12 }, (_, i) => ({ name: `f${i}.png`, label: i % 2, patient: `p${2 * (i >> 2) + (i % 2)}` }));
mkdirSync(at("films"));
for (const [i, { name, label }] of films.entries()) writeFileSync(at("films", name), encodePng(film(i, label)));
const rows = films.map(({ name, label, patient }, i) => [
  `films/${name}`,
  label === 0 ? "across" : "down",
  patient,
  i < 8 ? "train" : "test",
]);
writeFileSync(at("films.csv"), writeCsv({ columns: ["file", "label", "patient_id", "split"], rows }));
const tiny = tinyClassifier();
writeFileSync(at("model.safetensors"), fileOf(tiny));
writeFileSync(at("other.safetensors"), fileOf(changed(tiny, "features.0.bias", (value) => value + 1e-3)));

/** Runs `search` as a process would, but within this one: starting a process takes longer than most of what it does. */
async function search(...args: readonly string[]): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await execute(searchCommand(), args);
    expect(texts.stderr).not.toMatch(/^\s+at /m);
    return { code: Number(process.exitCode), ...texts };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

async function expectFailure(args: readonly string[], code: number, message: string | RegExp): Promise<void> {
  const ended = await search(...args);
  expect([ended.code, ended.stdout], ended.stderr).toEqual([code, ""]);
  const errors = errorsOf(ended);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(message);
}

const model = ["--model", at("model.safetensors")];
const collection = at("collection");

beforeAll(async () => {
  const { code, stdout, stderr } = await search("index", at("films.csv"), "--where", "split=train", "--out", collection, ...model);
  expect(code, stderr).toBe(0);
  expect(stdout).toBe(`${collection}: 8 films (8 added), 512 dimensions, layer features of ${at("model.safetensors")}, euclidean\n`);
});

describe("an index", () => {
  test("holds what the manifest says of each film", () => {
    const lines = readFileSync(join(collection, "items.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(8);
    expect(lines[5]).toEqual({ label: "down", split: "train", patient: "p3", file: at("films/f5.png"), sha256: lines[5].sha256 });
    expect(lines[5].sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is whole, and its films are as they were", async () => {
    const { code, stdout } = await search("verify", collection, "--files");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /: whole, 8 films, 512 dimensions, euclidean\nlayer features of .*model\.safetensors \(squeezenet1_1, [0-9a-f]{12}\)\n8 of 8 films are as they were\n$/,
    );
  });

  test("grows by films that it does not have, and reports those that cannot be read", async () => {
    const grown = at("grown");
    mkdirSync(grown);
    for (const name of ["items.jsonl", "embeddings.safetensors"]) copyFileSync(join(collection, name), join(grown, name));
    writeFileSync(at("broken.png"), "no picture");
    const ended = await search("index", at("films"), at("broken.png"), "--out", grown, "--append", "--json");
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain(`error: ${at("broken.png")}: `);
    expect(JSON.parse(ended.stdout)).toMatchObject({ items: 12, added: 4, known: 8, failed: 1, layer: "features", dimensions: 512 });
    const ours = await search("evaluate", grown, "--label", "label", "-k", "1,3", "--json");
    expect(JSON.parse(ours.stdout)).toMatchObject({
      exclude: "same-patient",
      reports: [{ k: 1, count: 8, accuracy: 1, auc: 1 }, { k: 3 }],
    });
  });

  test("is not overwritten, nor added to by another model or layer", async () => {
    await expectFailure(["index", at("films"), "--out", collection, ...model], 1, /is an index already, --append adds to it$/);
    const append = ["index", at("films"), "--out", collection, "--append"];
    await expectFailure(
      [...append, "--model", at("other.safetensors")],
      1,
      /collection: was made with another model, .*model\.safetensors \(squeezenet1_1, /,
    );
    await expectFailure([...append, "--layer", "features.4"], 1, /collection: was made of layer features, not features\.4$/);
    await expectFailure(
      [...append, "--layer", "layer4"],
      1,
      /squeezenet1_1: has no layer layer4 \(there are features, classifier, and \d+ within them, such as features\.0\)$/,
    );
  });

  test.each<[string, () => string, RegExp]>([
    ["that is not there", () => at("nowhere"), /nowhere: no such index$/],
    ["that is a file", () => at("films.csv"), /films\.csv: is no index, which is a folder$/],
    [
      "whose lines are cut off",
      () => {
        mkdirSync(at("cut"));
        for (const name of ["items.jsonl", "embeddings.safetensors"]) copyFileSync(join(collection, name), at("cut", name));
        truncateSync(at("cut", "items.jsonl"), 300);
        return at("cut");
      },
      /items\.jsonl: has \d lines, its index 8 items \(is it cut off\?\)$/,
    ],
  ])("%s is an error", async (_, make, message) => {
    await expectFailure(["verify", make()], 1, message);
  });

  test("whose films are gone says which", async () => {
    renameSync(at("films/f7.png"), at("f7.png"));
    const { code, stdout, stderr } = await search("verify", collection, "--files");
    renameSync(at("f7.png"), at("films/f7.png"));
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: .*films\/f7\.png: no such file$/m);
    expect(stdout).toContain("7 of 8 films are as they were");
  });
});

describe("a query", () => {
  test("finds the film itself first, then others of its kind, and draws them", async () => {
    const sheet = at("sheet.png");
    const query = ["query", at("films/f2.png"), "--index", collection, "-k", "4"];
    const { code, stdout, stderr } = await search(...query, "--contact-sheet", sheet);
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.trim().split(/\s+/)[2])).toEqual(["across", "across", "across", "across"]);
    // Of a batch of another size the vector may differ in its last digits.
    expect(lines[0]).toMatch(/^1 +0\.0000\d* +across +p0 +.*films\/f2\.png$/);
    const image = decodePng(readFileSync(sheet), sheet);
    expect([image.channels, image.width]).toEqual([3, 8 + 5 * 232]);
    await expectFailure([...query, "--contact-sheet", sheet], 1, /sheet\.png: exists already, --force overwrites it$/);
  });

  test("leaves out the film itself, or its patient, and asks whose it is where nobody knows", async () => {
    const query = [at("films/f2.png"), "--index", collection, "-k", "8", "--json"];
    const names = async (args: readonly string[]): Promise<string[]> => {
      const { stdout, stderr } = await search("query", ...args);
      expect(stdout, stderr).not.toBe("");
      const { results } = JSON.parse(stdout);
      return results[0].neighbours.map(({ file }: { file: string }) => file.replace(/^.*\//, ""));
    };
    const all = await names(query);
    expect(all).toHaveLength(8);
    expect(await names([...query, "--exclude", "same-file"])).toEqual(all.filter((name) => name !== "f2.png"));
    expect(await names([...query, "--exclude", "same-patient"])).toEqual(all.filter((name) => name !== "f2.png" && name !== "f0.png"));
    const stranger = ["query", at("films/f10.png"), "--index", collection, "--exclude", "same-patient"];
    const ended = await search(...stranger);
    expect([ended.code, ended.stdout]).toEqual([4, ""]);
    expect(ended.stderr).toMatch(/f10\.png: its patient is not known, name it by --patient$/m);
  });

  test("is measured as it is asked for, and told in numbers", async () => {
    const { stdout } = await search("query", at("films/f2.png"), at("films/f9.png"), "--index", collection, "--metric", "cosine", "--json");
    const { results, index, model: used } = JSON.parse(stdout);
    expect(index).toEqual({ folder: collection, items: 8, metric: "cosine" });
    expect(used).toMatchObject({ arch: "squeezenet1_1", layer: "features" });
    expect(results.map(({ neighbours }: { neighbours: { label: string }[] }) => neighbours[0].label)).toEqual(["across", "down"]);
    for (const { neighbours } of results) {
      const distances = neighbours.map(({ distance }: { distance: number }) => distance);
      expect(distances.toSorted((a: number, b: number) => a - b)).toEqual(distances);
      expect(Math.max(...distances)).toBeLessThanOrEqual(2);
    }
  });

  test("by another model is an error", async () => {
    await expectFailure(
      ["query", at("films/f2.png"), "--index", collection, "--model", at("other.safetensors")],
      1,
      /collection: was made with another model/,
    );
  });
});

describe("a collection", () => {
  test("is told apart by its neighbours, a set by the rest", async () => {
    const { code, stdout } = await search("evaluate", collection, "--queries", "patient=p2,p3", "-k", "1");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^k 1: 4 films, accuracy 100\.0 %, balanced 100\.0 %, mean AUC 1\.000\n {2}class +films +recall +precision +AUC\n {2}across +2 /,
    );
  });

  test.each<[string, string[], RegExp]>([
    [
      "a column that there is not",
      ["--label", "diagnosis"],
      /collection: has no column diagnosis, there are label, split, patient, file, sha256$/,
    ],
    ["a column of one class", ["--label", "split"], /collection: has one class only in column split \(train\), nothing can be told apart$/],
    ["more neighbours than films", ["-k", "9"], /collection: has 8 films that vote, -k 9 asks for more$/],
    ["no queries", ["--queries", "split=test"], /0 of 8 films are asked for \(--queries\), some and not all must be$/],
  ])("cannot be told apart by %s", async (_, args, message) => {
    await expectFailure(["evaluate", collection, ...args], 1, message);
  });

  test("is laid out in a picture and a table", async () => {
    const [png, csv] = [at("map.png"), at("map.csv")];
    const { code, stdout, stderr } = await search(
      "map",
      collection,
      "--perplexity",
      "2",
      "--iterations",
      "300",
      "--out",
      png,
      "--csv",
      csv,
    );
    expect([code, stdout], stderr).toEqual([0, `${png}\n${csv}\n`]);
    expect(stderr).toMatch(/8 films by tsne, perplexity 2, divergence \d+\.\d{3}/);
    expect(decodePng(readFileSync(png), png).channels).toBe(3);
    const { columns, rows: places } = readCsv(readFileSync(csv, "utf8"), csv);
    expect(columns).toEqual(["file", "x", "y", "label", "split", "patient", "sha256"]);
    expect(places).toHaveLength(8);
    expect(places.every(([file, x, y]) => existsSync(file) && Number.isFinite(Number(x)) && Number.isFinite(Number(y)))).toBe(true);
    const pca = await search("map", collection, "--method", "pca", "--csv", at("pca.csv"), "--json");
    expect(JSON.parse(pca.stdout)).toMatchObject({
      method: "pca",
      items: 8,
      label: "label",
      quality: expect.stringMatching(/^\d+\.\d % of the variance$/),
    });
  });

  test.each<[string, string[], number, RegExp]>([
    ["nothing to write", [], 2, /nothing is to be written, --out or --csv is needed/],
    ["a picture that is no PNG", ["--out", "map.jpg"], 2, /the picture to write is a PNG, got map\.jpg/],
    ["too few films", ["--csv", "x.csv"], 1, /collection: has 8 films, too few for a perplexity of 30$/],
    ["a column that there is not", ["--csv", "x.csv", "--label", "age"], 1, /collection: has no column age, there are /],
  ])("cannot be laid out: %s", async (_, args, code, message) => {
    await expectFailure(["map", collection, ...args], code, message);
  });
});

test("it runs as a program of its own", async () => {
  const { code, stdout } = await runProgram("src/app/search.ts", ["verify", collection], { CI: "true" });
  expect([code, stdout.split("\n")[0]]).toEqual([0, `${collection}: whole, 8 films, 512 dimensions, euclidean`]);
});

test("--help shows the commands and their examples", async () => {
  const help = await search("--help");
  expect(help.code).toBe(0);
  for (const name of ["index", "query", "verify", "evaluate", "map"])
    expect(help.stdout).toMatch(new RegExp(`^ {2}${name} \\[options\\] `, "m"));
  expect((await search("query", "--help")).stdout).toContain("--contact-sheet <file>");
});
