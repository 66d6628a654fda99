/** A drawn chest film: anatomy, vessels and grain by formula, with opacities in known places where asked for. */
import type { Image } from "../loaders/image.ts";
import { random } from "../random.ts";
import { fractalNoise, randomNormal } from "./noise.ts";
import { castRay, drawAnatomy, inPatient } from "./phantom-anatomy.ts";
import { decay, length } from "./phantom-shapes.ts";
import { drawVessels } from "./phantom-vessels.ts";

export interface PhantomOptions {
  /** Pixels along each side, at least 64. */
  readonly size?: number;
  /** An integer that decides the patient, the exposure and every random detail. */
  readonly seed?: number;
  /** How many opacities to put into the lungs. */
  readonly opacities?: number;
  /** How dense they are: 1 is plain to see, 0.3 subtle. */
  readonly strength?: number;
}

/** A cloud in a lung. Its strength falls to half at `radius` from its centre, roughened by noise; lengths are in pixels. */
export interface Opacity {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 1 where the cloud has at least half its strength, as a film of 0 and 1. */
  readonly mask: Uint8Array;
}

/** The film and what is known of it. Masks hold 0 and 1, a value a pixel; left and right are the patient's, left being on the film's right. */
export interface Phantom {
  readonly image: Image;
  readonly lungs: Uint8Array;
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  readonly opacities: readonly Opacity[];
  /** All opacities together. */
  readonly opacityMask: Uint8Array;
}

/** Streams of random numbers, kept apart so that asking for opacities changes nothing else. */
const STREAM = { anatomy: 0, exposure: 1, vessels: 2, lung: 3, flesh: 4, grain: 5, opacities: 6 } as const;
const stream = (seed: number, name: keyof typeof STREAM): number => Math.imul(seed, 1009) + 97 * STREAM[name];

/**
 * A frontal chest film that is nobody's, for examples, tests and calibration. The same options give the same bytes in every engine.
 * @throws RangeError where an option is out of range, or the lungs have no room for so many opacities.
 */
export function phantom({ size = 512, seed = 0, opacities: count = 0, strength = 1 }: PhantomOptions = {}): Phantom {
  if (!Number.isInteger(size) || size < 64 || size > 4096) throw new RangeError(`phantom: size must be 64 to 4096 pixels, got ${size}`);
  if (!Number.isInteger(seed)) throw new RangeError(`phantom: seed must be an integer, got ${seed}`);
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`phantom: opacities must be a count, got ${count}`);
  if (!(strength >= 0 && strength <= 10)) throw new RangeError(`phantom: strength must be 0 to 10, got ${strength}`);
  const anatomy = drawAnatomy(stream(seed, "anatomy"));
  const air = new Float64Array(size * size);
  const attenuation = new Float64Array(size * size);
  const left = new Uint8Array(size * size);
  const right = new Uint8Array(size * size);
  for (let p = 0; p < size * size; p++) {
    const { offset, y } = inPatient(anatomy, ...place(p, size));
    const ray = castRay(anatomy, offset, y);
    air[p] = ray.air;
    attenuation[p] = ray.attenuation;
    if (ray.isLung) (offset > 0 ? left : right)[p] = 1;
  }
  const lungs = left.map((value, p) => value | right[p]);
  const vessels = drawVessels(anatomy, stream(seed, "vessels"), size);
  const placed = placeOpacities(lungs, size, stream(seed, "opacities"), count);
  const opacities = placed.map(({ x, y, radius, density }) => ({
    x,
    y,
    radius,
    mask: lungs.map((value, p) => value & Number(density[p] >= 0.5)),
  }));
  for (let p = 0; p < size * size; p++) {
    const cloud = placed.reduce((sum, { density }) => sum + density[p], 0);
    attenuation[p] += lungTissue(stream(seed, "lung"), place(p, size), air[p], vessels[p], 0.17 * strength * cloud);
  }
  const image: Image = { width: size, height: size, channels: 1, bitDepth: 8, data: expose(attenuation, size, seed) };
  return { image, lungs, left, right, opacities, opacityMask: lungs.map((_, p) => Number(opacities.some(({ mask }) => mask[p] === 1))) };
}

/** A pixel's middle, 0 to 1 from the top left corner. */
const place = (p: number, size: number): [x: number, y: number] => [((p % size) + 0.5) / size, (Math.floor(p / size) + 0.5) / size];

