/** The audit finds what is planted: classes that only the border shows, sources that features tell, and a patient in two sets. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Audit, audit, auditOfMean, shown } from "../../../src/app/evaluation/audit.ts";
import { embedFilms } from "../../../src/app/evaluation/embed.ts";
import { filmsIn, readFilms } from "../../../src/app/evaluation/films.ts";
import { headlineTable } from "../../../src/app/evaluation/headline.ts";
import { type ScoredFilms, scoredFilms } from "../../../src/app/evaluation/judge.ts";
import { lungMasks } from "../../../src/app/evaluation/lung-masks.ts";
import { scoreFilms } from "../../../src/app/evaluation/scores.ts";
import type { Image } from "../../../src/loaders/image.ts";
import { loadModel, type Model } from "../../../src/models/model.ts";
import { random } from "../../../src/random.ts";
import type { Dataset } from "../../../src/training/dataset.ts";
import { fingerprints } from "../../../src/training/fingerprints.ts";
import { findLeaks } from "../../../src/training/leaks.ts";
import { device } from "../../device.ts";
import { changed, fileOf, tinyClassifier, tinySegmenter } from "../../tiny-model.ts";
import { folderOf } from "../../training/films.ts";

/** Noise; a bright frame marks the source "bright". Every film is its own patient but the last, who is in both sets. */
const count = 32;
const bright = (i: number) => i % 2 === 1;
const films: Record<string, Image | string> = {};
const lines = ["file,mask,label,split,patient_id,source"];
for (let i = 0; i < count; i++) {
  const pixel = (x: number, y: number) => (Math.min(x, y, 55 - x, 55 - y) < 4 && bright(i) ? 255 : 60 + 40 * random(i, 56 * y + x));
  const data = Uint8Array.from({ length: 56 * 56 }, (_, p) => pixel(p % 56, Math.floor(p / 56)));
  const inside = Uint8Array.from({ length: 56 * 56 }, (_, p) => (p % 56 >= 20 && p % 56 < 36 ? 255 : 0));
  films[`${i}.png`] = { width: 56, height: 56, channels: 1, bitDepth: 8, data };
  films[`mask-${i}.png`] = { width: 56, height: 56, channels: 1, bitDepth: 8, data: inside };
  const patient = i === count - 1 ? "p0" : `p${i}`;
  lines.push(
    `${i}.png,mask-${i}.png,${i % 4 < 2 ? "normal" : "opaque"},${i < 16 ? "train" : "test"},${patient},${bright(i) ? "bright" : "dark"}`,
  );
}
films["films.csv"] = `${lines.join("\n")}\n`;
/** Scores that no picture brings to nothing but zeros; the features stay what they are. */
const gentle = changed(tinyClassifier(["normal", "opaque"]), "classifier.1.weight", (value) => value / 50);
const folder = folderOf(films);
writeFileSync(join(folder, "tiny.safetensors"), fileOf(gentle));
writeFileSync(join(folder, "lungs.safetensors"), fileOf(tinySegmenter()));
const sampling = { resamples: 100, seed: 0 };

let models: readonly Model[];
let scored: ScoredFilms;
let dataset: Dataset;
let found: Audit;
beforeAll(async () => {
  const shared = { device: await device() };
  const [model, segmenter] = await Promise.all(["tiny", "lungs"].map((name) => loadModel(join(folder, `${name}.safetensors`), shared)));
  models = [model, segmenter];
  dataset = await readFilms(join(folder, "films.csv"), { label: "label", source: "source", by: [], mask: "mask" });
  const test = filmsIn(dataset, "test");
  scored = scoredFilms(dataset, "test", test, await scoreFilms(model, test, { batch: 8 }), "label");
  const source = ({ tags }: { readonly tags?: Readonly<Record<string, string>> }) => tags?.source ?? "";
  found = await audit(model, scored, {
    ...sampling,
    batch: 8,
    lungs: lungMasks(segmenter),
    source,
    train: () => embedFilms(model, filmsIn(dataset, "train"), { batch: 8 }),
    leaks: async () => findLeaks(dataset, { fingerprints: await fingerprints(dataset.samples) }),
  });
});
afterAll(() => {
  for (const model of models) model.destroy();
  rmSync(folder, { recursive: true });
});

test("films whose frame is bright are told by their features, where the class tells nothing of it", () => {
  expect(found.source).toMatchObject({
    sources: ["bright", "dark"],
    trainFilms: 16,
    testFilms: 16,
    nearestNeighbours: 1,
    nearestMean: 1,
    byClass: 0.5,
    chance: 0.5,
  });
});

test("the patient in two sets is told", () => {
  expect(found.leaks.filter(({ kind }) => kind === "patient")).toEqual([{ kind: "patient", first: 0, second: count - 1, what: "p0" }]);
});

test("hidden parts are judged on the same films as whole ones, by the masks of the manifest", () => {
  const whole = shown(scored, sampling);
  expect([found.lungsHidden.whole, found.lungsHidden.leftOut]).toEqual([whole, 0]);
  expect([found.borderOnly.hidden.films, found.borderOnly.leftOut]).toEqual([16, 0]);
});

test("where nothing is left to judge, that is what is told", () => {
  const none = { ...found.lungsHidden, scores: { ...found.lungsHidden.scores, rows: scored.films.map(() => undefined) } };
  const { lungsHidden } = auditOfMean([{ ...found, lungsHidden: none }], scored, sampling);
  expect(lungsHidden).toMatchObject({ leftOut: 16, hidden: { films: 0, area: { notDefined: "no films are left" } } });
});

test("everything stands in one table with a sentence each", () => {
  const { rows, columns } = headlineTable({ whole: shown(scored, sampling), tied: 0, test: scored, within: [], audit: found }, "source");
  expect(rows.map(([name]) => name)).toEqual([
    "whole films",
    "lungs hidden",
    "border alone",
    "source, from the features",
    "leaks between sets",
  ]);
  for (const row of rows) expect([row.length, row[5].length > 20]).toEqual([columns.length, true]);
  expect(rows[3].slice(2)).toEqual([
    "1.000",
    "0.500",
    "",
    "the model's features tell 2 places (nearest neighbours 1.000, nearest mean 1.000); knowing the right class alone gives 0.500",
  ]);
});

test("the mean of a model and itself hides and shows as the model does, and has no features", () => {
  const own = auditOfMean([found, found], scored, sampling);
  expect([own.lungsHidden.hidden, own.borderOnly.whole]).toEqual([found.lungsHidden.hidden, found.borderOnly.whole]);
  expect(own.source).toEqual({ notDefined: "a mean of scores has no features of its own" });
});
