/** `ood` as people use it: a model that learns which pictures it can judge, a card that says how well, and `infer` that withholds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { oodCommand } from "../../src/app/ood.ts";
import { outlier } from "../../src/imaging/outliers.ts";
import { phantom } from "../../src/imaging/phantom.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { readSafetensors } from "../../src/loaders/safetensors.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { fileOf, tinyClassifier, tinySegmenter } from "../tiny-model.ts";

const { folder, put } = scratchFolder("ood");

/** Films with and without opacities; every other one from another place. */
const parts = { train: 16, val: 20, test: 10 };
const rows = Object.entries(parts).flatMap(([split, count], part) =>
  Array.from({ length: count }, (_, i) => {
    const seed = 100 * part + i;
    const file = `film-${seed}.png`;
    put(file, encodePng(phantom({ size: 64, seed, opacities: i % 2 }).image));
    return `${file},${i % 2 === 0 ? "normal" : "pneumonia"},${split},${i % 4 < 2 ? "here" : "there"}`;
  }),
);
const columns = "file,label,split,source";
const manifest = put("films.csv", [columns, ...rows].join("\n"));
const model = put("model.safetensors", fileOf(tinyClassifier(["normal", "pneumonia"])));
put("model.md", "# model\n\nA model.\n\n## Known failures\n\n- Many.\n");
const noise = put("noise.png", encodePng(outlier("white noise", 77, 64)));
const photograph = put("photograph.png", encodePng(outlier("leaves", 78, 64)));
const out = join(folder, "able.safetensors");
const usual = ["--batch", "4", "--workers", "0", "--draw", "4", "--references", "12", "--neighbour", "2"];

