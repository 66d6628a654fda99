/**
 * `search` on a LanceDB table finds what it finds in a folder. LanceDB's packages are large, so that they are not among the project's:
 * `npm install --no-save @lancedb/lancedb@0.37.1 apache-arrow@18.1.0` installs them; without them these tests are left out.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { lanceFilmIndex, lanceStore } from "../../src/app/lance-index.ts";
import { InputError } from "../../src/bytes.ts";
import { writeCsv } from "../../src/loaders/csv.ts";
import { encodePng } from "../../src/loaders/png.ts";
import type { IndexDescription } from "../../src/retrieval/embedding-index.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { uniform } from "../generator.ts";
import { runProgram } from "../run-program.ts";
import { fileOf, tinyClassifier } from "../tiny-model.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-lancedb-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: readonly string[]): string => join(folder, ...names);

const isInstalled = (): boolean => {
  try {
    createRequire(import.meta.url).resolve("@lancedb/lancedb");
    return true;
  } catch {
    return false;
  }
};

const DIMENSIONS = 64;
const description: IndexDescription = {
  model: "model",
  modelHash: "0".repeat(64),
  arch: "resnet18",
  layer: "avgpool",
  dimensions: DIMENSIONS,
  metric: "euclidean",
  pixels: "stored",
};

function random(name: string, rows: number): Tensor {
  const u = uniform(name);
  const data = Float32Array.from({ length: rows * DIMENSIONS }, (_, i) => 2 * u(i) - 1);
  return tensor([rows, DIMENSIONS], data);
}

const rowsOf = ({ data }: Tensor, first: number, last: number): Tensor =>
  tensor([last - first, DIMENSIONS], data.subarray(first * DIMENSIONS, last * DIMENSIONS));

describe.skipIf(!isInstalled())("a LanceDB table", () => {
  test("of 100,000 films has the ten nearest of a plain search in float64, without the excluded patient's", {
    timeout: 300_000,
  }, async () => {
    const [films, part] = [100_000, 10_000];
    const uri = at("many");
    const embeddings = random("items", films);
    const store = await lanceStore(`lancedb:${uri}`, uri);
    for (let first = 0; first < films; first += part) {
      const items = Array.from({ length: part }, (_, i) => ({
        file: `film ${first + i}`,
        sha256: `hash ${first + i}`,
        patient: `o'patient ${(first + i) % 1000}`,
      }));
      await store.add({ description, items, embeddings: rowsOf(embeddings, first, first + part) });
    }
    expect(store.size).toBe(films);
    expect([...(await store.known(["hash 99999", "hash 100000"]))]).toEqual(["hash 99999"]);

    const index = await lanceFilmIndex(`lancedb:${uri}`, uri);
    expect([index.size, index.hasPatients, index.description]).toEqual([films, true, description]);
    expect((await index.ofFile("hash 4711"))?.file).toBe("film 4711");
    for (const metric of ["euclidean", "cosine"] as const) {
      using searcher = await index.searcher(await device(), { k: 10, metric, leftOut: "same-patient" });
      const query = random(`query ${metric}`, 1).data;
      const found = await searcher.nearest(query, "o'patient 7");
      const expected = plain(query, embeddings, metric, ({ film }) => film % 1000 !== 7);
      expect(found.map(({ item }) => item.file)).toEqual(expected.map(({ film }) => `film ${film}`));
      for (const [rank, { distance }] of found.entries()) expect(distance).toBeCloseTo(expected[rank].distance, 5);
    }
    await expect(index.searcher(await device(), { k: 10, metric: "manhattan" })).rejects.toThrow(
      new InputError(`lancedb:${uri}`, "LanceDB does not search by manhattan distances, but by euclidean or cosine ones"),
    );
  });

  test("gives the answers of a folder on the command line, and grows", { timeout: 120_000 }, async () => {
    mkdirSync(at("films"));
    const names = Array.from({ length: 8 }, (_, i) => `f${i}.png`);
    for (const [i, name] of names.entries())
      writeFileSync(at("films", name), encodePng({ width: 40, height: 40, channels: 1, bitDepth: 8, data: pattern(i) }));
    const rows = names.map((name, i) => [`films/${name}`, i % 2 ? "odd" : "even", `p${i >> 1}`, i < 6 ? "train" : "test"]);
    writeFileSync(at("films.csv"), writeCsv({ columns: ["file", "label", "patient_id", "split"], rows }));
    writeFileSync(at("model.safetensors"), fileOf(tinyClassifier()));
    const search = async (...args: readonly string[]) => runProgram("src/app/search.ts", args);
    const table = `lancedb:${at("table")}`;
    for (const out of [at("collection"), table]) {
      const model = ["--model", at("model.safetensors"), "--quiet"];
      const made = await search("index", at("films.csv"), "--where", "split=train", "--out", out, ...model);
      expect([made.code, made.stdout], made.stderr).toEqual([0, expect.stringContaining(`${out}: 6 films (6 added)`)]);
      const again = await search("index", at("films.csv"), "--out", out, "--append", ...model);
      expect([again.code, again.stdout], again.stderr).toEqual([0, expect.stringContaining(`${out}: 8 films (2 added)`)]);
    }
    const query = ["query", at("films", "f3.png"), "--exclude", "same-patient", "-k", "4", "--json", "--quiet", "--index"];
    const [ours, theirs] = [await search(...query, at("collection")), await search(...query, table)];
    const answersOf = ({ stdout }: { readonly stdout: string }) =>
      JSON.parse(stdout).results[0].neighbours.map(({ sha256, distance }: { sha256: string; distance: number }) => ({ sha256, distance }));
    expect(answersOf(theirs)).toEqual(answersOf(ours));
    const [{ file }] = JSON.parse(theirs.stdout).results[0].neighbours;
    expect(isAbsolute(file)).toBe(true);
    expect(existsSync(file)).toBe(true);
    const verified = await search("verify", table);
    expect([verified.code, verified.stderr]).toEqual([
      1,
      expect.stringContaining("is a LanceDB table, which index adds to and query searches"),
    ]);
    const missing = await search(...query, `lancedb:${at("nothing")}`);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("no such index")]);
  });
});

test.skipIf(isInstalled())("without its packages a table is refused with what to install", async () => {
  await expect(lanceFilmIndex("lancedb:films", "films")).rejects.toThrow(/npm install @lancedb\/lancedb@0\.37\.1 apache-arrow@18\.1\.0/);
});

const pattern = (seed: number): Uint8Array => {
  const u = uniform(`film ${seed}`);
  return Uint8Array.from({ length: 1600 }, (_, i) => 60 + 20 * (i % (2 + seed)) + 40 * u(i));
};

interface Near {
  readonly film: number;
  readonly distance: number;
}

/** The ten nearest films that may be found, in float64. */
function plain(query: Float32Array, { data }: Tensor, metric: "euclidean" | "cosine", isAllowed: (near: Near) => boolean): Near[] {
  const length = (from: ArrayLike<number>, start: number): number => {
    let sum = 0;
    for (let i = 0; i < DIMENSIONS; i++) sum += from[start + i] ** 2;
    return Math.sqrt(sum);
  };
  const near = Array.from({ length: data.length / DIMENSIONS }, (_, film) => {
    let [squares, product] = [0, 0];
    for (let i = 0; i < DIMENSIONS; i++) {
      squares += (query[i] - data[film * DIMENSIONS + i]) ** 2;
      product += query[i] * data[film * DIMENSIONS + i];
    }
    const cosine = product / (length(query, 0) * length(data, film * DIMENSIONS));
    return { film, distance: metric === "euclidean" ? Math.sqrt(squares) : 1 - cosine };
  });
  return near
    .filter(isAllowed)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 10);
}
