/** NumPy's archives, read to the last value. */
import { readFileSync } from "node:fs";
import { toFloat32 } from "../../../src/loaders/stored-tensor.ts";
import { readWeights } from "../../../src/loaders/weights-file.ts";
import type { Family } from "../family.ts";

const folder = new URL("../../fixtures/weights/", import.meta.url);

export const family: Family = {
  seeds: () => ["stored.npz", "deflated.npz"].map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) })),
  async read(bytes) {
    for (const tensor of (await readWeights(bytes)).tensors.values()) toFloat32(tensor);
  },
};
