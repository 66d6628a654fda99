/** PNG files of every layout that the decoder knows. */
import { readFileSync } from "node:fs";
import { decodeImage } from "../../../src/loaders/image.ts";
import { encodePng } from "../../../src/loaders/png.ts";
import type { Family } from "../family.ts";

const grey = { width: 5, height: 4, channels: 1, bitDepth: 8, data: Uint8Array.from({ length: 20 }, (_, i) => 12 * i) } as const;
const deep = { width: 3, height: 2, channels: 1, bitDepth: 16, data: Uint16Array.from({ length: 6 }, (_, i) => 9999 * i) } as const;
const colour = { width: 4, height: 2, channels: 4, bitDepth: 8, data: Uint8Array.from({ length: 32 }, (_, i) => 7 * i) } as const;

export const family: Family = {
  seeds: () => [
    ...[grey, deep, colour].map((image, i) => ({ name: `encoded-${i}.png`, bytes: encodePng(image) })),
    { name: "phantom.png", bytes: new Uint8Array(readFileSync(new URL("../../../samples/phantom.png", import.meta.url))) },
  ],
  read: decodeImage,
};
