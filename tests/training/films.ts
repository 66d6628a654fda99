/** Small films and datasets for tests of training. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Image } from "../../src/loaders/image.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { random } from "../../src/random.ts";
import type { Dataset, Sample } from "../../src/training/dataset.ts";

/** A film of smooth shapes that differ from seed to seed. */
export function film(seed: number, width = 40, height = 40): Image {
  const [a, b, c] = [0, 1, 2].map((i) => 2 + 6 * random(seed, i));
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
    return 128 + 60 * Math.sin(a * x + b) + 60 * Math.cos(b * y + c * x);
  });
  return { width, height, channels: 1, bitDepth: 8, data };
}

/** A folder under the system's temporary one with these files in it. */
export function folderOf(files: Readonly<Record<string, Image | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "roentgen-training-"));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : encodePng(content));
  }
  return folder;
}

/** Samples without pictures: for each, what is said of it. */
export const datasetOf = (classes: readonly string[], samples: readonly Partial<Sample>[]): Dataset => ({
  name: "test",
  classes,
  samples: samples.map((sample, i) => ({ name: `${i}.png`, picture: `${i}.png`, ...sample })),
});
