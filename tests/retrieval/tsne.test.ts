/** t-SNE lowers its divergence, keeps clusters apart, agrees with scikit-learn in how true its maps are, and depends on nothing but its input. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import type { Device } from "../../src/gpu/device.ts";
import { DeviceError } from "../../src/gpu/device-error.ts";
import { ShapeError } from "../../src/kernels/op.ts";
import { type TsneMap, type TsneOptions, tsne } from "../../src/retrieval/tsne.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";
import { uniform } from "../generator.ts";
import { trustworthiness } from "../reference/trustworthiness.ts";
import { embeddings } from "./embeddings.ts";

interface Stored {
  readonly perplexity: number;
  readonly neighbours: number;
  readonly runs: readonly { readonly init: string; readonly divergence: number; readonly trustworthiness: number }[];
}

/** By tsne.py beside it. */
const stored: Stored = JSON.parse(readFileSync(new URL("../fixtures/tsne.json", import.meta.url), "utf8"));

/** `groups` clusters in turn, whose centres are `apart` times as far from each other as their points from them. */
function clusters(groups: number, count: number, dimensions: number, apart: number): Tensor {
  const [noise, centre] = [uniform("noise"), uniform("centres")];
  return tensor(
    [count, dimensions],
    Float32Array.from({ length: count * dimensions }, (_, at) => {
      const [row, column] = [Math.floor(at / dimensions), at % dimensions];
      return noise(at) + apart * centre((row % groups) * dimensions + column);
    }),
  );
}

/** The nearest other point of each. */
function nearestOf({ shape: [n], data }: Tensor): number[] {
  return Array.from({ length: n }, (_, i) => {
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (let j = 0; j < n; j++) {
      const distance = Math.hypot(data[2 * i] - data[2 * j], data[2 * i + 1] - data[2 * j + 1]);
      if (j !== i && distance < least) [best, least] = [j, distance];
    }
    return best;
  });
}

const bitsOf = ({ places }: TsneMap): Uint32Array => new Uint32Array(places.data.buffer, places.data.byteOffset, places.data.length);

describe("the embeddings of four groups", () => {
  test("lie as true as scikit-learn lays them, by as low a divergence", async () => {
    const x = embeddings();
    const { perplexity, neighbours, runs } = stored;
    const [worst, best] = [Math.max, Math.min].map((pick) => pick(...runs.map(({ divergence }) => divergence)));
    const leastTrue = Math.min(...runs.map((run) => run.trustworthiness));
    const { places, divergence } = await tsne(await device(), x, { perplexity });
    // Descents end in one of many valleys: as far from each other as scikit-learn's nine runs are.
    const spread = worst - best;
    expect(divergence).toBeGreaterThan(best - spread);
    expect(divergence).toBeLessThan(worst + spread);
    expect(trustworthiness(x, places, neighbours)).toBeGreaterThan(leastTrue - (1 - leastTrue) / 10);
  });
});

describe("clusters that are far apart", () => {
  const x = clusters(5, 83, 12, 6);
  const run = async (options: TsneOptions) => tsne(await device(), x, { perplexity: 8, iterations: 600, ...options });

  test.each(["pca", "random"] as const)(
    "stay apart, by a divergence that falls once attraction is not exaggerated, from a start by %s",
    async (initial) => {
      const seen: [number, number][] = [];
      const { places, divergence } = await run({ initial, onProgress: (iteration, value) => seen.push([iteration, value]) });
      expect(nearestOf(places).map((j) => j % 5)).toEqual(Array.from({ length: 83 }, (_, i) => i % 5));
      expect(seen.map(([iteration]) => iteration)).toEqual(Array.from({ length: 12 }, (_, i) => 50 * (i + 1)));
      const after = seen.filter(([iteration]) => iteration >= 250).map(([, value]) => value);
      expect(after.toSorted((a, b) => b - a)).toEqual(after);
      expect(after.at(-1)).toBe(divergence);
      expect(divergence).toBeLessThan(after[0] / 4);
    },
  );

  test("give the same bits for the same input, and others for another seed", async () => {
    const [first, again, other] = [
      await run({ initial: "random", seed: 3, iterations: 60 }),
      await run({ initial: "random", seed: 3, iterations: 60 }),
      await run({ initial: "random", seed: 4, iterations: 60 }),
    ];
    expect(bitsOf(again)).toEqual(bitsOf(first));
    expect(bitsOf(other)).not.toEqual(bitsOf(first));
    // Where it begins at principal components nothing is left to chance.
    expect(bitsOf(await run({ seed: 3, iterations: 60 }))).toEqual(bitsOf(await run({ seed: 4, iterations: 60 })));
  });

  test("lie alike however large all distances are", async () => {
    const large = tensor(
      x.shape,
      x.data.map((value) => 1024 * value),
    );
    const options = { initial: "random", perplexity: 8, iterations: 60 } as const;
    expect(nearestOf((await tsne(await device(), large, options)).places)).toEqual(nearestOf((await run(options)).places));
  });

  test("are reported on at the last iteration, too", async () => {
    const seen: number[] = [];
    await run({ iterations: 57, onProgress: (iteration) => seen.push(iteration) });
    expect(seen).toEqual([50, 57]);
  });
});

describe("what cannot be mapped", () => {
  const x = clusters(2, 12, 4, 3);

  test.each<[string, () => Promise<unknown>, new (...args: never[]) => Error, string]>([
    [
      "a perplexity of all others",
      async () => tsne(await device(), x),
      ShapeError,
      "tsneProbabilities: perplexity must be above 1 and below 11, the number of others, got 30",
    ],
    [
      "two rows",
      async () => tsne(await device(), clusters(2, 2, 4, 3), { perplexity: 1.5, initial: "random" }),
      ShapeError,
      "tsneProbabilities: distances of 3 points or more are needed, between all, got [2, 2]",
    ],
    ["maps", async () => tsne(await device(), tensor([4, 3, 2, 2])), ShapeError, "tsne: rows are needed, got [4, 3, 2, 2]"],
    [
      "NaN",
      async () => tsne(await device(), tensor([4, 1], Float32Array.of(0, 1, Number.NaN, 2))),
      InputError,
      "tsne: x holds a number that is not finite",
    ],
    [
      "no iterations",
      async () => tsne(await device(), x, { iterations: 0 }),
      RangeError,
      "tsne: iterations must be a whole number from 1, got 0",
    ],
    [
      "more rows than the adapter holds pairs of",
      async () => {
        const opened = await device();
        const small: Device = { ...opened, profile: { ...opened.profile, maxBindingBytes: 2 ** 9 } };
        return tsne(small, x, { perplexity: 3 });
      },
      DeviceError,
      "device: cannot hold the 1 MiB of all pairs of 12 rows, at most 11 rows fit",
    ],
  ])("%s: an error", async (_, attempt, type, message) => {
    await expect(attempt()).rejects.toThrow(type);
    await expect(attempt()).rejects.toThrow(message);
  });
});
