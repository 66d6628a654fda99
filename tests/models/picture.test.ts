/** A film is read and checked in one call; a model that was told to checks every picture before it answers. */
import { expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { phantom } from "../../src/imaging/phantom.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { loadModel } from "../../src/models/model.ts";
import { openFilm } from "../../src/models/picture.ts";
import { device } from "../device.ts";
import { fileOf, tinyClassifier } from "../tiny-model.ts";

const film = phantom({ size: 224 }).image;
const negative = { ...film, data: film.data.map((value) => 255 - value) };
const small = phantom({ size: 128 }).image;

test("a good film has no findings, and bytes are decoded", async () => {
  const { image, findings } = await openFilm(encodePng(film), { checks: "refuse" });
  expect([image.width, image.data.length, findings]).toEqual([224, 224 * 224, []]);
});

test("refuse is an error by the file's name, warn a finding, off (the default) neither", async () => {
  await expect(openFilm(negative, { checks: "refuse" })).rejects.toThrow(InputError);
  await expect(openFilm(negative, { checks: "refuse" })).rejects.toThrow(/^picture: is a negative, with black and white exchanged: /);
  expect((await openFilm(negative, { checks: "warn" })).findings).toMatchObject([{ name: "inverted", severity: "refuse" }]);
  expect((await openFilm(negative)).findings).toEqual([]);
});

test("a warning does not keep a film out", async () => {
  expect((await openFilm(small, { checks: "refuse" })).findings).toMatchObject([{ name: "size", severity: "warn" }]);
});

test("a model's answers carry the findings, and what is refused is an outcome of its own", async () => {
  using model = await loadModel(fileOf(tinyClassifier()), { device: await device(), decode: { checks: "refuse" } });
  const outcomes = [];
  for await (const outcome of model.predictAll([film, negative, small], { batch: 2 })) outcomes.push(outcome);
  expect(outcomes).toMatchObject([
    { index: 0, result: { predictions: [{}, {}, {}] } },
    { index: 1, error: { message: expect.stringContaining("is a negative") } },
    { index: 2, result: { findings: [{ name: "size" }] } },
  ]);
  expect(outcomes[0]).not.toHaveProperty("result.findings");
  await expect(model.predict(negative)).rejects.toThrow("is a negative");
});
