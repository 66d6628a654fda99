/** A folder that was chosen in the page is read as the command line reads it, and what is wrong with it is one sentence beside the choices. */
import { expect, test } from "vitest";
import { digestOf, filmsIn, filmsSummary, placeOf } from "../../../src/app/web/training-films.ts";
import type { FilmsInput } from "../../../src/app/web/training-protocol.ts";

const folder = (files: Readonly<Record<string, string>>): FilmsInput["files"] =>
  Object.entries(files).map(([path, text]) => ({ path: `films/${path}`, file: new Blob([text]) }));
const summaryOf = (input: FilmsInput) => filmsSummary(placeOf(input));

const rows = "file,label,finding,patient_id,split\na.png,sick,x,1,train\nb.png,well,y,2,train\nc.png,well,x,2,val\n";
const withTable = folder({ "manifest.csv": rows, "notes/other.csv": "a,b\n", "a.png": "", "b.png": "", "c.png": "" });

test("folders are classes where there is no manifest", async () => {
  const summary = await summaryOf({ files: folder({ "well/1.png": "", "well/2.png": "", "sick/3.png": "" }) });
  expect(summary).toEqual({
    name: "films",
    tables: [],
    columns: [],
    classes: ["sick", "well"],
    films: 3,
    counts: { films: [1, 2] },
    hasSets: false,
  });
});

test("a manifest at the top says classes, sets and patients, and any of its columns may be the class", async () => {
  const summary = await summaryOf({ files: withTable });
  expect(summary).toEqual({
    name: "films",
    tables: ["manifest.csv", "notes/other.csv"],
    table: "manifest.csv",
    label: "label",
    columns: ["file", "label", "finding", "patient_id", "split"],
    classes: ["sick", "well"],
    films: 3,
    patients: 2,
    counts: { train: [1, 1], val: [0, 1], test: [0, 0] },
    hasSets: true,
  });
  expect((await summaryOf({ files: withTable, label: "finding" })).classes).toEqual(["x", "y"]);
});

test("what is wrong is told with the choices that there are", async () => {
  const misspelt = await summaryOf({ files: withTable, label: "lable" });
  expect(misspelt).toMatchObject({ problem: "manifest.csv: has no column lable, did you mean label?", films: 0, label: "lable" });
  expect(misspelt.columns).toContain("finding");
  const asFolders = await summaryOf({ files: withTable, table: "none" });
  expect(asFolders.problem).toBe("films: holds no pictures");
  const single = await summaryOf({ files: folder({ "well/1.png": "" }) });
  expect(single.problem).toBe("films: has one class only (well), nothing can be told apart");
  const damaged = await summaryOf({ files: folder({ "films.csv": 'file,"label\n' }) });
  expect(damaged.problem).toMatch(/^films\.csv: row 1 has a quote that is not closed/);
});

test("films are told from others by their classes, sets and bytes", async () => {
  const films = await filmsIn(placeOf({ files: withTable }));
  const other = { ...films, samples: films.samples.map((sample) => ({ ...sample, split: "train" })) };
  const prints = (digit: string) => films.samples.map(() => ({ sha256: digit, thumbnail: new Float32Array() }));
  const digests = await Promise.all([
    digestOf(films, prints("a")),
    digestOf(films, prints("a")),
    digestOf(films, prints("b")),
    digestOf(other, prints("a")),
  ]);
  expect(digests[0]).toBe(digests[1]);
  expect(new Set(digests).size).toBe(3);
});
