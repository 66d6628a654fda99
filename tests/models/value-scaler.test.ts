/** A regression's file says what its outputs mean, and whoever asks the model is answered in the values' units. */
import { afterAll, describe, expect, test } from "vitest";
import { explainer } from "../../src/explanation/explainer.ts";
import { publishedMetadata, readDescription } from "../../src/models/description.ts";
import { ensemble } from "../../src/models/ensemble.ts";
import { loadModel, type Model } from "../../src/models/model.ts";
import { onnxBytes } from "../../src/models/onnx/export.ts";
import { device } from "../device.ts";
import { noisePicture } from "../explanation/explainable.ts";
import { fileOf, tinyRegression } from "../tiny-model.ts";

const film = noisePicture(64, 64, 1);
const scaler = { lowest: [2, 0], highest: [12, 400] };
const said = { valueScaler: JSON.stringify(scaler), units: JSON.stringify(["10⁹/L", "mg/L"]) };
const opened: Model[] = [];
afterAll(() => {
  for (const model of opened) model.destroy();
});

async function load(metadata?: Readonly<Record<string, string>>): Promise<Model> {
  const model = await loadModel(fileOf(tinyRegression(metadata)), { device: await device() });
  opened.push(model);
  return model;
}

test("values come in their units and in the file's order, whichever is the larger", async () => {
  const [plain, model] = [await load(), await load(said)];
  const raw = await plain.predict(film);
  expect(raw.map(({ label, unit }) => [label, unit])).toEqual([
    ["leukocytes", ""],
    ["crp", ""],
  ]);
  const values = await model.predict(film);
  expect(values.map(({ label, unit }) => [label, unit])).toEqual([
    ["leukocytes", "10⁹/L"],
    ["crp", "mg/L"],
  ]);
  for (const [i, { score }] of values.entries()) {
    const expected = scaler.lowest[i] + raw[i].score * (scaler.highest[i] - scaler.lowest[i]);
    // A product and a sum in float32.
    expect(Math.abs(score - expected)).toBeLessThan(2 ** -22 * (Math.abs(expected) + scaler.highest[i]));
  }
});

test("the same network as an ONNX file answers in the same units", async () => {
  const model = await load(said);
  const bytes = onnxBytes({ output: model.outputs(1).raw }, { metadata: tinyRegression(said).metadata });
  const converted = await loadModel(bytes, { device: await device() });
  opened.push(converted);
  const [own, other] = [await model.predict(film), await converted.predict(film)];
  for (const [i, { label, unit, score }] of other.entries()) {
    expect([label, unit]).toEqual([own[i].label, own[i].unit]);
    expect(score).toBeCloseTo(own[i].score, 3);
  }
});

test("an explanation and an ensemble speak of the same value, in the same unit", async () => {
  const model = await load(said);
  const [leukocytes, crp] = await model.predict(film);
  using explains = explainer(model);
  const first = await explains.explain(film);
  expect([first.label, first.unit]).toEqual(["leukocytes", "10⁹/L"]);
  expect(first.score).toBeCloseTo(leukocytes.score, 4);
  const both = await ensemble([model, model]).predict(film);
  expect(both.predictions[1]).toEqual({ label: "crp", score: crp.score, deviation: 0, unit: "mg/L" });
  const other = await load({ ...said, units: JSON.stringify(["10⁹/L", "mg/dL"]) });
  expect(() => ensemble([model, other], { names: ["a", "b"] })).toThrow('b: gives crp in "mg/dL", a in "mg/L"');
});

describe("what does not fit the outputs is refused", () => {
  const read = (metadata: Readonly<Record<string, string>>, arch = "liang_cnnrf") =>
    readDescription({ ...publishedMetadata(arch, ["leukocytes", "crp"]), ...metadata }, "model");

  test.each<[string, Record<string, string>, string]>([
    ["a scaler without numbers", { valueScaler: "[]" }, "model: metadata valueScaler must have lowest and highest, 2 numbers each"],
    [
      "a scaler for one value",
      { valueScaler: '{"lowest":[0],"highest":[1]}' },
      "model: metadata valueScaler must have lowest and highest, 2 numbers each",
    ],
    [
      "a range upside down",
      { valueScaler: '{"lowest":[0,4],"highest":[1,4]}' },
      "model: metadata valueScaler highest must be above lowest",
    ],
    ["units for one value", { units: '["mg/L"]' }, "model: metadata units must be a list of 2 names"],
  ])("%s", (_, metadata, message) => {
    expect(() => read(metadata)).toThrow(message);
  });

  test("units of classes", () => {
    expect(() => read(said, "resnet18")).toThrow("model: metadata valueScaler is for regression, the task is classification");
  });
});
