/** Several models on one picture: scores combined as they say, classes matched by name, and disagreement as uncertainty. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { phantom } from "../../src/imaging/phantom.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { type EnsembleResult, ensemble } from "../../src/models/ensemble.ts";
import { loadModel, type Model } from "../../src/models/model.ts";
import type { Prediction } from "../../src/models/result.ts";
import { device } from "../device.ts";
import { changed, fileOf, type TinyModel, tinyClassifier, tinyRegression, tinySegmenter } from "../tiny-model.ts";
import { withDetector } from "../with-detector.ts";

const CLASSES = ["normal", "pneumonia", "covid"];
const film = phantom({ size: 64, seed: 5 }).image;

const load = async (model: TinyModel): Promise<Model> => loadModel(fileOf(model), { device: await device() });

/** A classifier that answers every picture alike: its last layer has no weight, and these biases after a relu. */
function constant(logits: readonly number[], classes: readonly string[] = CLASSES, metadata = {}): TinyModel {
  const model = tinyClassifier(classes);
  const still = changed(
    changed(model, "classifier.1.weight", () => 0),
    "classifier.1.bias",
    (_, index) => logits[index],
  );
  return { ...still, metadata: { ...still.metadata, ...metadata } };
}

/** Positive logits whose softmax gives these probabilities. */
const logitsOf = (probabilities: readonly number[]): number[] => probabilities.map((p) => 10 + Math.log(p));

const P = [
  [0.7, 0.2, 0.1],
  [0.1, 0.6, 0.3],
  [0.1, 0.5, 0.4],
];
const entropy = (row: readonly number[]): number => -row.reduce((sum, p) => sum + p * Math.log(p), 0);
/** Single precision of a softmax whose logits are around 10: 10 · 2⁻²³, a few times over. */
const DIGITS = 5;

const byLabel = ({ predictions }: Pick<EnsembleResult, "predictions">) =>
  Object.fromEntries(predictions.map(({ label, score }) => [label, score]));

