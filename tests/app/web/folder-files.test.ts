/** Folders that are dropped or chosen give their pictures, by the rules of the command line. */
import { expect, test } from "vitest";
import { droppedFolder } from "../../../src/app/web/dropped-folder.ts";
import { picturesAmong } from "../../../src/app/web/folder-files.ts";

/** A file on a disc, which is told by its signature where its name has no ending. */
const file = (signature = "film"): File => new File([new Uint8Array(128), signature], "");

interface Folder {
  readonly [name: string]: Folder | File;
}

/** An entry as a drop has it, which hands over two of a folder's at a time. */
function entryOf(content: Folder | File, fullPath: string): FileSystemEntry {
  const isFile = content instanceof File;
  const entries = isFile ? [] : Object.entries(content).map(([part, below]) => entryOf(below, `${fullPath}/${part}`));
  const createReader = () => {
    const left = [...entries];
    return { readEntries: (done: (part: FileSystemEntry[]) => void) => done(left.splice(0, 2)) };
  };
  const read = (done: (content: unknown) => void) => done(content);
  return { fullPath, isFile, isDirectory: !isFile, file: read, createReader } as unknown as FileSystemEntry;
}

/** The names of what is found when all of this is dropped at once. */
async function found(contents: Folder): Promise<string[]> {
  const items = Object.entries(contents).map(([name, content]) => ({ webkitGetAsEntry: () => entryOf(content, `/${name}`) }));
  const dropped = await droppedFolder({ items } as unknown as DataTransfer);
  return (await picturesAmong(dropped)).map(({ name }) => name);
}

const disc: Folder = {
  "readme.txt": file(),
  DICOMDIR: file("DICM"),
  images: { "2.25.12": file("DICM"), "1.JPG": file(), thumbs: file("nope"), empty: {} },
  "a.png": file(),
  ".hidden": file(),
};

test("of a folder the pictures come in the order of their paths, from the folders below too", async () => {
  expect(await found({ disc })).toEqual(["disc/a.png", "disc/images/1.JPG", "disc/images/2.25.12"]);
});

test("single files come first and as they are, whatever they are", async () => {
  const pictures = ["disc/a.png", "disc/images/1.JPG", "disc/images/2.25.12"];
  expect(await found({ "notes.txt": file(), disc, "b.png": file() })).toEqual(["notes.txt", "b.png", ...pictures]);
});

test("a folder without a picture says so", async () => {
  await expect(found({ "a.png": file(), letters: { "a.txt": file() } })).rejects.toThrow("letters: holds no picture");
});
