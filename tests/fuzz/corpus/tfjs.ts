/** TensorFlow.js manifests beside their whole shards, read to the last value. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toFloat32 } from "../../../src/loaders/stored-tensor.ts";
import { readWeights } from "../../../src/loaders/weights-file.ts";
import type { Family } from "../family.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/weights/tfjs/", import.meta.url));
const shards = ["group1-shard1of2.bin", "group1-shard2of2.bin", "uint8.bin"];

const folder = mkdtempSync(join(tmpdir(), "roentgen-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const name of shards) copyFileSync(join(fixtures, name), join(folder, name));

export const family: Family = {
  seeds: () => ["model.json", "uint8.json"].map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(fixtures, name))) })),
  async read(bytes) {
    const path = join(folder, "model.json");
    writeFileSync(path, bytes);
    const { tensors } = await readWeights(path, { arch: "unet" });
    for (const tensor of tensors.values()) toFloat32(tensor);
  },
};