/** What a ray misses because there is lung, vessels and fluid counted: never more than the lung's depth. */
function lungTissue(seed: number, [x, y]: [x: number, y: number], air: number, vessel: number, fluid: number): number {
  if (air === 0) return 0;
  const texture = 1 + 0.13 * fractalNoise(seed, 12 * x, 12 * y, 5);
  const filled = vessel * Math.min(1, air / 0.15) + fluid;
  return Math.min(0, filled - 0.93 * air * texture);
}

/** The film: brightness that levels off where little passes, scatter, grain that is coarser where much passes, a marker for the patient's left. */
function expose(attenuation: Float64Array, size: number, seed: number): Uint8Array {
  const gain = 1.55 + 0.2 * (2 * random(stream(seed, "exposure"), 0) - 1);
  const film = new Uint8Array(size * size);
  for (let p = 0; p < film.length; p++) {
    const [x, y] = place(p, size);
    const texture = 1 + 0.05 * fractalNoise(stream(seed, "flesh"), 7 * x, 7 * y, 4);
    const density = Math.max(0, gain * attenuation[p] * texture - 0.03);
    const level = density / Math.sqrt(length(1, density * density)); // d / ⁴√(1 + d⁴)
    const vignette = 1 - 0.14 * ((x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5));
    const grain = (1.4 + 2.2 * (1 - level)) * randomNormal(stream(seed, "grain"), p);
    film[p] = Math.min(255, Math.max(0, Math.floor((isMarker(x, y) ? 235 : 7 + 250 * level) * vignette + grain + 0.5)));
  }
  return film;
}

/** The letter L in the corner, 22 thousandths of the film wide. */
const isMarker = (x: number, y: number): boolean => x > 0.912 && x < 0.934 && y > 0.045 && y < 0.083 && (x < 0.9185 || y > 0.0765);

interface Cloud {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 1 in the middle, 0.5 at the roughened radius. */
  readonly density: Float64Array;
}

/** Clouds whose discs lie inside the lungs and apart from each other; the radius shrinks as tries fail. */
function placeOpacities(lungs: Uint8Array, size: number, seed: number, count: number): Cloud[] {
  const clouds: Cloud[] = [];
  for (let attempt = 0; clouds.length < count; attempt++) {
    if (attempt === 4000) throw new RangeError(`phantom: no room for ${count} opacities, only for ${clouds.length}`);
    const draw = (index: number) => random(seed, 4 * attempt + index);
    const x = draw(0) * size;
    const y = draw(1) * size;
    const radius = (0.035 + 0.035 * draw(2)) * (1 - attempt / 8000) * size;
    const isApart = clouds.every((other) => length(x - other.x, y - other.y) > 1.5 * (radius + other.radius));
    if (isApart && discInside(lungs, size, x, y, radius)) clouds.push({ x, y, radius, density: cloud(size, seed + attempt, x, y, radius) });
  }
  return clouds;
}

function discInside(mask: Uint8Array, size: number, x: number, y: number, radius: number): boolean {
  if (x < radius || y < radius || x + radius >= size || y + radius >= size) return false;
  for (let j = Math.floor(y - radius); j <= y + radius; j++) {
    for (let i = Math.floor(x - radius); i <= x + radius; i++) {
      if (length(i + 0.5 - x, j + 0.5 - y) <= radius && mask[j * size + i] === 0) return false;
    }
  }
  return true;
}

/** A Gaussian whose radius varies by noise from place to place. */
function cloud(size: number, seed: number, x: number, y: number, radius: number): Float64Array {
  const density = new Float64Array(size * size);
  const reach = Math.ceil(3.5 * radius);
  for (let j = Math.max(0, Math.floor(y) - reach); j < Math.min(size, Math.ceil(y) + reach); j++) {
    for (let i = Math.max(0, Math.floor(x) - reach); i < Math.min(size, Math.ceil(x) + reach); i++) {
      const dx = (i + 0.5 - x) / radius;
      const dy = (j + 0.5 - y) / radius;
      const rough = length(dx, dy) * (1 + 0.45 * fractalNoise(seed, 1.6 * dx, 1.6 * dy, 4));
      density[j * size + i] = rough < 3 ? decay(Math.LN2 * rough * rough) : 0;
    }
  }
  return density;
}
