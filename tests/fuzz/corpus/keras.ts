/** Keras's HDF5 files and archives, read to the last value. */
import { readFileSync } from "node:fs";
import { toFloat32 } from "../../../src/loaders/stored-tensor.ts";
import { readWeights } from "../../../src/loaders/weights-file.ts";
import type { Family } from "../family.ts";

const folder = new URL("../../fixtures/weights/", import.meta.url);

export const family: Family = {
  seeds: () =>
    ["unet.h5", "unet.weights.h5", "unet.keras"].map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) })),
  async read(bytes) {
    const { tensors } = await readWeights(bytes, { arch: "unet" });
    for (const tensor of tensors.values()) toFloat32(tensor);
  },
};
