/** Manifests and class folders become datasets, and what is wrong with one is told in one line that names it. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readBytes } from "../../src/bytes.ts";
import { readClassFolders } from "../../src/training/class-folders.ts";
import { classCounts, type Dataset, samplesIn } from "../../src/training/dataset.ts";
import { chosenFolder, type FilmFolder } from "../../src/training/film-folder.ts";
import { checkLeaks } from "../../src/training/leaks.ts";
import { type ManifestOptions, readManifest } from "../../src/training/manifest.ts";
import { film, folderOf } from "./films.ts";

const folders: string[] = [];
const folderWith = (...given: Parameters<typeof folderOf>): string => {
  const folder = folderOf(given[0]);
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const pictures = Object.fromEntries(["a", "b", "c", "d"].map((name, i) => [`films/${name}.png`, film(i)]));
const table = `id,file,label,split,patient_id,group_id,age,outline
1,films/a.png,sick,train,"p:1, left",g1,41.5,films/b.png
2,films/b.png,well,train,,g1,60,films/b.png
3,films/c.png,sick,test,p:3,,7,films/b.png
4,films/d.png,odd,test,p:4,,8,films/b.png
`;
const folder = folderWith({ ...pictures, "manifest.csv": table, "lists/manifest.csv": table });
const manifest = join(folder, "manifest.csv");

describe("a manifest", () => {
  test("gives each picture its class, its set and whom it shows; paths count from its folder", async () => {
    const { classes, samples } = await readManifest(manifest);
    expect(classes).toEqual(["odd", "sick", "well"]);
    expect(samples[0]).toEqual({
      name: "films/a.png",
      picture: `${folder}/films/a.png`,
      label: 1,
      split: "train",
      patient: "p:1, left",
      group: "g1",
    });
    expect(samples.map(({ label, patient, group, split }) => [label, patient, group, split]).slice(1)).toEqual([
      [2, undefined, "g1", "train"],
      [1, "p:3", undefined, "test"],
      [0, "p:4", undefined, "test"],
    ]);
  });

  test("paths may count from the folder around the manifest's, as in collections of several, or from a root", async () => {
    const around = await readManifest(join(folder, "lists/manifest.csv"));
    expect(around.samples[0].picture).toBe(`${folder}/lists/../films/a.png`);
    const rooted = await readManifest(new Blob([table]), { root: `${folder}/` });
    expect(rooted.samples[0].picture).toBe(`${folder}/films/a.png`);
  });

  test("classes come in the order asked for, others are left out when that is said, and rows by their columns", async () => {
    const { classes, samples } = await readManifest(manifest, { classes: ["well", "sick"], leaveOutOthers: true });
    expect([classes, samples.map(({ label }) => label)]).toEqual([
      ["well", "sick"],
      [1, 0, 1],
    ]);
    const some = await readManifest(manifest, { where: { split: ["train"], label: ["sick", "well"] } });
    expect([classCounts(some), some.classes]).toEqual([
      [1, 1],
      ["sick", "well"],
    ]);
    expect(samplesIn(await readManifest(manifest), "test").samples.map(({ name }) => name)).toEqual(["films/c.png", "films/d.png"]);
  });

  test("masks and values are targets too, with the class for the stratum alone", async () => {
    const outlines = await readManifest(manifest, { mask: "outline" });
    expect(outlines.samples[0]).toMatchObject({ mask: `${folder}/films/b.png`, label: 1 });
    const ages = await readManifest(manifest, { values: ["age"] });
    expect(ages.samples.map(({ values }) => values)).toEqual([[41.5], [60], [7], [8]]);
    const beside = await readManifest(manifest, { clinical: ["age"] });
    expect(beside.samples.map(({ clinical, values }) => [clinical, values])).toEqual([41.5, 60, 7, 8].map((age) => [{ age }, undefined]));
  });

  test.each<[string, string | undefined, ManifestOptions, string | RegExp]>([
    ["a misspelt column", undefined, { label: "labl" }, "has no column labl, did you mean label?"],
    ["a column that there is not", undefined, { where: { hospital: ["x"] } }, "has no column hospital, only id, file, label,"],
    ["no column for the pictures", "id,label\n1,a\n", {}, "has no column for the pictures, only id, label"],
    ["an unknown class", undefined, { classes: ["sick", "well"] }, "1 of 4 rows are of unknown classes (odd), known are sick, well"],
    ["an empty class", undefined, { classes: ["odd", "sick", "well", "ill"] }, "has no picture of ill, only odd 1, sick 2, well 1"],
    ["one class only", undefined, { where: { label: ["sick"] } }, "has one class only (sick), nothing can be told apart"],
    ["a class twice", undefined, { classes: ["sick", "sick"] }, "classes must differ, got sick, sick"],
    ["no class", "file,label\nfilms/a.png,\n", {}, "row 2 names no class"],
    ["no picture", "file,label\nfilms/a.png,x\n,y\n", {}, "row 3: names no picture"],
    ["no rows", "file,label\n", {}, "lists no pictures"],
    ["no row that is asked for", undefined, { where: { label: ["none"] } }, "has no row that is asked for"],
    ["a value that is no number", "file,age\nfilms/a.png,old\n", { values: ["age"] }, 'row 2: a number is needed, got "old"'],
    ["a number that is missing", "file,label,age\nfilms/a.png,x,\n", { clinical: ["age"] }, 'row 2, age: a number is needed, got ""'],
    ["a quote that is not closed", 'file,label\n"films/a.png,x\n', {}, "row 2 has a quote that is not closed"],
  ])("%s is refused", async (_, text, options, message) => {
    const source = text === undefined ? manifest : new Blob([text]);
    await expect(readManifest(source, { root: folder, ...options })).rejects.toThrow(message);
  });

  test("every missing file is told at once, ten by name", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `gone-${i}.png,${i % 2}\n`).join("");
    const source = new Blob([`file,label\nfilms/a.png,0\n${rows}`]);
    const message = `bytes: 12 of 13 files are missing: ${folder}/gone-0.png, `;
    await expect(readManifest(source, { root: folder })).rejects.toThrow(message);
    await expect(readManifest(source, { root: folder })).rejects.toThrow(/gone-9\.png, … \(12 in all\)$/);
  });

  test("no manifest is an InputError", async () => {
    await expect(readManifest(join(folder, "no.csv"))).rejects.toThrow("no.csv: no such file");
  });
});

describe("class folders", () => {
  test("are classes, or sets of classes; pictures lie at any depth and are sorted", async () => {
    const plain = folderWith({ "well/b.png": film(1), "well/a.png": film(2), "sick/deep/c.PNG": film(3), "sick/notes.txt": "no picture" });
    const { classes, samples } = await readClassFolders(`${plain}/`);
    expect(classes).toEqual(["sick", "well"]);
    expect(samples.map(({ name, label, split }) => [name, label, split])).toEqual([
      ["sick/deep/c.PNG", 0, undefined],
      ["well/a.png", 1, undefined],
      ["well/b.png", 1, undefined],
    ]);
    const sets = folderWith({ "train/x/a.png": film(1), "train/y/b.png": film(2), "test/y/c.png": film(3) });
    const split = await readClassFolders(sets, { classes: ["y", "x"] });
    expect(split.samples.map(({ name, label, split }) => [name, label, split])).toEqual([
      ["test/y/c.png", 0, "test"],
      ["train/x/a.png", 1, "train"],
      ["train/y/b.png", 0, "train"],
    ]);
  });

  test.each<[string, Record<string, string>, string[] | undefined, string]>([
    ["no folders", { "a.png": "" }, undefined, "holds no folders, one for each class is needed"],
    ["one class only", { "x/a.png": "" }, undefined, "has one class only (x)"],
    ["an empty class", { "x/a.png": "", "y/readme.txt": "" }, undefined, "has no picture of y, only x 1"],
    ["an unknown class", { "x/a.png": "", "y/b.png": "" }, ["x", "z"], "holds folders of unknown classes (y), known are x, z"],
    ["sets beside classes", { "train/x/a.png": "", "y/b.png": "" }, undefined, "holds sets (train) beside other folders (y)"],
  ])("%s is refused", async (_, files, classes, message) => {
    await expect(readClassFolders(folderWith(files), { classes })).rejects.toThrow(message);
  });

  test("no folder is refused", async () => {
    await expect(readClassFolders(manifest)).rejects.toThrow(`${manifest}: is no folder that can be read`);
  });
});

describe("a folder that is chosen in a page", () => {
  /** As a page's FileList has it: files alone, by paths that begin with the folder's name. */
  const chosen = (files: Readonly<Record<string, string>>, name = "films") =>
    chosenFolder(Object.entries(files).map(([path, text]) => ({ path: `${name}/${path}`, file: new Blob([text]) })));

  test("has the classes, sets, names and order of the same folder on a disk", async () => {
    const files = {
      "train/b/2.png": "",
      "train/b/deep/1.bmp": "",
      "train/a/3.png": "",
      "validation/a/4.png": "",
      "validation/b/.hidden/5.png": "",
    };
    const told = ({ classes, samples }: Dataset) => ({ classes, samples: samples.map(({ name, label, split }) => [name, label, split]) });
    const onDisk = told(await readClassFolders(folderWith(files)));
    expect(onDisk.samples.map(([, , split]) => split)).toEqual(["train", "train", "train", "val", "val"]);
    const inPage = await readClassFolders(chosen(files));
    expect(told(inPage)).toEqual(onDisk);
    expect(inPage.samples.every(({ picture }) => picture instanceof Blob)).toBe(true);
  });

  test("holds a manifest whose paths lead to its files, from the manifest's folder or the one around it", async () => {
    const rows = (path: (name: string) => string) => `file,label,patient_id,split\n${path("a.png")},x,1,train\n${path("b.png")},y,2,val\n`;
    const files = { "films/a.png": "A", "films/b.png": "B" };
    const folders: Readonly<Record<string, FilmFolder>> = {
      "manifest.csv": chosen({ ...files, "manifest.csv": rows((name) => `films/${name}`) }),
      "lists/around.csv": chosen({ ...files, "lists/around.csv": rows((name) => `films/${name}`) }),
      "lists/above.csv": chosen({ ...files, "lists/above.csv": rows((name) => `..\\films\\./${name}`) }),
    };
    for (const [manifest, folder] of Object.entries(folders)) {
      const { classes, samples } = await readManifest(manifest, { folder });
      expect(classes).toEqual(["x", "y"]);
      expect(await Promise.all(samples.map(async ({ picture }) => new TextDecoder().decode(await readBytes(picture))))).toEqual(["A", "B"]);
      expect(samples.map(({ patient, split }) => [patient, split])).toEqual([
        ["1", "train"],
        ["2", "val"],
      ]);
    }
  });

  test("is refused in one sentence where files are missing, there is no such manifest, or it is no folder", async () => {
    const folder = chosen({ "manifest.csv": "file,label\na.png,x\n../../b.png,y\n", "a.png": "" });
    await expect(readManifest("manifest.csv", { folder })).rejects.toThrow("manifest.csv: 1 of 2 files are missing: ../../b.png");
    await expect(readManifest("films.csv", { folder })).rejects.toThrow("films.csv: no such file in films");
    const file = new Blob([]);
    expect(() => chosenFolder([])).toThrow("folder: holds no files");
    expect(() => chosenFolder([{ path: "a.png", file }])).toThrow("folder: a folder is needed, got single files");
    expect(() => chosenFolder(["a/1.png", "b/2.png"].map((path) => ({ path, file })))).toThrow("folder: one folder is needed, got a, b");
  });
});

describe("the collections in ../shared/data", () => {
  const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));

  test("have the counts of their README, and sets that are apart", async ({ skip }) => {
    if (!existsSync(shared)) skip("../shared/data is not here");
    const cxr = await readManifest(join(shared, "cxr/manifest.csv"), {
      label: "label3",
      classes: ["normal", "pneumonia", "covid", "tuberculosis"],
    });
    expect(["train", "val", "test"].map((split) => classCounts(samplesIn(cxr, split)))).toEqual([
      [573, 1047, 513, 273],
      [82, 150, 73, 39],
      [164, 299, 147, 78],
    ]);
    checkLeaks(cxr);
    const lungs = await readManifest(join(shared, "lungs/manifest.csv"), { mask: "mask", where: { convention: ["lung_fields"] } });
    expect(lungs.samples).toHaveLength(697);
    checkLeaks(lungs);
  });
});
