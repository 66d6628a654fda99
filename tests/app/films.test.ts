/** Programs take films in every format, and a film has the same scores in each that keeps its pixels. */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import encoder from "@jsquash/jpeg/codec/enc/mozjpeg_enc.js";
import { defaultOptions } from "@jsquash/jpeg/meta.js";
import { describe, expect, test } from "vitest";
import { phantom } from "../../src/imaging/phantom.ts";
import { decodeImage, type Image } from "../../src/loaders/image.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { film } from "../fixtures/films/expected.ts";
import { decimal, dicomFilm } from "../loaders/dicom-bytes.ts";
import { runProgram } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { fileOf, tinyClassifier } from "../tiny-model.ts";

const { folder, put } = scratchFolder("films");

/** A grey picture as a JPEG file, in colour as the encoder writes them. */
async function jpegOf({ width, height, data }: Image): Promise<Uint8Array> {
  const wasm = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm");
  const module = await encoder({ noInitialRun: true, wasmBinary: readFileSync(wasm) });
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : data[i >> 2]));
  return new Uint8Array(module.encode(new Uint8Array(rgba.buffer), width, height, defaultOptions));
}

const drawn = phantom({ size: 128, seed: 3, opacities: 1 }).image;
const inverted: Image = { ...drawn, data: drawn.data.map((value) => 255 - value) };
const deep: Image = { ...drawn, bitDepth: 16, data: Uint16Array.from(drawn.data, (value, i) => value * 256 + (i % 256)) };
const model = put("cxr.safetensors", fileOf(tinyClassifier()));

interface Document {
  readonly results: readonly { readonly file: string; readonly predictions: unknown; readonly notes?: readonly string[] }[];
}

async function scores(files: readonly string[], options: readonly string[] = []): Promise<Document["results"]> {
  const { code, stdout, stderr } = await runProgram("src/app/infer.ts", [...files, "--model", model, "--json", ...options]);
  expect(code, stderr).toBe(0);
  const { results }: Document = JSON.parse(stdout);
  return results;
}

test("infer scores DICOM and JPEG films exactly as PNG files of the same pixels", async () => {
  const jpeg = await jpegOf(drawn);
  // Two frames and a window, LINEAR (PS3.3 C.11.2.1.2): 60 and below black, 140 and above white.
  const second = phantom({ size: 128, seed: 4 }).image;
  const elements = [decimal("x00280008", 2), decimal("x00281050", 100), decimal("x00281051", 81)];
  const two = put("two.dcm", dicomFilm({ ...drawn, data: Uint8Array.from([...drawn.data, ...second.data]) }, { more: elements }));
  const shown = second.data.map((value) => Math.round(255 * Math.min(Math.max((value - 99.5) / 80 + 0.5, 0), 1)));
  const files = [
    put("film.png", encodePng(drawn)),
    put("film.dcm", dicomFilm(drawn)),
    put("inverted.dcm", dicomFilm(inverted, { photometric: "MONOCHROME1" })),
    put("deep.dcm", dicomFilm(deep)),
    two,
    put("film.jpg", jpeg),
    put("decoded.png", encodePng(await decodeImage(jpeg, "film.jpg"))),
    put("shown.png", encodePng({ ...second, data: shown })),
  ];
  const results = await scores(files);
  const [png, dicom, monochrome1, sixteen, first, jpg, decoded, windowed] = results.map(({ predictions }) => predictions);
  expect(dicom).toEqual(png);
  expect(monochrome1).toEqual(png);
  expect(sixteen).toEqual(png); // the 8 bits below are shifted out
  expect(first).toEqual(png);
  expect(results[4].notes).toEqual(["of its 2 frames the first is read"]);
  expect(jpg).toEqual(decoded);
  expect(jpg).not.toEqual(png);
  const [chosen] = await scores([two], ["--frame", "2", "--pixels", "display", "--window", "1"]);
  expect([chosen.predictions, chosen.notes]).toEqual([windowed, undefined]);
});

describe("info of a film", () => {
  const planted = put("planted.dcm", film("planted.dcm"));

  test("tells how its pixels are stored, and not whose it is", async () => {
    const { code, stdout } = await runProgram("src/app/info.ts", [planted]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^photometric +MONOCHROME2$/m);
    expect(stdout).toMatch(/^windows +2000 ± 1500 \(LINEAR\)$/m);
    expect(stdout).not.toMatch(/PLANTED|19501231|20200403/);
  });

  test("--patient tells that too", async () => {
    const { stdout } = await runProgram("src/app/info.ts", [planted, "--patient", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      film: { format: "DICOM", bits: 12, width: 20 },
      patient: { "Patient's Name": "PLANTED PatientName" },
    });
  });
});

describe("deidentify", () => {
  const planted = put("patient.dcm", film("planted.dcm"));
  const out = join(folder, "copies");

  test("writes a copy under a new name, lists what it lacks, and overwrites nothing", async () => {
    const { code, stdout, stderr } = await runProgram("src/app/deidentify.ts", [planted, "--out", out]);
    expect([code, stderr]).toEqual([0, ""]);
    const [copy] = readdirSync(out);
    expect(stdout.split("\n")[0]).toBe(`${planted} → ${join(out, copy)}`);
    expect(stdout).toMatch(/^ {2}removed {3}\(0008,0080\) Institution Name$/m);
    expect(stdout).toMatch(/^ {2}replaced {2}\(0008,0018\) SOP Instance UID$/m);
    expect(stdout + readFileSync(join(out, copy), "latin1")).not.toContain("PLANTED");
    expect(readFileSync(planted)).toEqual(Buffer.from(film("planted.dcm")));
  });

  test("as JSON; what is no film is an error of its own, and the rest is done", async () => {
    mkdirSync(join(folder, "mixed"));
    const [png, dicom] = [put("mixed/a.png", encodePng(drawn)), put("mixed/b.dcm", film("explicit-8.dcm"))];
    const { code, stdout, stderr } = await runProgram("src/app/roentgen.ts", ["deidentify", join(folder, "mixed"), "--out", out, "--json"]);
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      tool: "roentgen",
      results: [
        { file: png, error: expect.stringContaining("is no DICOM file") },
        {
          file: dicom,
          copy: expect.stringMatching(/2\.25\.\d+\.dcm$/),
          replaced: ["(0008,0018) SOP Instance UID", "(0020,000d) Study Instance UID", "(0020,000e) Series Instance UID"],
        },
      ],
    });
    expect(stderr).toContain(`error: ${png}: is no DICOM file`);
    expect(stderr).toContain(`${dicom}: the pixels may show a name`);
  });
});
