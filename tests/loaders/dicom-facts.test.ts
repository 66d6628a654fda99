/** A DICOM film tells its scale and where that holds, and its view, wherever a file says it. */
import { expect, test } from "vitest";
import { textValue, type Writable, writeElements, writeItems } from "../../src/loaders/dicom/write.ts";
import { decodeImage, type FilmFacts } from "../../src/loaders/image.ts";
import { dicomFilm } from "./dicom-bytes.ts";

const text = (tag: string, vr: string, value: string): Writable => ({ tag, vr, value: textValue(value) });
const spacing = (value: string) => text("x00280030", "DS", value);
const imager = (value: string) => text("x00181164", "DS", value);
const coding = { isImplicit: false, isBigEndian: false };
const viewCode = (meaning: string): Writable => ({
  tag: "x00540220",
  vr: "SQ",
  value: writeItems([writeElements([text("x00080104", "LO", meaning)], coding)], coding),
});

const factsOf = async (more: readonly Writable[]): Promise<FilmFacts | undefined> =>
  (await decodeImage(dicomFilm({ width: 2, height: 2, channels: 1, bitDepth: 8, data: new Uint8Array(4) }, { more }), "film")).facts;

test.each<[string, Writable[], FilmFacts["spacing"]]>([
  ["one spacing alone holds at the detector", [spacing("0.2\\0.1")], { row: 0.2, column: 0.1, at: "detector" }],
  ["the imager's too", [imager("0.14\\0.14")], { row: 0.14, column: 0.14, at: "detector" }],
  ["two equal ones are the detector's", [imager("0.14\\0.14"), spacing("0.14\\0.14")], { row: 0.14, column: 0.14, at: "detector" }],
  ["a different one is calibrated", [imager("0.14\\0.14"), spacing("0.13\\0.13")], { row: 0.13, column: 0.13, at: "patient" }],
  [
    "so is one of a calibration type",
    [spacing("0.13\\0.13"), text("x00280a02", "CS", "FIDUCIAL")],
    { row: 0.13, column: 0.13, at: "patient" },
  ],
])("%s", async (_, more, expected) => {
  expect(await factsOf(more)).toEqual({ spacing: expected });
});

test.each(["0\\0.1", "0.2", "-1\\1", "wide\\high", "0.2\\0.2\\0.2"])("%j is no spacing", async (value) => {
  expect(await factsOf([spacing(value)])).toBeUndefined();
});

test("the view is its code, else the meaning of its code sequence, else the machine's processing", async () => {
  const processing = text("x00181400", "LO", "CHEST,LAT");
  expect(await factsOf([text("x00185101", "CS", "PA"), viewCode("lateral"), processing])).toEqual({ view: "PA" });
  expect(await factsOf([viewCode("lateral"), processing])).toEqual({ view: "lateral" });
  expect(await factsOf([processing])).toEqual({ view: "CHEST,LAT" });
});