describe("three models that do not agree", () => {
  let members: Model[];
  beforeAll(async () => {
    const [a, b] = [constant(logitsOf(P[0])), constant(logitsOf(P[1]))];
    // The third has the classes in another order.
    const c = constant(logitsOf([P[2][2], P[2][0], P[2][1]]), ["covid", "normal", "pneumonia"]);
    members = [await load(a), await load(b), await load(c)];
  });
  afterAll(() => {
    for (const member of members) member.destroy();
  });

  test("give the mean of their scores, class by name, highest first, and the deviation of each", async () => {
    const result = await ensemble(members).predict(film);
    const mean = [0.3, 1.3 / 3, 0.8 / 3];
    expect(result.predictions.map(({ label }) => label)).toEqual(["pneumonia", "normal", "covid"]);
    for (const [c, label] of CLASSES.entries()) expect(byLabel(result)[label]).toBeCloseTo(mean[c], DIGITS);
    const normal = result.predictions.find(({ label }) => label === "normal");
    // √(((0.7 − 0.3)² + 2 (0.1 − 0.3)²) / 3)
    expect(normal?.deviation).toBeCloseTo(Math.sqrt(0.24 / 3), DIGITS);
    expect(result.members.map(({ name, predictions: [best] }) => [name, best.label])).toEqual([
      ["squeezenet1_1", "normal"],
      ["squeezenet1_1", "pneumonia"],
      ["squeezenet1_1", "pneumonia"],
    ]);
    expect(result.predictions[0]).not.toHaveProperty("positive");
  });

  test("disagree by the entropy of the mean less the mean of the entropies", async () => {
    const { disagreement } = await ensemble(members).predict(film);
    const mean = [0, 1, 2].map((c) => (P[0][c] + P[1][c] + P[2][c]) / 3);
    const own = P.map(entropy).reduce((sum, h) => sum + h, 0) / 3;
    expect(disagreement?.entropy).toBeCloseTo(entropy(mean), DIGITS);
    expect(disagreement?.expectedEntropy).toBeCloseTo(own, DIGITS);
    expect(disagreement?.mutualInformation).toBeCloseTo(entropy(mean) - own, DIGITS);
    const { disagreement: none } = await ensemble([members[0], members[0]]).predict(film);
    expect(none?.mutualInformation).toBeCloseTo(0, 12);
    expect(none?.entropy).toBeCloseTo(entropy(P[0]), DIGITS);
  });

  test("vote for their highest class, equal shares by the mean", async () => {
    const vote = await ensemble(members, { combine: "vote" }).predict(film);
    expect(vote.predictions.map(({ label, score }) => [label, score])).toEqual([
      ["pneumonia", 2 / 3],
      ["normal", 1 / 3],
      ["covid", 0],
    ]);
    const tie = await ensemble(members.slice(0, 2), { combine: "vote" }).predict(film);
    // Half each; the means are 0.4 and 0.4 but for rounding, so the order is not asked for.
    expect(byLabel(tie)).toEqual({ normal: 0.5, pneumonia: 0.5, covid: 0 });
    const third = await load(constant(logitsOf([0.9, 0.05, 0.05])));
    const decided = await ensemble([third, members[1]], { combine: "vote" }).predict(film);
    expect(decided.predictions.map(({ label }) => label)).toEqual(["normal", "pneumonia", "covid"]);
    third.destroy();
  });

  test("count by their weights, which need not add up to 1", async () => {
    const weighted = ensemble(members, { combine: "weighted", weights: [6, 3, 1], names: ["a", "b", "c"] });
    expect(weighted.weights).toEqual([0.6, 0.3, 0.1]);
    const result = await weighted.predict(film);
    const mean = [0, 1, 2].map((c) => 0.6 * P[0][c] + 0.3 * P[1][c] + 0.1 * P[2][c]);
    for (const [c, label] of CLASSES.entries()) expect(byLabel(result)[label]).toBeCloseTo(mean[c], DIGITS);
    expect(result.disagreement?.entropy).toBeCloseTo(entropy(mean), DIGITS);
    const only = await ensemble(members, { combine: "weighted", weights: [0, 1, 0] }).predict(film);
    expect(byLabel(only).pneumonia).toBeCloseTo(0.6, DIGITS);
  });

  test("judge many pictures in their order, each read once; what cannot be read stops nothing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "roentgen-ensemble-"));
    const path = join(folder, "film.png");
    writeFileSync(path, encodePng(film));
    let reads = 0;
    const counted = new Blob([encodePng(film)]);
    counted.arrayBuffer = () => {
      reads++;
      return new Blob([encodePng(film)]).arrayBuffer();
    };
    const outcomes = [];
    for await (const outcome of ensemble(members).predictAll([path, new Blob(["text"]), counted, film], { batch: 2 }))
      outcomes.push(outcome);
    rmSync(folder, { recursive: true });
    expect(outcomes.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(outcomes.map((outcome) => ("error" in outcome ? outcome.error.message : ""))).toEqual([
      "",
      'bytes: is no known picture, begins with the text "text"; only PNG, JPEG, DICOM, TIFF, WebP, BMP can be read',
      "",
      "",
    ]);
    expect(reads).toBe(1);
    const scores = outcomes.flatMap((outcome) => ("error" in outcome ? [] : [byLabel(outcome.result)]));
    expect(scores[1]).toEqual(scores[0]);
    expect(await ensemble(members).predict([])).toEqual([]);
    await expect(ensemble(members).predict([film, new Blob(["text"])])).rejects.toThrow(InputError);
  });

  test("refuse weights that do not fit", () => {
    const weighted = (weights?: readonly number[]) => () => ensemble(members, { combine: "weighted", weights });
    expect(weighted()).toThrow("ensemble: 3 weights are needed, one for each model, got 0");
    expect(weighted([1, 2])).toThrow("ensemble: 3 weights are needed, one for each model, got 2");
    expect(weighted([1, -1, 1])).toThrow("ensemble: weights must be 0 or more, and not all 0, got 1, -1, 1");
    expect(weighted([0, 0, 0])).toThrow("ensemble: weights must be 0 or more, and not all 0, got 0, 0, 0");
    expect(weighted([1, Number.NaN, 1])).toThrow("got 1, NaN, 1");
    expect(() => ensemble(members, { weights: [1, 1, 1] })).toThrow("ensemble: weights are for the combination weighted, got mean");
    expect(() => ensemble(members, { names: ["a"] })).toThrow("ensemble: has 3 models, got 1 names");
    expect(() => ensemble([])).toThrow("ensemble: has no models");
  });
});

