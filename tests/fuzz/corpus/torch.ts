/** PyTorch's files of every kind, read to the last value. */
import { readFileSync } from "node:fs";
import { toFloat32 } from "../../../src/loaders/stored-tensor.ts";
import { readTorch } from "../../../src/loaders/torch/torch.ts";
import type { Family } from "../family.ts";

const folder = new URL("../../fixtures/weights/", import.meta.url);
const files = [
  "state-dict.pth",
  "legacy.pth",
  "module.pth",
  "checkpoint.pth",
  "strided.pth",
  "strided-legacy.pth",
  "arrays5.pth",
  "script.pt",
];

export const family: Family = {
  seeds: () => files.map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) })),
  read(bytes, name) {
    for (const tensor of readTorch(bytes, name).tensors.values()) toFloat32(tensor);
  },
};
