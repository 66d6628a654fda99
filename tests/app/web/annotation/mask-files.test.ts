/** Marks go out as masks, pixel for pixel, and come back; what is wrong with a zip is told. */
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { masksZip, readMasksZip, regionOfMask } from "../../../../src/app/web/annotation/mask-files.ts";
import { maskOf } from "../../../../src/app/web/annotation/region.ts";
import { InputError } from "../../../../src/bytes.ts";
import { encodePng } from "../../../../src/loaders/png.ts";
import { readZip } from "../../../../src/loaders/zip.ts";
import { first, marks, second } from "./marks.ts";

const frame = ({ width, height }: { readonly width: number; readonly height: number }) => ({ x: 0, y: 0, width, height });

test("each film, author and label is a mask in the zip, and the same pixels when it is read", () => {
  const zip = masksZip(marks);
  expect([...readZip(zip, "masks.zip").keys()]).toEqual([
    "masks.csv",
    "first_film.png/Ann_Öz/opacity.png",
    "first_film.png/Bo/effusion.png",
    "second.dcm/Bo/opacity.png",
  ]);
  const back = readMasksZip(zip, "masks.zip");
  expect(back.pictures).toEqual([first, second]);
  for (const [i, { region, label, author, created }] of back.annotations.entries()) {
    const sent = marks.annotations[i];
    if (!region || !sent.region) throw new Error("a mask is a region");
    expect([label, author, created]).toEqual([sent.label, sent.author, sent.modified ?? sent.created]);
    const film = i < 2 ? first : second;
    expect(maskOf([region], frame(film))).toEqual(maskOf([sent.region], frame(film)));
  }
});

test("two labels that look alike as file names are two masks", () => {
  const [box] = marks.annotations;
  const twin = { ...box, id: "urn:uuid:2", label: "o/p" };
  const zip = masksZip({ pictures: [first], annotations: [{ ...box, label: "o p" }, twin] });
  expect([...readZip(zip, "x").keys()].slice(1)).toEqual(["first_film.png/Ann_Öz/o_p.png", "first_film.png/Ann_Öz/o_p-2.png"]);
  expect(readMasksZip(zip, "x").annotations.map(({ label }) => label)).toEqual(["o p", "o/p"]);
});

const row = (change: Partial<Record<"file" | "sha256" | "width" | "label" | "created", string>> = {}) =>
  Object.values({
    file: "m.png",
    sha256: first.hash,
    film: "f",
    width: "60",
    height: "40",
    author: "Bo",
    label: "x",
    created: "2026-11-22",
    ...change,
  }).join(",");
const black = encodePng({ width: 60, height: 40, channels: 1, bitDepth: 8, data: new Uint8Array(2400) });
const zipped = (rows: string, mask: Uint8Array = black) =>
  zipSync({ "masks.csv": new TextEncoder().encode(`file,sha256,film,width,height,author,label,created\n${rows}\n`), "m.png": mask });

test.each([
  ["no zip", new Uint8Array(40), "z.zip: is a damaged zip archive"],
  ["no table", zipSync({ "m.png": black }), "z.zip: has no masks.csv"],
  ["no column", zipSync({ "masks.csv": new TextEncoder().encode("file,label\n") }), "z.zip/masks.csv: has no column sha256, film"],
  ["no hash", zipped(row({ sha256: "12" })), "z.zip/masks.csv: row 2 needs a SHA-256 of 64 hexadecimal digits, got 12"],
  ["no label", zipped(row({ label: "" })), "z.zip/masks.csv: row 2 needs an author and a label"],
  ["no date", zipped(row({ created: "once" })), "z.zip/masks.csv: row 2 needs a date, got once"],
  ["no mask", zipped(row({ file: "n.png" })), "z.zip/masks.csv: row 2 names a mask that the zip does not have, got n.png"],
  ["a mask of another size", zipped(row({ width: "61" })), "z.zip/m.png: is 60 × 40, its film 61 × 40"],
  ["an empty mask", zipped(row()), "z.zip/m.png: is black: nothing is marked"],
  ["a mask that is no PNG", zipped(row(), new Uint8Array(9)), "z.zip/m.png: "],
])("%s is told", (_, bytes, message) => {
  expect(() => readMasksZip(bytes, "z.zip")).toThrow(InputError);
  expect(() => readMasksZip(bytes, "z.zip")).toThrow(message);
});

test("a mask of 16 bits and of colours is inside where it is brighter than the middle", () => {
  const data = new Uint16Array(9);
  data.set([32767, 32768, 0, 65535]);
  const sixteen = encodePng({ width: 3, height: 3, channels: 1, bitDepth: 16, data });
  const region = regionOfMask(sixteen, "m.png", { width: 3, height: 3 });
  expect([...maskOf([region], frame({ width: 3, height: 3 })).data]).toEqual([0, 255, 0, 255, 0, 0, 0, 0, 0]);
});
