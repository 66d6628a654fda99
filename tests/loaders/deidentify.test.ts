/** A copy of a DICOM film tells nobody's name, and shows the same picture. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { bytesOf, parseDicom, textOf } from "../../src/loaders/dicom/data-set.ts";
import { deidentify } from "../../src/loaders/dicom/deidentify.ts";
import { identityOf } from "../../src/loaders/dicom/identity.ts";
import { decodeImage, describeFilm } from "../../src/loaders/image.ts";
import { film } from "../fixtures/films/expected.ts";

const films = readdirSync(new URL("../fixtures/films/", import.meta.url)).filter((name) => name.endsWith(".dcm"));
const textIn = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** What the fixtures say of their patients, who are made up. */
const telling = ["PLANTED", "Phantom", "PHANTOM", "1.2.826.0.1.3680043.8.498", "19501231", "2020040", "101112", "069Y"];

describe("every film that is read has a copy", () => {
  test.each(films)("of %s, with the same pixels and without a word of the patient", async (name) => {
    const file = film(name);
    const { bytes, uid } = deidentify(file, name, new Map());
    expect(telling.filter((word) => textIn(bytes).includes(word))).toEqual([]);
    const [before, after] = [parseDicom(file, name).dataSet, parseDicom(bytes, name).dataSet];
    expect(bytesOf(after, after.elements.x7fe00010)).toEqual(bytesOf(before, before.elements.x7fe00010));
    expect([textOf(after, "x00120062"), textOf(after, "x00080018"), textOf(after, "x00020003")]).toEqual(["YES", uid, uid]);
    if (name === "jpeg-extended-12.dcm") return;
    for (const pixels of ["stored", "display"] as const)
      expect(await decodeImage(bytes, name, { pixels })).toEqual(await decodeImage(file, name, { pixels }));
    expect({ ...(await describeFilm(bytes, name)), "transfer syntax": "" }).toEqual({
      ...(await describeFilm(file, name)),
      "transfer syntax": "",
    });
  });
});

describe("a film that tells whose it is wherever it can", () => {
  test.each(["planted.dcm", "planted-implicit.dcm"])("%s: what was removed is listed, without its values", (name) => {
    const { removed, emptied, replaced, warnings } = deidentify(film(name), name, new Map());
    expect(removed).toEqual(
      expect.arrayContaining([
        "(0008,0080) Institution Name",
        "(0009,0010) private",
        "(0009,1002) private",
        "(0010,1040) Patient's Address",
        "(0028,3003) LUT Explanation",
        "(0040,0275) Request Attributes Sequence",
        "(6000,3000) overlay",
      ]),
    );
    expect(emptied).toEqual(expect.arrayContaining(["(0010,0010) Patient's Name", "(0010,0030) Patient's Birth Date"]));
    expect(replaced).toEqual([
      "(0008,0018) SOP Instance UID",
      "(0020,000d) Study Instance UID",
      "(0020,000e) Series Instance UID",
      "(0020,0052) Frame of Reference UID",
    ]);
    expect([...removed, ...emptied, ...replaced].join()).not.toContain("PLANTED");
    expect(warnings).toEqual([]); // the file says that nothing is burned in
  });

  test("keeps how it was taken and is shown", () => {
    const { bytes } = deidentify(film("planted.dcm"), "film.dcm", new Map());
    const { dataSet } = parseDicom(bytes, "film.dcm");
    const values = ["x00180015", "x00185101", "x00280030", "x00281050", "x00080016"].map((tag) => textOf(dataSet, tag));
    expect(values).toEqual(["CHEST", "PA", "0.143\\0.143", "2000", "1.2.840.10008.5.1.4.1.1.1.1"]);
    expect(dataSet.elements.x00283010.items).toHaveLength(1);
    expect(dataSet.elements.x00100010.length).toBe(0);
  });

  test("a name where a code or a number should be goes too", () => {
    const file = film("planted.dcm");
    const at = textIn(file).indexOf("CHEST ");
    file.set(Buffer.from("Jane D"), at);
    const spacing = textIn(file).indexOf("0.143\\0.143");
    file.set(Buffer.from("Jane\\Doe"), spacing);
    const { bytes, removed } = deidentify(file, "film.dcm", new Map());
    expect(textIn(bytes)).not.toMatch(/Jane|Doe/);
    expect(removed).toEqual(expect.arrayContaining(["(0018,0015)", "(0028,0030)"]));
  });
});

test("the same UID is replaced by the same within a run, and by another in the next", () => {
  const uids = new Map<string, string>();
  const studyOf = (name: string, map: Map<string, string>) =>
    textOf(parseDicom(deidentify(film(name), name, map).bytes, name).dataSet, "x0020000d");
  const study = studyOf("explicit-8.dcm", uids);
  expect(study).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
  expect(studyOf("explicit-12.dcm", uids)).toBe(study);
  expect(studyOf("explicit-12.dcm", new Map())).not.toBe(study);
});

test("a film that does not rule out burned-in annotation is warned of", () => {
  expect(deidentify(film("explicit-8.dcm"), "film.dcm", new Map()).warnings).toEqual([
    "the pixels may show a name: the file does not rule out burned-in annotation",
  ]);
});

test("a comment within a coded frame is warned of: pixels stay byte for byte", () => {
  const file = film("jpeg-8.dcm");
  const soi = file.findIndex((_, i) => file[i] === 0xff && file[i + 1] === 0xd8 && file[i + 2] === 0xff);
  file[soi + 3] = 0xfe; // JFIF's segment as a comment
  expect(deidentify(file, "film.dcm", new Map()).warnings).toContain("the coded pixels hold comments of their own, which stay");
  expect(deidentify(film("jpeg-8.dcm"), "film.dcm", new Map()).warnings).toHaveLength(1);
});

test("what is no DICOM film, or is cut off, has no copy", () => {
  const file = film("planted.dcm");
  for (const bytes of [film("grey.jpg"), new Uint8Array(200), file.subarray(0, 1000), file.subarray(0, -500)])
    expect(() => deidentify(bytes, "film.dcm", new Map())).toThrow(InputError);
});

test("identity is read where it is asked for", () => {
  expect(identityOf(film("planted.dcm"), "film.dcm")).toMatchObject({
    "Patient's Name": "PLANTED PatientName",
    "Patient's Birth Date": "19501231",
    "Study Date": "20200403",
  });
});
