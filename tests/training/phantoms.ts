/** A dataset of drawn films in a temporary folder: normal chests, and chests with opacities that are plain to see. */
import { join } from "node:path";
import { phantom } from "../../src/imaging/phantom.ts";
import type { Image } from "../../src/loaders/image.ts";
import { folderOf } from "./films.ts";

export interface PhantomFiles {
  readonly folder: string;
  /** A manifest in the folder: file, mask, label, split, patient_id, source. */
  readonly manifest: string;
}

/** Films in turn normal and opaque; one after another `train` go to train, `val` to val and `test` to test. */
export function phantomFiles({ train = 8, val = 4, test = 4 } = {}): PhantomFiles {
  const files: Record<string, Image | string> = {};
  const lines = ["file,mask,label,split,patient_id,source"];
  for (let i = 0; i < train + val + test; i++) {
    const opacities = 2 * (i % 2);
    // One is larger than the others: sizes may be mixed.
    const { image, lungs } = phantom({ size: i === 1 ? 80 : 64, seed: i, opacities, strength: 4 });
    const split = i < train ? "train" : i < train + val ? "val" : "test";
    files[`${i}.png`] = image;
    files[`mask-${i}.png`] = { ...image, data: lungs.map((value) => 255 * value) };
    lines.push(`${i}.png,mask-${i}.png,${opacities > 0 ? "opaque" : "normal"},${split},p${i},${i % 4 < 2 ? "left" : "right"}`);
  }
  files["manifest.csv"] = `${lines.join("\n")}\n`;
  const folder = folderOf(files);
  return { folder, manifest: join(folder, "manifest.csv") };
}
