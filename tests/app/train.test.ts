/** `train` as people use it: a folder with all there is to know of a training, and one clear line for what cannot be trained on. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { trainCommand } from "../../src/app/train.ts";
import { readCsv } from "../../src/loaders/csv.ts";
import { loadModel } from "../../src/models/model.ts";
import { readCheckpoint } from "../../src/training/checkpoint.ts";
import { readLog } from "../../src/training/log.ts";
import { device } from "../device.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { phantomFiles } from "../training/phantoms.ts";

const { folder, manifest } = phantomFiles({ train: 8, val: 4, test: 4 });
afterAll(() => rmSync(folder, { recursive: true }));

const train = (...args: readonly string[]): Promise<Ended> => runProgram("src/app/train.ts", args, { CI: "true" });
/** Drawn films of one size look alike. */
const segment = ["--allow", "picture", "--arch", "unet", "--width", "2", "--size", "32", "--batch", "4", "--workers", "0"];
const inFolder = (name: string) => join(folder, name);
const textOf = (path: string) => readFileSync(path, "utf8");

test("a training fills a folder, saves when it is interrupted, goes on, and its model can be loaded", async () => {
  const out = inFolder("lungs");
  const { code, stderr } = await interrupted([manifest, ...segment, "--epochs", "1000", "--out", out], "epoch 0 ·");
  expect([code, stderr]).toEqual([0, expect.stringContaining(`stopped; --resume ${out} goes on`)]);
  const { state } = await readCheckpoint(join(out, "last.safetensors"));
  expect(Number(state.steps)).toBeGreaterThan(1);
  expect(JSON.parse(textOf(join(out, "config.json")))).toMatchObject({ data: manifest, arch: "unet", width: 2, epochs: 1000, seed: 0 });

  const epochs = Number(state.epoch) + 1;
  const goneOn = await train("--resume", out, "--epochs", String(epochs), "--workers", "0", "--json");
  expect(goneOn.code).toBe(0);
  const summary = JSON.parse(goneOn.stdout);
  expect([summary.epochs, summary.test.films, summary.test.parts.length]).toEqual([epochs, 4, 2]);
  const log = readLog(textOf(join(out, "log.jsonl")), "log.jsonl");
  expect(log.map(({ epoch, steps }) => [epoch, steps])).toEqual(log.map((_, epoch) => [epoch, 2 * (epoch + 1)]));
  const losses = readCsv(textOf(join(out, "losses.csv")), "losses.csv").rows.map(([epoch, batch]) => `${epoch} ${batch}`);
  expect(losses).toEqual(log.flatMap(({ epoch }) => [`${epoch} 0`, `${epoch} 1`]));
  const written = [
    "best.safetensors",
    "config.json",
    "curve.svg",
    "last.safetensors",
    "log.jsonl",
    "losses.csv",
    "lungs.md",
    "model.safetensors",
  ];
  expect(readdirSync(out).sort()).toEqual(written);
  expect(textOf(join(out, "lungs.md"))).toContain("not a medical device");
  using model = await loadModel(join(out, "model.safetensors"), { device: await device() });
  expect([model.description.classes, model.description.input.width]).toEqual([["lung"], 32]);
});

/** Runs `train`, and interrupts it when it writes a text to stderr. */
async function interrupted(args: readonly string[], text: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const script = fileURLToPath(new URL("../../src/app/train.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { env: { ...process.env, CI: "true" } });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    if (!stderr.includes(text) && (stderr + more).includes(text)) child.kill("SIGINT");
    stderr += more;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr };
}

describe("what cannot be trained on is told in one line", () => {
  /** In this process: nothing of it opens a device. */
  const failing = (args: readonly string[]) =>
    trainCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parseAsync([...args], { from: "user" });
  const lines = textOf(manifest).trim().split("\n");
  const table = (name: string, change: (line: string, row: number) => string) => {
    writeFileSync(inFolder(name), lines.map(change).join("\n"));
    return inFolder(name);
  };
  const row = (number: number, from: string, to: string) => (line: string, i: number) => (i === number ? line.replace(from, to) : line);
  const out = ["--out", inFolder("none")];
  mkdirSync(inFolder("full"));
  writeFileSync(inFolder("full/notes.txt"), "");
  const config = (name: string, content: string) => {
    writeFileSync(inFolder(name), content);
    return ["--config", inFolder(name), ...out];
  };

  test.each<[string, readonly string[], string | RegExp]>([
    [
      "a missing file",
      [table("missing.csv", row(3, "2.png", "gone.png")), ...out],
      /missing\.csv: 1 of 16 files are missing: .*gone\.png$/,
    ],
    ["a row without a class", [table("unnamed.csv", row(3, "normal", "")), ...out], /unnamed\.csv: row 4 names no class$/],
    ["an empty class", [manifest, "--classes", "normal,opaque,covid", ...out], /has no picture of covid, only normal 8, opaque 8$/],
    ["one class only", [manifest, "--classes", "normal", ...out], /has one class only \(normal\), nothing can be told apart$/],
    ["an unknown column", [manifest, "--label", "lable", ...out], /has no column lable, did you mean label\?$/],
    [
      "a patient in two sets",
      [table("leak.csv", row(15, "p14", "p0")), "--allow", "picture", ...out],
      /its sets are not apart: 0\.png \(train\) and 14\.png \(test\) are one patient \(p0\)$/,
    ],
    [
      "one file in two sets",
      [table("twice.csv", row(15, "14.png", "0.png")), ...out],
      /its sets are not apart: 0\.png \(train\) and 0\.png \(test\) are the same file/,
    ],
    [
      "no films to train on",
      [table("untrained.csv", (line) => line.replace("train", "test")), "--allow", "all", ...out],
      /\(train\): holds no films$/,
    ],
    [
      "a folder that holds something",
      [manifest, "--arch", "squeezenet1_1", "--adapter", "software", "--out", inFolder("full")],
      /full: is not empty, and nothing is overwritten/,
    ],
    ["an unknown network", [manifest, "--arch", "resnet19", ...out], /resnet19: no such network, did you mean resnet1/],
    ["nothing to go on with", ["--resume", inFolder("full")], /full\/config\.json: cannot be read$/],
    [
      "a configuration with an unknown option",
      config("a.json", '{"epoch": 3}'),
      /a\.json: there is no option epoch, did you mean epochs\?$/,
    ],
    [
      "a configuration with a value that does not fit",
      config("b.json", '{"optimizer": "adm"}'),
      /b\.json: optimizer must be one of sgd, adam, adamw, radam, lamb, got adm$/,
    ],
    ["no films at all", out, "error: a manifest or a folder of films is needed"],
  ])("%s", async (_, args, message) => {
    await expect(failing(args)).rejects.toThrow(message);
  });

  test("--help has examples, and an unknown option names the nearest", async () => {
    const help = await train("--help");
    expect([help.code, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toMatch(/^Examples:\n {2}train films\.csv /m);
    const unknown = await train(manifest, "--epoch", "3");
    expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toContain("Did you mean --epochs?");
  });
});
