/** A command line's pictures: what was typed, in the order typed, with folders and globs spelled out and sorted. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expandInputs } from "../../src/app/inputs.ts";
import { InputError } from "../../src/bytes.ts";

let folder: string;
let films: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roentgen-inputs-"));
  films = join(folder, "films");
  await mkdir(join(films, "more"), { recursive: true });
  await mkdir(join(folder, "empty"));
  for (const name of ["b.png", "a.png", "10.png", "2.png", "more/c.PNG", "more/notes.txt", ".hidden.png", "ward [3].png"])
    await writeFile(join(films, name), "");
});
afterAll(() => rm(folder, { recursive: true }));

/** Every PNG of the folder that is not hidden, in the order of code units. */
const all = () => ["10.png", "2.png", "a.png", "b.png", "more/c.PNG", "ward [3].png"].map((name) => join(films, name));

test("files stay as typed and in the order typed, twice where typed twice, whatever their ending", async () => {
  const typed = [join(films, "b.png"), join(films, "a.png"), join(films, "more/notes.txt"), join(films, "b.png")];
  expect(await expandInputs(typed)).toEqual(typed);
});

test("what does not exist is passed on, to be reported with the rest", async () => {
  expect(await expandInputs([join(films, "missing.png")])).toEqual([join(films, "missing.png")]);
});

test("a folder gives its pictures and those of the folders in it, sorted, hidden ones left out", async () => {
  expect(await expandInputs([films])).toEqual(all());
  expect(await expandInputs([`${films}/`])).toEqual(all());
});

test("a folder gives pictures of every format, and DICOM films by what is in them where they have no ending", async () => {
  const disc = join(folder, "disc");
  await mkdir(join(disc, "DICOM"), { recursive: true });
  const film = Buffer.concat([Buffer.alloc(128), Buffer.from("DICM")]);
  for (const name of ["DICOMDIR", "DICOM/IM0001", "DICOM/1.2.840.10008.5", "film.txt"]) await writeFile(join(disc, name), film);
  const pictures = ["a.BMP", "b.dcm", "c.jpeg", "d.JPG", "e.tif", "f.webp"];
  for (const name of [...pictures, "README", "DICOM/short", "notes.2"]) await writeFile(join(disc, name), "no film");
  expect(await expandInputs([disc])).toEqual(["DICOM/1.2.840.10008.5", "DICOM/IM0001", ...pictures].map((name) => join(disc, name)));
});

test("a glob gives the files that match, sorted, upper case as lower", async () => {
  expect(await expandInputs([join(films, "[ab].png")])).toEqual(["a.png", "b.png"].map((name) => join(films, name)));
  expect(await expandInputs([join(films, "**/*.png")])).toEqual(all());
  expect(await expandInputs([join(films, "*.{txt,png}"), join(films, "more/*.txt")])).toContain(join(films, "more/notes.txt"));
});

test("a file whose name looks like a glob is that file", async () => {
  expect(await expandInputs([join(films, "ward [3].png")])).toEqual([join(films, "ward [3].png")]);
});

test("a folder without a picture and a glob that matches none are errors", async () => {
  await expect(expandInputs([join(folder, "empty")])).rejects.toThrow(new InputError(join(folder, "empty"), "holds no picture"));
  await expect(expandInputs([join(films, "*.dcm")])).rejects.toThrow(new InputError(join(films, "*.dcm"), "matches no file"));
});

describe("- reads a list on stdin", () => {
  /** Expands while the process's stdin holds `text`. */
  async function withStdin(text: string, typed: readonly string[]): Promise<string[]> {
    const stdin = Object.getOwnPropertyDescriptor(process, "stdin");
    Object.defineProperty(process, "stdin", { value: Readable.from([text]), configurable: true });
    try {
      return await expandInputs(typed);
    } finally {
      if (stdin) Object.defineProperty(process, "stdin", stdin);
    }
  }

  test("one path a line, without blank lines and spaces around, between what else is typed", async () => {
    const [first, second] = [join(films, "a.png"), join(films, "ward [3].png")];
    expect(await withStdin(`${first}\r\n\n  ${second} `, ["x.png", "-", "y.png"])).toEqual(["x.png", first, second, "y.png"]);
  });

  test("and refuses an empty one", async () => {
    await expect(withStdin("\n\n", ["-"])).rejects.toThrow(new InputError("-", "stdin names no file"));
  });
});
