/** The drawn chest has two lungs where its masks say, opacities inside them, and the same bytes every time. */
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { phantom } from "../../src/imaging/phantom.ts";

const size = 128;
const seeds = Array.from({ length: 12 }, (_, seed) => seed);
const drawn = seeds.map((seed) => phantom({ size, seed }));

const area = (mask: Uint8Array) => mask.reduce((sum, value) => sum + value, 0);
const share = (mask: Uint8Array) => area(mask) / mask.length;

/** The mean of the pixels where a mask is 1. */
function brightness(data: ArrayLike<number>, mask: Uint8Array): number {
  return mask.reduce((sum, value, p) => sum + value * data[p], 0) / area(mask);
}

/** How many regions a mask has, pixels touching by their sides. */
function regions(mask: Uint8Array): number {
  const open = new Set<number>();
  for (const [p, value] of mask.entries()) if (value) open.add(p);
  let count = 0;
  for (const first of open) {
    count++;
    const queue = [first];
    for (let p = queue.pop(); p !== undefined; p = queue.pop()) {
      if (!open.delete(p)) continue;
      if (p % size > 0) queue.push(p - 1);
      if (p % size < size - 1) queue.push(p + 1);
      queue.push(p - size, p + size);
    }
  }
  return count;
}

/** The film's columns from `from` to `to` and rows likewise, as shares of its side. */
const box = (fromX: number, toX: number, fromY: number, toY: number) =>
  Uint8Array.from({ length: size * size }, (_, p) => {
    const x = (p % size) / size;
    const y = Math.floor(p / size) / size;
    return Number(x >= fromX && x < toX && y >= fromY && y < toY);
  });

const middleX = (mask: Uint8Array) => mask.reduce((sum, value, p) => sum + value * (p % size), 0) / area(mask) / size;

describe("the lungs", () => {
  test.each(seeds)("seed %i: each is one region, and they are apart", (seed) => {
    const { left, right, lungs } = drawn[seed];
    expect([regions(left), regions(right), regions(lungs)]).toEqual([1, 1, 2]);
    expect(left.map((value, p) => value + right[p])).toEqual(lungs);
  });

  // On frontal films lung fields take a fifth to two fifths of the picture, and the heart takes some of the left one's share.
  test.each(seeds)("seed %i: they take a plausible share of the film, the left one less", (seed) => {
    const { left, right, lungs } = drawn[seed];
    expect(share(lungs)).toBeGreaterThan(0.2);
    expect(share(lungs)).toBeLessThan(0.4);
    expect(share(left) / share(right)).toBeGreaterThan(0.6);
    expect(share(left) / share(right)).toBeLessThan(1);
  });

  test("the patient's left lung is on the film's right", () => {
    for (const { left, right } of drawn) {
      expect(middleX(left)).toBeGreaterThan(0.6);
      expect(middleX(right)).toBeLessThan(0.4);
    }
  });

  test("the masks are the same lungs at every size", () => {
    const small = phantom({ size: 64, seed: 3 });
    const large = phantom({ size: 192, seed: 3 });
    // The outline is about five sides long; a pixel's width of it may fall either way.
    expect(Math.abs(share(small.lungs) - share(large.lungs))).toBeLessThan(5 / 64);
  });
});

describe("the film", () => {
  test("is 8-bit grey of the size asked for", () => {
    const { image } = phantom({ size: 100 });
    expect(image).toMatchObject({ width: 100, height: 100, channels: 1, bitDepth: 8 });
    expect(image.data).toHaveLength(10_000);
    expect(phantom().image.width).toBe(512);
  });

  test.each(seeds)("seed %i: lungs are darker than the mediastinum and the abdomen, and lighter than the air beside the neck", (seed) => {
    const { image, lungs } = drawn[seed];
    const lung = brightness(image.data, lungs);
    expect(brightness(image.data, box(0.45, 0.6, 0.5, 0.65))).toBeGreaterThan(lung + 60);
    expect(brightness(image.data, box(0.2, 0.8, 0.92, 1))).toBeGreaterThan(lung + 60);
    expect(brightness(image.data, box(0.02, 0.12, 0, 0.04))).toBeLessThan(lung - 20);
  });

  /** The columns of a row that a mask holds. */
  const columns = (mask: Uint8Array, y: number) =>
    Array.from({ length: size }, (_, x) => x).filter((x) => mask[Math.round(y * size) * size + x]);

  test("the heart bulges to the patient's left", () => {
    for (const { left, right } of drawn) {
      const midline = (Math.max(...columns(right, 0.2)) + Math.min(...columns(left, 0.2))) / 2;
      const toLeft = Math.min(...columns(left, 0.64)) - midline;
      const toRight = midline - Math.max(...columns(right, 0.64));
      expect(toLeft).toBeGreaterThan(1.3 * toRight);
    }
  });

  test("the right dome of the diaphragm is higher than the left", () => {
    const differences = drawn.map(({ left, right }) => {
      const midline = Math.round((Math.max(...columns(right, 0.2)) + Math.min(...columns(left, 0.2))) / 2);
      const bottom = (mask: Uint8Array, x: number) => Array.from({ length: size }, (_, y) => y).findLast((y) => mask[y * size + x]) ?? 0;
      return bottom(left, midline + size / 4) - bottom(right, midline - size / 4);
    });
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeGreaterThan(1);
    expect(Math.min(...differences)).toBeGreaterThanOrEqual(0);
  });

  test("is not noise: neighbours are alike, the whole is not", () => {
    for (const { image } of drawn) {
      const values = [...image.data];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      const steps = values.slice(1).map((value, p) => ((p + 1) % size === 0 ? 0 : (value - values[p]) ** 2));
      const roughness = steps.reduce((sum, step) => sum + step, 0) / steps.length;
      // For white noise the roughness is twice the spread.
      expect(roughness).toBeLessThan(spread / 20);
      expect(Math.sqrt(spread)).toBeGreaterThan(50);
    }
  });
});

