/** A mistake is shown with where the network looked and with the training films nearest to it, none of them of the same patient. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { embedFilms } from "../../../src/app/evaluation/embed.ts";
import { type Evidence, evidenceOf } from "../../../src/app/evaluation/evidence.ts";
import { filmsIn, readFilms } from "../../../src/app/evaluation/films.ts";
import { type Mistake, mistakesOf } from "../../../src/app/evaluation/gallery.ts";
import { judge, scoredFilms } from "../../../src/app/evaluation/judge.ts";
import { scoreFilms } from "../../../src/app/evaluation/scores.ts";
import { type Explainer, explainer } from "../../../src/explanation/explainer.ts";
import type { Image } from "../../../src/loaders/image.ts";
import { decodeImage } from "../../../src/loaders/image.ts";
import { loadModel, type Model } from "../../../src/models/model.ts";
import { device } from "../../device.ts";
import { changed, fileOf, tinyClassifier } from "../../tiny-model.ts";
import { film, folderOf } from "../../training/films.ts";

/** Film 0 of the test set is in the training set twice: of its own patient, and of another. Film 1 is one grey, so that it has no map. */
const shots: readonly (readonly [name: string, picture: Image, label: string, split: string, patient: string])[] = [
  ["own.png", film(100, 200, 100), "opaque", "train", "p0"],
  ["other.png", film(100, 200, 100), "normal", "train", "p9"],
  ...[1, 2, 3].map((seed) => [`train-${seed}.png`, film(seed), "normal", "train", `t${seed}`] as const),
  ["0.png", film(100, 200, 100), "opaque", "test", "p0"],
  ["1.png", { ...film(7), data: new Uint8Array(1600).fill(90) }, "normal", "test", "p1"],
];
const lines = shots.map(([name, , label, split, patient]) => `${name},${label},${split},${patient}`);
const folder = folderOf({
  ...Object.fromEntries(shots.map(([name, picture]) => [name, picture])),
  "films.csv": `file,label,split,patient_id\n${lines.join("\n")}\n`,
});
/** Every feature speaks for both classes, so that there is something to see. */
const tiny = changed(tinyClassifier(["normal", "opaque"]), "classifier.1.weight", Math.abs);
writeFileSync(join(folder, "tiny.safetensors"), fileOf(tiny));

let model: Model;
let explains: Explainer;
let evidence: Evidence;
let mistakes: Mistake[];
beforeAll(async () => {
  model = await loadModel(join(folder, "tiny.safetensors"), { device: await device() });
  explains = explainer(model);
  const dataset = await readFilms(join(folder, "films.csv"), { label: "label", source: "source", by: [] });
  const train = () => embedFilms(model, filmsIn(dataset, "train"), { batch: 2 });
  evidence = evidenceOf(model, explains, { batch: 2, most: 2, train });
  const films = filmsIn(dataset, "test");
  const scores = await scoreFilms(model, films, { batch: 2 });
  // Every film is called normal at 0 and none at 2: one mistake of each kind.
  const judged = (threshold: number) =>
    judge("tiny", scoredFilms(dataset, "test", films, scores, "label"), undefined, {
      ...{ positive: ["normal"], thresholds: [threshold], prevalences: [], resamples: 100, seed: 0 },
    });
  const truth = ({ label }: { readonly label?: number }) => dataset.classes[label ?? 0];
  mistakes = [];
  for (const threshold of [0, 2]) mistakes.push(...(await mistakesOf(judged(threshold), { most: 4, truth, evidence })));
});
afterAll(() => {
  explains.destroy();
  model.destroy();
  rmSync(folder, { recursive: true });
});

const pictureOf = (png: string | undefined) => decodeImage(Buffer.from(png ?? "", "base64"), "picture");

test("a false positive comes with its film, its map in colours, and the nearest training film of another patient", async () => {
  const [mistake] = mistakes;
  expect([mistake.kind, mistake.film, mistake.truth]).toEqual(["positive", "0.png", "opaque"]);
  const small = await pictureOf(mistake.picture);
  expect([small.width, small.height, small.channels]).toEqual([160, 80, 1]);
  if (typeof mistake.heatMap !== "string") throw new Error(`no map: ${mistake.heatMap?.notDefined}`);
  const map = await pictureOf(mistake.heatMap);
  expect([map.width, map.channels]).toEqual([160, 3]);
  const [red, , blue] = [0, 1, 2].map((channel) => map.data.filter((_, i) => i % 3 === channel));
  expect(red).not.toEqual(blue);
  expect(mistake.neighbours.map(({ film: name }) => name)).not.toContain("own.png");
  expect(mistake.neighbours).toHaveLength(2);
  const [nearest, next] = mistake.neighbours;
  expect(nearest).toMatchObject({ film: "other.png", truth: "normal" });
  // The same picture, embedded in a batch of another size, whose sums may be added in another order.
  expect(nearest.distance).toBeLessThan(1e-3 * next.distance);
  const neighbour = await pictureOf(mistake.neighbours[0].picture);
  expect(neighbour.width).toBe(96);
});

test("a film without contrast is shown without a map, and says why", () => {
  const mistake = mistakes[1];
  expect([mistake.kind, mistake.film]).toEqual(["negative", "1.png"]);
  expect(mistake.heatMap).toEqual({ notDefined: "every pixel is 90: a constant picture has no explanation" });
});
