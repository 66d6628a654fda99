/** Batches are the same bits whoever makes them, in order, and what fails or is stopped ends cleanly with its reason. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { toTensor } from "../../src/imaging/normalise.ts";
import { readDescription } from "../../src/models/description.ts";
import { readPicture } from "../../src/models/picture.ts";
import { applyChanges, applyToMask, drawChanges } from "../../src/training/augment.ts";
import { type Batch, type BatchesOptions, openBatches } from "../../src/training/batches.ts";
import type { Dataset, Sample } from "../../src/training/dataset.ts";
import { keidar } from "../../src/training/recipes.ts";
import { datasetOf, film, folderOf } from "./films.ts";

const names = Array.from({ length: 11 }, (_, i) => `${i}.png`);
const outline = (i: number) => {
  const picture = film(i, 40 + i, 44);
  return { ...picture, data: picture.data.map((value) => (value > 120 ? 255 : 0)) };
};
const folder = folderOf({
  ...Object.fromEntries(names.map((name, i) => [name, film(i, 40 + i, 44)])),
  ...Object.fromEntries(names.map((name, i) => [`mask-${name}`, outline(i)])),
  "text.png": "no picture",
  "small.png": film(1, 40, 44),
});
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = datasetOf(
  ["a", "b", "c"],
  names.map((name, i) => ({ name, picture: join(folder, name), label: i % 3 })),
);
const description = (colour: "grey" | "rgb" = "grey") =>
  readDescription(
    {
      arch: "resnet18",
      classes: JSON.stringify(dataset.classes),
      input: JSON.stringify({
        size: 32,
        channels: 3,
        ...(colour === "grey" ? { colour: "grey repeated" } : {}),
        scale: "1/255",
        mean: [0.5, 0.4, 0.3],
        std: [0.2, 0.25, 0.3],
      }),
    },
    "test",
  );
const options: BatchesOptions = { input: description().input, size: 4, seed: 12, augment: keidar, workers: 0 };

async function epochOf(given: Dataset, chosen: BatchesOptions, epoch: number, from?: number): Promise<Batch[]> {
  await using batches = openBatches(given, chosen);
  const made: Batch[] = [];
  for await (const batch of batches.epoch(epoch, from)) made.push(batch);
  return made;
}

describe("a batch", () => {
  test("holds the pictures as inference prepares them, after their changes, and the classes", async () => {
    const [first, second, third, ...others] = await epochOf(dataset, options, 3);
    expect(others).toEqual([]);
    expect([first, second, third].map(({ inputs, targets, places }) => [inputs.pictures.shape[0], targets.shape, places.length])).toEqual([
      [4, [4], 4],
      [4, [4], 4],
      [3, [3], 3],
    ]);
    expect([...first.places, ...second.places, ...third.places].sort((a, b) => a - b)).toEqual(names.map((_, i) => i));
    for (const [i, place] of second.places.entries()) {
      const { prepared } = await readPicture(join(folder, names[place]), description());
      const changed = applyChanges(prepared.image, drawChanges(keidar, 12, 3, 4 + i));
      const expected = toTensor([changed], description().input).data;
      expect(second.inputs.pictures.data.subarray(i * expected.length, (i + 1) * expected.length)).toEqual(expected);
      expect(second.targets.data[i]).toBe(place % 3);
    }
  });

  test("has masks that went with their pictures, 1 inside, or values", async () => {
    const lungs = { ...dataset, samples: dataset.samples.map((sample, i) => ({ ...sample, mask: join(folder, `mask-${names[i]}`) })) };
    const input = { ...options.input, channels: 1 as const, mean: [0], std: [1] };
    const [{ inputs, targets, places }] = await epochOf(lungs, { ...options, input, sampler: { kind: "sequential" } }, 0);
    expect([inputs.pictures.shape, targets.shape]).toEqual([
      [4, 1, 32, 32],
      [4, 1, 32, 32],
    ]);
    expect([...places]).toEqual([0, 1, 2, 3]);
    const { prepared } = await readPicture(lungs.samples[0].mask, {
      ...description(),
      input: { ...input, filter: "nearest", antialias: false },
    });
    const expected = applyToMask(prepared.image, drawChanges(keidar, 12, 0, 0));
    expect(targets.data.subarray(0, 1024)).toEqual(Float32Array.from(expected.data, (value) => value / 255));

    const values = { ...dataset, samples: dataset.samples.map((sample, i) => ({ ...sample, values: [i, -i] })) };
    const [batch] = await epochOf(values, { ...options, sampler: { kind: "sequential" } }, 0);
    expect(batch.targets).toEqual({ shape: [4, 2], data: Float32Array.of(0, -0, 1, -1, 2, -2, 3, -3) });
  });

  test("may be changed at the pictures' own size, and colour pictures keep their colour", async () => {
    const [own] = await epochOf(dataset, { ...options, augmentAt: "source" }, 0);
    const [atInput] = await epochOf(dataset, options, 0);
    expect([own.places, own.inputs.pictures.shape]).toEqual([atInput.places, atInput.inputs.pictures.shape]);
    expect(own.inputs.pictures.data).not.toEqual(atInput.inputs.pictures.data);
    const [colour] = await epochOf(dataset, { ...options, input: description("rgb").input }, 0);
    expect(colour.inputs.pictures).toEqual(atInput.inputs.pictures);
  });
});

describe("an epoch", () => {
  test("is the same with any number of workers, any number ahead, with and without a cache, and again", async () => {
    const expected = [await epochOf(dataset, options, 0), await epochOf(dataset, options, 1)];
    expect(expected[0][0].inputs.pictures).not.toEqual(expected[1][0].inputs.pictures);
    for (const [workers, ahead, cacheBytes] of [
      [1, 1, 2500],
      [2, 5, 2 ** 20],
    ]) {
      await using batches = openBatches(dataset, { ...options, workers, ahead, cacheBytes });
      for (const epoch of [0, 1]) {
        const made: Batch[] = [];
        for await (const batch of batches.epoch(epoch)) made.push(batch);
        expect(made, `${workers} workers`).toEqual(expected[epoch]);
      }
    }
  });

  test("can be taken up at any batch, and leaves out a last small one when told to", async () => {
    const whole = await epochOf(dataset, options, 2);
    expect(await epochOf(dataset, options, 2, 1)).toEqual(whole.slice(1));
    expect(await epochOf(dataset, options, 2, 3)).toEqual([]);
    expect(await epochOf(dataset, { ...options, dropLast: true }, 2)).toEqual(whole.slice(0, 2));
    await using batches = openBatches(dataset, { ...options, sampler: { kind: "oversampled" } });
    expect(batches.perEpoch).toBe(3);
  });

  test("that is left early leaves the workers for the next", async () => {
    await using batches = openBatches(dataset, { ...options, workers: 1 });
    for await (const batch of batches.epoch(0)) if (batch.index === 0) break;
    const made: Batch[] = [];
    for await (const batch of batches.epoch(1)) made.push(batch);
    expect(made).toEqual(await epochOf(dataset, options, 1));
  });
});

describe.each([0, 1])("with %i workers", (workers) => {
  const sequential: BatchesOptions = { ...options, workers, size: 2, sampler: { kind: "sequential" } };

  test("a sample that cannot be used stops at its batch, by name", async () => {
    const wrong = new Map<number, Partial<Sample>>([
      [3, { name: "text.png", picture: join(folder, "text.png") }],
      [4, { picture: join(folder, "gone.png") }],
      [7, { name: "small.png", picture: join(folder, "small.png"), mask: join(folder, "mask-3.png") }],
      [9, { label: undefined }],
    ]);
    const samples = dataset.samples.map((sample, i) => ({ ...sample, ...wrong.get(i) }));
    await using batches = openBatches({ ...dataset, samples }, sequential);
    const epoch = batches.epoch(0);
    expect((await epoch.next()).value?.index).toBe(0);
    const error = (message: string) => ({ name: "InputError", message: expect.stringContaining(message) });
    await expect(epoch.next()).rejects.toMatchObject(error('text.png: is no known picture, begins with the text "no picture"'));
    await expect(epoch.next()).resolves.toEqual({ done: true, value: undefined });
    for (const [index, message] of [
      [2, `${folder}/gone.png: no such file`],
      [3, "mask of small.png: must be as large as its picture, 40 × 44, got 43 × 44"],
      [4, "9.png: has no class, no values and no mask to learn"],
    ] as const) {
      await expect(batches.epoch(0, index).next()).rejects.toMatchObject(error(message));
    }
    expect((await batches.epoch(0, 5).next()).value?.index).toBe(5);
  });

  test("a signal ends the epoch with its reason, before and while it runs", async () => {
    const controller = new AbortController();
    await using batches = openBatches(dataset, { ...sequential, signal: controller.signal });
    const epoch = batches.epoch(0);
    await epoch.next();
    const next = epoch.next();
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
    await expect(batches.epoch(1).next()).rejects.toThrow("enough");
  });

  test("what is closed makes nothing more", async () => {
    const batches = openBatches(dataset, sequential);
    const epoch = batches.epoch(0);
    await epoch.next();
    await batches.close();
    await expect(batches.epoch(1).next()).rejects.toThrow("batches: were closed");
    await batches.close();
  });
});

test.each([
  [{ size: 0 }, "batches: size and ahead must be positive integers, workers 0 or more, got 0, 1 and 0"],
  [{ size: 4, ahead: 0.5 }, "got 4, 0.5 and 0"],
  [{ size: 4, workers: -1 }, "got 4, 1 and -1"],
  [{ size: 12, dropLast: true }, "batches: test has 11 samples, no batch of 12 can be made"],
])("%j is refused", (wrong, message) => {
  expect(() => openBatches(dataset, { ...options, ...wrong })).toThrow(message);
});

describe("workers run", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  /** A program that prints one number of each batch, and ends by itself though it closes nothing. */
  const program = (module: string) => `
    import { openBatches } from ${JSON.stringify(pathToFileURL(module).href)};
    const { dataset, options } = ${JSON.stringify({ dataset, options: { ...options, workers: 2 } })};
    for await (const { inputs } of openBatches(dataset, options).epoch(0)) console.log(inputs.pictures.data[777]);`;
  const run = async (command: string, args: readonly string[]) => {
    const { stdout, stderr } = await promisify(execFile)(command, [...args], { cwd: root });
    expect(stderr).toBe("");
    return stdout.trim().split("\n").map(Number);
  };
  const expected = async () => (await epochOf(dataset, options, 0)).map(({ inputs }) => inputs.pictures.data[777]);

  test("from the sources under tsx", async () => {
    const file = join(folder, "sources.mts");
    writeFileSync(file, program(join(root, "src/training/batches.ts")));
    expect(await run(process.execPath, ["--import", "tsx", file])).toEqual(await expected());
  });

  test("from what is built under Node alone", async () => {
    const built = join(folder, "built");
    mkdirSync(built);
    for (const name of ["node_modules", "package.json"]) symlinkSync(join(root, name), join(built, name));
    // Two files and what they import, as `npm run build` writes them, unchecked: all of the sources would take several times as long.
    const files = ["batches", "batch-worker"].map((name) => join(root, `src/training/${name}.ts`));
    const compilerOptions = { outDir: "dist", rootDir: join(root, "src"), noCheck: true, declaration: false, types: [] };
    const config = { extends: join(root, "tsconfig.build.json"), files, include: [], compilerOptions };
    writeFileSync(join(built, "tsconfig.json"), JSON.stringify(config));
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", built]);
    const file = join(built, "built.mjs");
    writeFileSync(file, program(join(built, "dist/training/batches.js")));
    expect(await run(process.execPath, [file])).toEqual(await expected());
  });
});
