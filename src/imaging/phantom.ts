/** A drawn chest film: anatomy, vessels and grain by formula, with opacities in known places where asked for. */
import type { Image } from "../loaders/image.ts";
import { fractalNoise, random, randomNormal } from "./noise.ts";
import { castRay, drawAnatomy } from "./phantom-anatomy.ts";
import { drawVessels } from "./phantom-vessels.ts";

export interface PhantomOptions { readonly size?: number; readonly seed?: number; readonly opacities?: number; readonly strength?: number }

export function phantom({ size = 512, seed = 0 }: PhantomOptions = {}) {
  const anatomy = drawAnatomy(seed);
  const n = size * size;
  const air = new Float64Array(n), att = new Float64Array(n);
  const left = new Uint8Array(n), right = new Uint8Array(n);
  for (let j = 0; j < size; j++) for (let i = 0; i < size; i++) {
    const p = j * size + i;
    const ray = castRay(anatomy, (i + 0.5) / size, (j + 0.5) / size);
    air[p] = ray.air; att[p] = ray.attenuation;
    if (ray.inField) (ray.side === "left" ? left : right)[p] = 1;
  }
  const vessels = drawVessels(seed, anatomy, size);
  const data = new Uint8Array(n);
  for (let p = 0; p < n; p++) {
    const x = (p % size + 0.5) / size, y = (Math.floor(p / size) + 0.5) / size;
    const texture = 1 + 0.13 * fractalNoise(seed + 11, x * 12, y * 12, 5);
    const a = Math.max(0, att[p] - 0.93 * air[p] * texture + vessels[p] * Math.min(1, air[p] / 0.15));
    const e = 1.5 * a - 0.03 ;
    const w = Math.max(0, e);
    const v = w / Math.sqrt(Math.sqrt(1 + w * w * w * w));
    const r2 = (x - 0.5) ** 2 + (y - 0.5) ** 2;
    const grain = randomNormal(seed + 3, p) * (1.6 + 2.2 * (1 - v));
    data[p] = Math.min(255, Math.max(0, Math.floor((v * 250 + 6) * (1 - 0.12 * r2) + grain + 0.5)));
  }
  const image: Image = { width: size, height: size, channels: 1, bitDepth: 8, data };
  return { image, left, right };
}
