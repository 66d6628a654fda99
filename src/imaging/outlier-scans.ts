/** Drawn medical pictures that are no chest films: a slice of a computed tomogram, a hand, and a skull from the front. */
import type { Draws } from "./draws.ts";
import { fractalNoise, randomNormal } from "./noise.ts";
import type { Painting } from "./paint.ts";
import { arch, length, step, toSegment, tube } from "./phantom-shapes.ts";

/** Grain of a detector, by the pixel of a picture of 4096 a side. */
const grain = (seed: number, x: number, y: number): number =>
  0.015 * randomNormal(seed, Math.floor(4096 * y) * 4096 + Math.floor(4096 * x));

/** How far (x, y) is from the middle of an ellipse, its edge being 1. */
const within = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number => length((x - cx) / rx, (y - cy) / ry);

/** An axial slice of the thorax: black air around and in the lungs, grey flesh, a white spine, ribs and a table. */
export function tomogram(draws: Draws, seed: number): Painting {
  const [rx, ry, cy] = [draws.uniform(0.36, 0.46), draws.uniform(0.25, 0.34), draws.uniform(0.45, 0.52)];
  const [fat, turn] = [draws.uniform(0.03, 0.09), draws.uniform(-0.03, 0.03)];
  const ribs = Array.from({ length: 9 + draws.below(5) }, (_, i) => (2 * Math.PI * (i + draws.uniform(-0.2, 0.2))) / 13);
  return (x, y) => {
    const sheared = y + turn * (x - 0.5);
    const body = within(x, sheared, 0.5, cy, rx, ry);
    if (Math.abs(sheared - cy - ry - 0.05 - 0.25 * (x - 0.5) ** 2) < 0.008) return 0.45;
    if (body > 1) return 0.01 + grain(seed, x, y);
    const lungs = Math.min(
      within(x, sheared, 0.5 - 0.47 * rx, cy - 0.02, 0.36 * rx, 0.66 * ry),
      within(x, sheared, 0.5 + 0.49 * rx, cy - 0.02, 0.33 * rx, 0.64 * ry),
    );
    const heart = within(x, sheared, 0.5 + 0.12 * rx, cy - 0.2 * ry, 0.34 * rx, 0.36 * ry);
    const spine = within(x, sheared, 0.5, cy + 0.55 * ry, 0.14 * rx, 0.2 * ry);
    const canal = within(x, sheared, 0.5, cy + 0.7 * ry, 0.045, 0.03);
    const isRib = ribs.some(
      (angle) => within(x, sheared, 0.5 + 0.86 * rx * Math.cos(angle), cy + 0.84 * ry * Math.sin(angle), 0.035, 0.016) < 1,
    );
    let level = body > 1 - fat ? 0.3 : 0.5;
    if (lungs < 1) level = 0.05 + 0.5 * Math.max(0, fractalNoise(seed, 26 * x, 26 * y, 4) - 0.18);
    if (heart < 1) level = 0.56;
    if (isRib || spine < 1) level = 0.9 + 0.2 * fractalNoise(seed, 60 * x, 60 * y, 2);
    if (canal < 1) level = 0.48;
    return level + 0.03 * fractalNoise(seed + 3, 50 * x, 50 * y, 3) + grain(seed, x, y);
  };
}

/** A hand from above: five rays of bones in flesh on black. */
export function hand(draws: Draws, seed: number): Painting {
  const spread = draws.uniform(0.12, 0.2);
  const side = draws.chance(0.5) ? 1 : -1;
  const fingers = [-2.3, -0.9, 0, 0.85, 1.7].map((place, finger) => {
    const lengths = finger === 0 ? [0.16, 0.12, 0.09] : [0.2, 0.15, 0.1, 0.075];
    const angle = place * spread * (finger === 0 ? 1.9 : 1);
    const [dx, dy] = [side * Math.sin(angle), -Math.cos(angle)];
    const bones: { x0: number; y0: number; x1: number; y1: number; radius: number }[] = [];
    let [x, y] = [0.5 + side * 0.05 * place, 0.68];
    for (const [i, long] of lengths.entries()) {
      const [x1, y1] = [x + dx * long * 0.92, y + dy * long * 0.92];
      bones.push({ x0: x, y0: y, x1, y1, radius: 0.019 - 0.003 * i });
      [x, y] = [x + dx * long, y + dy * long];
    }
    return bones;
  });
  const bones = fingers.flat();
  const carpals = Array.from({ length: 8 }, (_, i) => ({
    x: 0.42 + 0.05 * (i % 4) + draws.uniform(-0.01, 0.01),
    y: 0.72 + 0.05 * Math.floor(i / 4),
    radius: draws.uniform(0.02, 0.03),
  }));
  const forearm = [0.45, 0.55].map((at) => ({ x0: at, y0: 0.82, x1: at + 0.01, y1: 1.1, radius: 0.03 }));
  return (x, y) => {
    let flesh = 0;
    let bone = 0;
    for (const { x0, y0, x1, y1, radius } of [...bones, ...forearm]) {
      const distance = toSegment(x, y, x0, y0, x1, y1);
      flesh = Math.max(flesh, arch(distance / (2.3 * radius)));
      bone = Math.max(bone, tube(distance, radius) / radius);
    }
    for (const carpal of carpals) bone = Math.max(bone, 0.8 * arch(length(x - carpal.x, y - carpal.y) / carpal.radius));
    flesh = Math.max(flesh, arch(within(x, y, 0.5, 0.66, 0.16, 0.17)), arch((x - 0.5) / 0.11) * step(0.7, 0.8, y));
    return 0.03 + 0.35 * flesh + 0.5 * bone * (1 + 0.25 * fractalNoise(seed, 40 * x, 40 * y, 3)) + grain(seed, x, y);
  };
}

/** A skull from the front: a bright shell, dark orbits and sinuses, teeth. */
export function skull(draws: Draws, seed: number): Painting {
  const [width, shift] = [draws.uniform(0.27, 0.34), draws.uniform(-0.03, 0.03)];
  return (x, y) => {
    const u = x - 0.5 - shift;
    const vault = length(u / width, (y - 0.4) / 0.36);
    const jaw = length(u / (0.68 * width), (y - 0.68) / 0.25);
    const head = Math.min(vault, jaw);
    if (head > 1.08 && !(y > 0.8 && Math.abs(u) < 0.17)) return 0.03 + grain(seed, x, y);
    const shell = Math.max(0, 1 - Math.abs(vault - 0.95) / 0.07) + Math.max(0, 1 - Math.abs(jaw - 0.9) / 0.1) * step(0.55, 0.7, y);
    const orbits = Math.min(length((Math.abs(u) - 0.43 * width) / 0.085, (y - 0.47) / 0.065), length(u / 0.04, (y - 0.57) / 0.07));
    const teeth = Math.abs(y - 0.73) < 0.05 && Math.abs(u) < 0.11 ? 0.3 * Math.abs(Math.sin(60 * u)) : 0;
    const level = 0.35 + 0.2 * arch(Math.min(1, head)) + 0.35 * Math.min(1, shell) + teeth - (orbits < 1 ? 0.2 : 0);
    return level + 0.08 * fractalNoise(seed, 18 * x, 18 * y, 4) + grain(seed, x, y);
  };
}
