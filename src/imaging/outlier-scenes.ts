/** Drawn colour photographs: leaves upon leaves, a landscape, things on a table. */
import { random } from "../random.ts";
import type { Draws } from "./draws.ts";
import { fractalNoise } from "./noise.ts";
import { between, type Colour, lit, type Painting } from "./paint.ts";

const anyColour = (draws: Draws): Colour => [draws.uniform(0, 1), draws.uniform(0, 1), draws.uniform(0, 1)];

/**
 * Discs and boxes of all sizes that lie upon each other, their number falling with the cube of their size: with these a picture has the edges and
 * the spectrum of photographs (dead leaves; Lee, Mumford and Huang 2001).
 */
export function leaves(draws: Draws, seed: number): Painting {
  const [least, most] = [0.012, 0.5];
  const shapes = Array.from({ length: 2500 }, () => {
    // The inverse of the distribution of r⁻³ between the least and the most.
    const u = draws.uniform(0, 1);
    const radius = 1 / Math.sqrt(u / least ** 2 + (1 - u) / most ** 2);
    return {
      x: draws.uniform(-0.2, 1.2),
      y: draws.uniform(-0.2, 1.2),
      radius,
      isBox: draws.chance(0.3),
      colour: anyColour(draws),
      slope: draws.uniform(-0.6, 0.6),
    };
  });
  const ground = anyColour(draws);
  return (x, y) => {
    const top = shapes.find((shape) => {
      const [dx, dy] = [x - shape.x, y - shape.y];
      return shape.isBox ? Math.abs(dx) < shape.radius && Math.abs(dy) < 0.7 * shape.radius : dx * dx + dy * dy < shape.radius ** 2;
    });
    if (!top) return ground;
    const shading = 1 + (top.slope * (x - top.x + y - top.y)) / top.radius;
    return lit(top.colour, 0.8 * shading + 0.15 * fractalNoise(seed, 40 * x, 40 * y, 2));
  };
}

/** Sky, hills one behind the other, a meadow and a sun. */
export function landscape(draws: Draws, seed: number): Painting {
  const horizon = draws.uniform(0.35, 0.65);
  const [zenith, haze]: readonly Colour[] = [
    [draws.uniform(0.1, 0.35), draws.uniform(0.35, 0.55), draws.uniform(0.7, 0.95)],
    [draws.uniform(0.75, 0.95), draws.uniform(0.7, 0.9), draws.uniform(0.7, 0.95)],
  ];
  const hills = Array.from({ length: 2 + draws.below(3) }, (_, i) => ({
    height: horizon - 0.22 + 0.09 * i,
    rough: draws.uniform(0.1, 0.3),
    scale: draws.uniform(2, 5),
    colour: [draws.uniform(0.05, 0.35), draws.uniform(0.2, 0.45), draws.uniform(0.05, 0.35)] as const,
  })).reverse();
  const grass: Colour = [draws.uniform(0.15, 0.45), draws.uniform(0.35, 0.6), draws.uniform(0.05, 0.25)];
  const sun = { x: draws.uniform(0.1, 0.9), y: draws.uniform(0.05, 0.25), radius: draws.uniform(0.02, 0.06) };
  return (x, y) => {
    if (y > horizon)
      return lit(
        grass,
        0.7 + 0.5 * (y - horizon) + 0.5 * fractalNoise(seed, (20 * (x - 0.5)) / (y - horizon + 0.15), 8 / (y - horizon + 0.1), 4),
      );
    for (const [i, { height, rough, scale, colour }] of hills.entries())
      if (y > height + rough * fractalNoise(seed + 31 * i, scale * x, 0.5, 5))
        return lit(colour, 0.9 + 0.5 * fractalNoise(seed + 7, 25 * x, 25 * y, 4));
    if ((x - sun.x) ** 2 + (y - sun.y) ** 2 < sun.radius ** 2) return [1, 0.97, 0.8];
    const cloud = Math.max(0, fractalNoise(seed + 99, 4 * x, 9 * y, 6));
    return between(between(zenith, haze, y / horizon), [1, 1, 1], Math.min(1, 2 * cloud));
  };
}

/** Balls on a table before a wall, in the light of one lamp. */
export function stillLife(draws: Draws, seed: number): Painting {
  const edge = draws.uniform(0.4, 0.6);
  const [wall, wood] = [anyColour(draws), [draws.uniform(0.4, 0.7), draws.uniform(0.25, 0.45), draws.uniform(0.1, 0.25)] as Colour];
  const lamp = { x: draws.uniform(-0.6, 0.6), y: -0.6, z: 0.6 };
  const balls = Array.from({ length: 2 + draws.below(5) }, () => ({
    x: draws.uniform(0.1, 0.9),
    y: draws.uniform(edge, 0.85),
    radius: draws.uniform(0.06, 0.2),
    colour: anyColour(draws),
  })).sort((a, b) => b.y + b.radius - a.y - a.radius);
  return (x, y) => {
    for (const { x: cx, y: cy, radius, colour } of balls) {
      const [nx, ny] = [(x - cx) / radius, (y - cy) / radius];
      const depth = 1 - nx * nx - ny * ny;
      if (depth <= 0) continue;
      const nz = Math.sqrt(depth);
      const light = Math.max(0, nx * lamp.x + ny * lamp.y + nz * lamp.z);
      const shine = light ** 20;
      return between(lit(colour, 0.2 + 0.9 * light), [1, 1, 1], shine);
    }
    const shadow = balls.some(
      ({ x: cx, y: cy, radius }) =>
        ((x - cx + lamp.x * radius) / (1.2 * radius)) ** 2 + ((y - cy - 0.9 * radius) / (0.4 * radius)) ** 2 < 1,
    );
    if (y < edge) return lit(wall, 0.8 - 0.3 * Math.abs(x - 0.5 - lamp.x / 2) + 0.05 * fractalNoise(seed, 60 * x, 60 * y, 2));
    return lit(wood, (shadow ? 0.4 : 0.9) + 0.35 * fractalNoise(seed, 3 * x, 50 * y, 4) + 0.02 * random(seed, Math.floor(x * 4096)));
  };
}