describe("models that cannot answer together", () => {
  test("have other classes: both lists are told", async () => {
    using a = await load(tinyClassifier());
    using b = await load(tinyClassifier(["normal", "covid", "tuberculosis"]));
    using c = await load(tinyClassifier(["normal", "covid"]));
    const message = "b: has the classes normal, covid, tuberculosis; a has normal, pneumonia, covid";
    expect(() => ensemble([a, b], { names: ["a", "b"] })).toThrow(new InputError("b", message.slice(3)));
    expect(() => ensemble([a, c], { names: ["a", "c"] })).toThrow("c: has the classes normal, covid; a has normal, pneumonia, covid");
  });

  test("are for different tasks, segment, or score by different rules", async () => {
    using classifier = await load(tinyClassifier(["leukocytes", "crp"]));
    using regression = await load(tinyRegression());
    using segmenter = await load(tinySegmenter());
    using multiLabel = await load(constant([1, 2], ["leukocytes", "crp"], { output: "sigmoid" }));
    const names = ["a", "b"];
    expect(() => ensemble([classifier, regression], { names })).toThrow(
      "b: is a regression model, a is a classification model: they cannot answer together",
    );
    expect(() => ensemble([segmenter, classifier], { names })).toThrow("a: is a segmentation model, an ensemble combines scores");
    expect(() => ensemble([classifier, multiLabel], { names })).toThrow(
      "b: gives scores by sigmoid, a by softmax: they do not mean the same",
    );
    expect(() => ensemble([regression], { combine: "vote", names: ["a"] })).toThrow("a: is a regression model, votes are for classes");
  });
});

test("values are averaged, and have a deviation but no entropy", async () => {
  using regression = await load(tinyRegression());
  const single: readonly Prediction[] = await regression.predict(film);
  const result = await ensemble([regression, regression]).predict(film);
  expect(result.predictions.map(({ label, score, deviation }) => ({ label, score, deviation }))).toEqual(
    single.map(({ label, score }) => ({ label, score, deviation: 0 })),
  );
  expect(result).not.toHaveProperty("disagreement");
});

test("where several classes can be there at once, members vote by their thresholds or a half", async () => {
  const logits = [Math.log(0.6 / 0.4), Math.log(0.7 / 0.3), 0];
  using a = await load(constant(logits, CLASSES, { output: "sigmoid", thresholds: '{"normal": 0.65}' }));
  using b = await load(constant([2, 0, 3], CLASSES, { output: "sigmoid" }));
  const { predictions, disagreement } = await ensemble([a, b], { combine: "vote" }).predict(film);
  expect(byLabel({ predictions })).toEqual({ normal: 0.5, pneumonia: 1, covid: 1 });
  expect(disagreement?.entropy).toBeGreaterThan(disagreement?.expectedEntropy ?? Number.NaN);
});

test("one member that cannot judge a picture withholds the answer of all", async () => {
  const films = Array.from({ length: 6 }, (_, seed) => phantom({ size: 64, seed }).image);
  using a = await load(tinyClassifier());
  using strict = await load(await withDetector(tinyClassifier(), films, { thresholds: { energy: -1e6 } }));
  const result = await ensemble([a, strict], { names: ["a", "strict"] }).predict(film);
  expect(result).toMatchObject({ predictions: [], withheld: { member: "strict", measure: "energy", threshold: -1e6 } });
  expect(result).not.toHaveProperty("disagreement");
  expect(result.members.map(({ name, predictions }) => [name, predictions.length])).toEqual([
    ["a", 3],
    ["strict", 0],
  ]);
});