describe("seeds", () => {
  test("the same seed gives the same bytes, which are these in every engine", () => {
    const once = phantom({ size: 64, seed: 5, opacities: 2 });
    expect(phantom({ size: 64, seed: 5, opacities: 2 })).toEqual(once);
    expect(crc32(once.image.data).toString(16)).toBe("1c315205");
  });

  test("each seed is another patient, with another outline", () => {
    expect(new Set(drawn.map(({ image }) => crc32(image.data))).size).toBe(seeds.length);
    expect(new Set(drawn.map(({ lungs }) => area(lungs))).size).toBeGreaterThan(seeds.length / 2);
  });
});

describe("opacities", () => {
  const withOpacities = seeds.map((seed) => phantom({ size, seed, opacities: 3 }));

  test.each(seeds)("seed %i: three are in the lungs, apart from each other, and their masks lie inside", (seed) => {
    const { opacities, opacityMask, lungs } = withOpacities[seed];
    expect(opacities).toHaveLength(3);
    for (const [i, { x, y, radius, mask }] of opacities.entries()) {
      expect(lungs[Math.floor(y) * size + Math.floor(x)]).toBe(1);
      expect(mask[Math.floor(y) * size + Math.floor(x)]).toBe(1);
      expect(mask.every((value, p) => value <= lungs[p])).toBe(true);
      // Noise moves the edge by less than 45 % of the radius.
      expect(area(mask)).toBeGreaterThan(Math.PI * (0.5 * radius) ** 2);
      expect(area(mask)).toBeLessThan(Math.PI * (1.9 * radius) ** 2);
      for (const other of opacities.slice(i + 1)) expect(Math.hypot(x - other.x, y - other.y)).toBeGreaterThan(radius + other.radius);
    }
    expect(opacityMask).toEqual(lungs.map((_, p) => Math.max(...opacities.map(({ mask }) => mask[p]))));
  });

  test("they brighten what they cover, and nothing far from them changes", () => {
    for (const [seed, { image, opacities, opacityMask, lungs }] of withOpacities.entries()) {
      const plain = drawn[seed].image.data;
      expect(lungs).toEqual(drawn[seed].lungs);
      expect(brightness(image.data, opacityMask)).toBeGreaterThan(brightness(plain, opacityMask) + 20);
      const isFar = (p: number) =>
        opacities.every(({ x, y, radius }) => Math.hypot((p % size) + 0.5 - x, Math.floor(p / size) + 0.5 - y) > 5.5 * radius);
      const changed = [...image.data.keys()].filter((p) => isFar(p) && image.data[p] !== plain[p]);
      expect(changed).toEqual([]);
    }
  });

  test("half the strength is seen, and less than the whole", () => {
    const mask = withOpacities[1].opacityMask;
    const [none, half, whole] = [0, 0.5, 1].map((strength) =>
      brightness(phantom({ size, seed: 1, opacities: 3, strength }).image.data, mask),
    );
    expect(half).toBeGreaterThan(none + 5);
    expect(whole).toBeGreaterThan(half + 5);
  });

  test("strength 0 is the film without them", () => {
    expect(phantom({ size, seed: 2, opacities: 3, strength: 0 }).image).toEqual(drawn[2].image);
  });

  test("none are there unless asked for", () => {
    expect(drawn[0].opacities).toEqual([]);
    expect(area(drawn[0].opacityMask)).toBe(0);
  });
});

describe("what is refused", () => {
  test.each([
    [{ size: 63 }, "size must be 64 to 4096 pixels, got 63"],
    [{ size: 100.5 }, "size must be"],
    [{ size: 5000 }, "size must be"],
    [{ seed: 0.5 }, "seed must be an integer, got 0.5"],
    [{ opacities: -1 }, "opacities must be a count, got -1"],
    [{ strength: Number.NaN }, "strength must be 0 to 10, got NaN"],
    [{ strength: -1 }, "strength must be 0 to 10, got -1"],
    [{ size: 64, opacities: 200 }, "no room for 200 opacities"],
  ])("%o", (options, message) => {
    expect(() => phantom(options)).toThrow(RangeError);
    expect(() => phantom(options)).toThrow(`phantom: ${message}`);
  });
});