describe("a model that learns which pictures it can judge", () => {
  let fitted: Ended;
  beforeAll(async () => {
    fitted = await runProgram("src/app/ood.ts", [manifest, "--model", model, "--out", out, "--reject", "0.1", ...usual, "--json"], {
      CI: "true",
    });
  });

  test("keeps its network, and stores statistics, thresholds and what was measured", () => {
    expect([fitted.code, fitted.stderr.match(/^error: .*/m)?.[0]], fitted.stderr).toEqual([0, undefined]);
    const document = JSON.parse(fitted.stdout);
    expect(document).toMatchObject({
      tool: "roentgen",
      out,
      data: "films.csv",
      reject: 0.1,
      stages: ["features"],
      films: { train: 16, val: 20 },
    });
    // (r + 1) / 21 ≤ 0.1
    expect(document.films.rejected).toBeLessThanOrEqual(1);
    expect(document.tested.map(({ name, pictures }: { name: string; pictures: number }) => [name, pictures])).toEqual([
      ["test", 10],
      ["here", 6],
      ["there", 4],
    ]);
    expect(document.outliers.at(-1)).toMatchObject({ name: "all", pictures: 16 * 4 });
    expect(document.outliers.map(({ name }: { name: string }) => name)).toContain("films, inverted");
    for (const { separation } of document.outliers)
      for (const { auroc, fpr95 } of [separation.mahalanobis, separation.knn, separation.energy])
        expect([auroc >= 0 && auroc <= 1, fpr95 >= 0 && fpr95 <= 1]).toEqual([true, true]);

    const [before, after] = [model, out].map((path) => readSafetensors(readFileSync(path), path));
    const own = [...after.tensors].filter(([name]) => !name.startsWith("ood."));
    expect(own.map(([name]) => name).sort()).toEqual([...before.tensors.keys()].sort());
    // Bytes compared by the buffer: a matcher walks through them one by one.
    const isKept = ([name, { dtype, bytes }]: (typeof own)[number]) => {
      const stored = before.tensors.get(name);
      return stored?.dtype === dtype && Buffer.compare(stored.bytes, bytes) === 0;
    };
    expect(own.filter((value) => !isKept(value)).map(([name]) => name)).toEqual([]);
    const types = [...after.tensors].filter(([name]) => name.startsWith("ood.")).map(([name, { dtype, shape }]) => [name, dtype, shape]);
    expect(types.sort()).toEqual([
      ["ood.factor", "F16", [(512 * 513) / 2]],
      ["ood.means", "F32", [2, 512]],
      ["ood.references", "F16", [12, 512]],
    ]);
    const { thresholds, about } = JSON.parse(after.metadata.outOfDistribution);
    expect([thresholds, about.reject]).toEqual([document.thresholds, 0.1]);
  });

  test("says so in its card, before its failures, once", () => {
    const card = readFileSync(join(folder, "able.md"), "utf8");
    expect(card.match(/^## .*/gm)).toEqual(["## Pictures that it does not answer", "## Known failures"]);
    expect(card).toMatch(/^# model\n\nA model\.\n\n## Pictures/);
    expect(card).toMatch(/^\| white noise \| \d\/4 \| [\d.]+ \/ [\d.]+ \|/m);
    expect(card).toContain("no photographs were at hand");
  });

  test("answers films, and gives noise and a photograph a reason in place of scores; --force gives both", async () => {
    const film = join(folder, "film-203.png");
    const { code, stdout } = await runProgram("src/app/infer.ts", [film, noise, photograph, "--model", out, "--json", "--quiet"], {
      CI: "true",
    });
    const { results } = JSON.parse(stdout);
    expect(results.map(({ predictions }: { predictions?: unknown[] }) => predictions?.length)).toEqual([2, undefined, undefined]);
    expect(results[0].outlierScores).toEqual({ mahalanobis: expect.any(Number), knn: expect.any(Number), energy: expect.any(Number) });
    expect(results[1].withheld).toEqual({
      reason: expect.stringMatching(/^unlike the films that the model was fitted on: /),
      measure: expect.any(String),
      score: expect.any(Number),
      threshold: expect.any(Number),
    });
    expect(code).toBe(4);

    const text = await runProgram("src/app/infer.ts", [noise, "--model", out], { CI: "true" });
    expect([text.code, text.stdout]).toEqual([4, expect.stringMatching(/^no answer: unlike the films .*, answered up to -?[\d.]+\n$/)]);
    const forced = await runProgram("src/app/infer.ts", [noise, "--model", out, "--force"], { CI: "true" });
    expect([forced.code, forced.stdout]).toEqual([0, expect.stringMatching(/^\w+ +[\d.]+ %\n\w+ +[\d.]+ %\n$/)]);
    expect(forced.stderr).toMatch(/noise\.png: is unlike the films .*; answered as was asked for$/m);
  });
});

describe("what cannot be fitted is told in one line", () => {
  /** In this process: nothing of it opens a device. */
  const failing = (args: readonly string[]) =>
    oodCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parseAsync([...args], { from: "user" });
  const other = join(folder, "other.safetensors");
  const segmenter = put("lungs.safetensors", fileOf(tinySegmenter()));
  const noSplit = put("plain.csv", ["file,label", ...rows.map((row) => row.split(",").slice(0, 2).join(","))].join("\n"));
  const lacking = put("lacking.csv", [columns, ...rows.map((row, i) => (i === 0 ? row.replace("normal", "covid") : row))].join("\n"));
  const noVal = put("no-val.csv", [columns, ...rows.filter((row) => !row.includes(",val,"))].join("\n"));

  test.each<[string, readonly string[], string | RegExp]>([
    ["no model", [manifest, "--out", other], /required option '--model <name\|file>' not specified/],
    [
      "a model that segments",
      [manifest, "--model", segmenter, "--out", other],
      `${segmenter}: is for segmentation by sigmoid; films are told from others by classes and a softmax`,
    ],
    [
      "a file that is there",
      [manifest, "--model", model, "--out", model],
      `${model}: exists already, and nothing is overwritten without --force`,
    ],
    [
      "a file of another kind",
      [manifest, "--model", model, "--out", "x.onnx"],
      "x.onnx: must be a .safetensors file, the only kind that holds a detector",
    ],
    [
      "films of no split",
      [noSplit, "--model", model, "--out", other],
      `${noSplit} (train): holds no films; statistics are of those of train, thresholds of val`,
    ],
    [
      "no film for thresholds",
      [noVal, "--model", model, "--out", other],
      `${noVal} (val): holds no films; statistics are of those of train, thresholds of val`,
    ],
    [
      "a class that the model lacks",
      [lacking, "--model", model, "--out", other],
      `${lacking}: 1 of 46 rows are of unknown classes (covid), known are normal, pneumonia`,
    ],
    [
      "a temperature of 0",
      [manifest, "--model", model, "--out", other, "--temperature", "0"],
      /argument '0' is invalid\. a number above 0 is needed\./,
    ],
    [
      "too few films for the share",
      [manifest, "--model", model, "--out", other],
      `${manifest} (val): 20 films cannot fix a rate of 0.01, at least 99 are needed`,
    ],
    [
      "an unknown stage",
      [manifest, "--model", model, "--out", other, "--reject", "0.1", "--stages", "layer9"],
      /^squeezenet1_1: no stage is called layer9, there are .*features/,
    ],
    [
      "a share above 1",
      [manifest, "--model", model, "--out", other, "--reject", "2"],
      /'--reject <share>' argument '2' is invalid\. a number from 0 to 1 is needed\./,
    ],
    [
      "an unknown measure",
      [manifest, "--model", model, "--out", other, "--measures", "knn,odin"],
      /argument 'knn,odin' is invalid\. known are mahalanobis, knn, energy\./,
    ],
  ])("%s", async (_, args, message) => {
    await expect(failing(args)).rejects.toThrow(message);
  });
});
