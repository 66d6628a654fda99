/** Numbers beside films from the table to the answer: trained on, stored with the model, asked for, judged and explained. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curves } from "../../src/explanation/curves.ts";
import { explainer } from "../../src/explanation/explainer.ts";
import { ensemble } from "../../src/models/ensemble.ts";
import { loadModel, type Model } from "../../src/models/model.ts";
import { device } from "../device.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { phantomFiles } from "../training/phantoms.ts";

const { folder } = phantomFiles({ train: 1, val: 1, test: 0 });
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);
const table = path("ages.csv");
const run = path("run");
const film = path("0.png");
const program = (name: string, ...args: readonly string[]): Promise<Ended> => runProgram(`src/app/${name}.ts`, args, { CI: "true" });

let model: Model;

/** One film for all patients: the class is told by age alone. */
beforeAll(async () => {
  const lines = Array.from({ length: 40 }, (_, i) => {
    const age = i % 2 === 0 ? 20 + (i % 5) : 60 + (i % 7);
    return `0.png,${i % 2 === 0 ? "young" : "old"},${i < 24 ? "train" : i < 32 ? "val" : "test"},p${i},${age},${i % 3}`;
  });
  writeFileSync(table, `file,label,split,patient_id,age,fever\n${lines.join("\n")}\n`);
  const options = ["--arch", "keidar_fusion_resnet18", "--size", "32", "--batch", "4", "--epochs", "8", "--workers", "0"];
  // What is learnt stands above the trunk.
  const learning = ["--freeze", "^(trunk|fc1)\\.", "--lr", "0.01", "--clinical", "age,fever"];
  const { code, stderr } = await program("train", table, ...options, ...learning, "--allow", "all", "--out", run);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  model = await loadModel(path("run/model.safetensors"), { device: await device() });
}, 300_000);
afterAll(() => model.destroy());

describe("a model that reads numbers beside films", () => {
  test("keeps their names and the training films' ranges", () => {
    expect(model.description.input.clinical).toEqual({ names: ["age", "fever"], lowest: [20, 0], highest: [66, 2] });
    expect(readFileSync(path("run/run.md"), "utf8")).toContain("beside age, fever |");
  });

  test("has learnt what they say, as evaluate finds", async () => {
    const { stdout, code } = await program("evaluate", table, "--model", run, "--clinical", "age,fever", "--resamples", "100", "--json");
    const { models } = JSON.parse(stdout);
    expect([code, models[0].classes.indices.confusion]).toEqual([
      0,
      [
        [4, 0],
        [0, 4],
      ],
    ]);
  });

  test("answers by them, alone and beside another", async () => {
    const clinical = ["--clinical", "age=64,fever=1"];
    const { stdout } = await program("infer", film, "--model", path("run/model.safetensors"), ...clinical, "--json");
    const [best] = JSON.parse(stdout).results[0].predictions;
    const both = ensemble([model, model]);
    const [young, old] = await both.predict([
      { film, clinical: { age: 22, fever: 1 } },
      { film, clinical: { fever: 1, age: 64 } },
    ]);
    expect([young.predictions[0].label, old.predictions[0].label, best.label]).toEqual(["young", "old", "old"]);
    expect(old.predictions[0].score).toBeCloseTo(best.score, 5);
  });

  test("is explained with them, and its maps are checked with them", async () => {
    const picture = { film, clinical: { age: 64, fever: 1 } };
    const [first] = await model.predict(picture);
    using explains = explainer(model);
    const { score, label } = await explains.explain(picture);
    expect(label).toBe(first.label);
    expect(score).toBeCloseTo(first.score, 5);
    const { prepared, clinical } = await model.read(picture);
    const { width, height } = prepared.image;
    const map = { width, height, values: new Float32Array(width * height).map((_, i) => i) };
    const { deletion } = await curves(model, prepared.image, map, first.label, { steps: 1, clinical });
    expect(deletion.scores[0]).toBeCloseTo(first.score, 5);
  });
});

describe("is told in one line", () => {
  test("what lacks a number, or has one that nobody reads", async () => {
    await expect(model.predict(film)).rejects.toThrow(`${film}: the network reads age, fever beside the film, there is no age, fever`);
    await expect(model.predict({ film, clinical: { age: 30 } })).rejects.toThrow("there is no fever");
    await expect(model.predict({ film, clinical: { age: 30, fever: Number.NaN } })).rejects.toThrow("there is no fever");
    await expect(model.predict({ film, clinical: { age: 30, fever: 0, sex: 1 } })).rejects.toThrow(
      `${film}: sex: the network reads age, fever`,
    );
  });

  test.each<[string, string, readonly string[], string]>([
    ["a film's numbers for several films", "infer", [film, path("1.png"), "--clinical", "age=3"], "clinical: are of one film, there are 2"],
    ["numbers for a network that sees films alone", "infer", [film, "--clinical", "age=3"], "age: the network reads films alone"],
    ["a network that needs them", "train", [table, "--arch", "keidar_fusion_resnet18", "--out", path("none")], "(--clinical)"],
    ["a network that does not", "train", [table, "--arch", "resnet18", "--clinical", "age", "--out", path("none")], "sees films alone"],
    ["what is no number", "infer", [film, "--clinical", "age=old"], "it reads name=number,name=number"],
  ])("%s", async (_, name, args, problem) => {
    const { code, stderr } = await program(name, ...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(problem);
  });
});
