/** Safetensors files, read to the last value. */
import { readSafetensors, writeSafetensors } from "../../../src/loaders/safetensors.ts";
import { toFloat32 } from "../../../src/loaders/stored-tensor.ts";
import type { Family } from "../family.ts";

const tensors = new Map([
  ["conv1.weight", { shape: [4, 3, 3, 3], data: Float32Array.from({ length: 108 }, (_, i) => i / 100) }],
  ["fc.bias", { shape: [2], data: Float32Array.of(0.5, -1) }],
]);

export const family: Family = {
  seeds: () => [
    { name: "f32.safetensors", bytes: writeSafetensors(tensors, { dtype: "F32", metadata: { arch: "resnet18" } }) },
    { name: "f16.safetensors", bytes: writeSafetensors(tensors, { dtype: "F16" }) },
  ],
  read(bytes, name) {
    for (const tensor of readSafetensors(bytes, name).tensors.values()) toFloat32(tensor);
  },
};
