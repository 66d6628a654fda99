/** Of a picture unlike those that a model's file knows, the viewer's engine gives the reason and no score. */
import { expect, test } from "vitest";
import { engine } from "../../../src/app/web/engine.ts";
import { phantom } from "../../../src/imaging/phantom.ts";
import { encodePng } from "../../../src/loaders/png.ts";
import { fileOf, tinyClassifier } from "../../tiny-model.ts";
import { withDetector } from "../../with-detector.ts";

const films = Array.from({ length: 3 }, (_, seed) => phantom({ size: 64, seed }).image);
const context = { signal: new AbortController().signal, report: () => {} };

test("an answer that is withheld has its reason and no score", async () => {
  const source = fileOf(await withDetector(tinyClassifier(), films, { thresholds: { energy: -1e6 } }));
  const { open, predict } = engine();
  await open({ model: { name: "careful", source } }, context);
  const result = await predict({ picture: new Blob([encodePng(films[0])]) }, context);
  expect(result.predictions).toEqual([]);
  expect(result.withheld?.reason).toMatch(/^unlike the films that the model was fitted on: energy -?[\d.]+, answered up to -1000000$/);
});
