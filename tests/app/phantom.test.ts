/** The phantom program writes what it says, overwrites nothing unasked, and tells usage from failure. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { phantom } from "../../src/imaging/phantom.ts";
import { decodePng } from "../../src/loaders/png.ts";
import { readManifest } from "../../src/training/manifest.ts";
import { scratchFolder } from "../scratch-folder.ts";

const { folder } = scratchFolder("phantom");

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "src/app/phantom.ts", ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const read = (path: string) => decodePng(readFileSync(path), path);

test("writes the film and its masks, and prints their paths and nothing else", () => {
  const out = join(folder, "film.png");
  const masks = join(folder, "masks");
  const { status, stdout, stderr } = run(out, "--size", "96", "--seed", "4", "--opacity", "2", "--strength", "0.7", "--masks", masks);
  const names = ["lungs", "left", "right", "opacities", "opacity-1", "opacity-2"].map((name) => join(masks, `${name}.png`));
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: [out, ...names, ""].join("\n"), stderr: "" });
  const { image, lungs, left, right, opacityMask, opacities } = phantom({ size: 96, seed: 4, opacities: 2, strength: 0.7 });
  expect(read(out)).toEqual(image);
  const expected = [lungs, left, right, opacityMask, ...opacities.map(({ mask }) => mask)];
  for (const [i, name] of names.entries()) expect(read(name).data, name).toEqual(expected[i].map((value) => 255 * value));
});

describe("a file that exists", () => {
  test("is left alone, and exit code 1 says so", () => {
    const out = join(folder, "precious.png");
    writeFileSync(out, "precious");
    const { status, stdout, stderr } = run(out, "--size", "64");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`${out}: exists already, --force overwrites it`);
    expect(readFileSync(out, "utf8")).toBe("precious");
  });

  test("among the masks stops the film from being written too", () => {
    const out = join(folder, "late.png");
    writeFileSync(join(folder, "left.png"), "precious");
    const { status, stderr } = run(out, "--size", "64", "--masks", folder);
    expect(status).toBe(1);
    expect(stderr).toContain("left.png: exists already");
    expect(existsSync(out)).toBe(false);
  });

  test("is overwritten with --force", () => {
    const out = join(folder, "old.png");
    writeFileSync(out, "old");
    expect(run(out, "--size", "64", "--force").status).toBe(0);
    expect(read(out).width).toBe(64);
  });
});

test("a folder that is not there is a failure with its name, not a stack", () => {
  const out = join(folder, "nowhere", "film.png");
  const { status, stderr } = run(out, "--size", "64");
  expect(status).toBe(1);
  expect(stderr).toContain(`${out}: cannot be written`);
  expect(stderr).not.toContain("at async");
});

describe("usage errors exit with 2, say what is wrong, and write nothing", () => {
  const out = join(folder, "unwritten.png");
  test.each([
    { args: [], message: "missing required argument 'out.png'" },
    { args: [join(folder, "film.jpg")], message: "the file to write is a PNG" },
    { args: [out, "--sead", "1"], message: "Did you mean --seed?" },
    { args: [out, "--size", "9999"], message: "size must be 64 to 4096 pixels, got 9999" },
  ])("$args", ({ args, message }) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(existsSync(out)).toBe(false);
  });
});

test("--help shows examples on stdout", () => {
  const { status, stdout } = run("--help");
  expect(status).toBe(0);
  expect(stdout).toContain("Examples:\n  phantom film.png");
});

test("the sample in the repository is what the program draws", () => {
  expect(read("samples/phantom.png")).toEqual(phantom().image);
});

test("a folder of films has a manifest that a training reads, and is not overwritten", async () => {
  const out = join(folder, "cohort");
  const { status, stdout, stderr } = run(out, "--films", "10", "--size", "64", "--classes", "normal=0,covid=3:2");
  const manifest = join(out, "manifest.csv");
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${manifest}\n`, stderr: "" });
  const films = await readManifest(manifest);
  expect([films.classes, films.samples.length]).toEqual([["covid", "normal"], 10]);
  expect(["train", "val", "test"].map((set) => films.samples.filter(({ split }) => split === set).length)).toEqual([6, 2, 2]);
  const [normal, ill] = films.samples.map(({ outline }) => read(String(outline)).data);
  expect([normal.some(Boolean), ill.some(Boolean)]).toEqual([false, true]);
  const indicators = ["c_reactive_protein", "lymphocytes"];
  const { samples } = await readManifest(manifest, { values: indicators });
  expect(samples.every(({ values }) => values?.length === 2 && values.every((value) => value >= 0))).toBe(true);
  const again = run(out, "--films", "10", "--size", "64");
  expect([again.status, again.stdout]).toEqual([1, ""]);
  expect(again.stderr).toContain("film-0.png: exists already, --force overwrites it");
});
