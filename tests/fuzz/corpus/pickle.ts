/** The pickle within PyTorch's archive, spoilt by itself: within the archive most damage hits something else. */
import { readFileSync } from "node:fs";
import { toFloat32 } from "../../../src/loaders/stored-tensor.ts";
import { readTorch } from "../../../src/loaders/torch/torch.ts";
import { readZip } from "../../../src/loaders/zip.ts";
import { archive } from "../../loaders/pickle-bytes.ts";
import type { Family } from "../family.ts";

const folder = new URL("../../fixtures/weights/", import.meta.url);
const storages = new Uint8Array(4096);

/** The pickle of a file; its storages become zeros. */
function pickleOf(name: string): Uint8Array {
  for (const [path, entry] of readZip(new Uint8Array(readFileSync(new URL(name, folder))), name))
    if (path.endsWith("data.pkl")) return entry.read();
  throw new Error(`${name} has no pickle`);
}

export const family: Family = {
  // Files whose tensors all lie in their first storage, or which name none.
  seeds: () =>
    ["arrays2.pth", "arrays5.pth"]
      .map((name) => ({ name, bytes: pickleOf(name) }))
      .concat(["strided.pth"].map((name) => ({ name, bytes: oneStorage(pickleOf(name)) }))),
  read(bytes, name) {
    for (const tensor of readTorch(archive(bytes, storages), name).tensors.values()) toFloat32(tensor);
  },
};

/** The same pickle with every storage called "0": keys are text of one byte, 'X' and a length of 1. */
function oneStorage(bytes: Uint8Array): Uint8Array {
  const result = Uint8Array.from(bytes);
  for (let i = 0; i + 5 < result.length; i++) {
    const isKey = result[i] === 0x58 && result[i + 1] === 1 && result[i + 2] + result[i + 3] + result[i + 4] === 0;
    if (isKey && result[i + 5] >= 0x30 && result[i + 5] <= 0x39) result[i + 5] = 0x30;
  }
  return result;
}
