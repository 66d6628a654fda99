/** Values in files of their own are read from the model's folder, and from nowhere else. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InputError } from "../../../src/bytes.ts";
import { type Encoded, int, message, nested, text } from "../../../src/loaders/onnx/encode.ts";
import { withExternalData } from "../../../src/loaders/onnx/external-data.ts";
import { readOnnx } from "../../../src/loaders/onnx/model.ts";
import { decodeTensor } from "../../../src/loaders/onnx/tensor.ts";
import { graphOf, modelOf } from "./model-bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));
const inner = join(folder, "model");
mkdirSync(join(inner, "data"), { recursive: true });
const path = join(inner, "m.onnx");
const floats = new Uint8Array(Float32Array.of(0, 1, 2, 3).buffer);
writeFileSync(path, "");
writeFileSync(join(inner, "weights.bin"), floats);
writeFileSync(join(inner, "data", "weights.bin"), floats);
writeFileSync(join(folder, "secret.bin"), floats);
symlinkSync(join(folder, "secret.bin"), join(inner, "link.bin"));

/** w [2] in a file; entries are strings, as the format has them. */
function weights(entries: Readonly<Record<string, string>>, source: string | Uint8Array = path) {
  const pairs = Object.entries(entries).map(([key, value]): Encoded => nested(13, message(text(1, key), text(2, value))));
  const model = readOnnx(modelOf(graphOf({ tensors: [message(int(1, 2), int(2, 1), text(8, "w"), ...pairs, int(14, 1))] })), path);
  return withExternalData(model, source instanceof Uint8Array ? new Uint8Array(source) : source);
}

const values = async (entries: Readonly<Record<string, string>>): Promise<number[]> => {
  const tensor = (await weights(entries)).graph.initializers.get("w");
  return Array.from((tensor && decodeTensor(tensor)?.data) ?? []);
};

test("a part of a file, by offset and length", async () => {
  expect(await values({ location: "weights.bin", offset: "4", length: "8" })).toEqual([1, 2]);
});

test("a file in a folder below, from its beginning", async () => {
  expect(await values({ location: "data/weights.bin" })).toEqual([0, 1]);
});

test.for<[string, Readonly<Record<string, string>>, RegExp]>([
  ["a path upwards", { location: "../secret.bin" }, /not in its folder/],
  ["a path down and up", { location: "data/../../secret.bin" }, /not in its folder/],
  ["an absolute path", { location: join(folder, "secret.bin") }, /not in its folder/],
  ["a drive", { location: "C:\\secret.bin" }, /not in its folder/],
  ["a URL", { location: "http://127.0.0.1/secret.bin" }, /not in its folder/],
  ["a link that leads out", { location: "link.bin" }, /not in its folder/],
  ["a file that is not there", { location: "missing.bin" }, /cannot be read/],
  ["a part past the end", { location: "weights.bin", offset: "12" }, /bytes 12 to 20 of weights\.bin, which has 16/],
  ["an offset that is none", { location: "weights.bin", offset: "-4" }, /no valid offset/],
  ["a huge offset", { location: "weights.bin", offset: "99999999999999999999" }, /no valid offset/],
  ["a length that does not fit", { location: "weights.bin", length: "12" }, /takes 8 bytes/],
  ["no location", { offset: "0" }, /in no file/],
])("%s is refused", async ([, entries, message]) => {
  await expect(async () => weights(entries)).rejects.toThrow(InputError);
  await expect(async () => weights(entries)).rejects.toThrow(message);
});

test("bytes have no folder", async () => {
  await expect(weights({ location: "weights.bin" }, new Uint8Array())).rejects.toThrow(/load it by its path or URL/);
});
