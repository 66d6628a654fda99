/** Films spoilt at random, seeded, end in a picture or in an error of ours, whatever their format. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { deidentify } from "../../src/loaders/dicom/deidentify.ts";
import { decodeImage, describeFilm } from "../../src/loaders/image.ts";
import { film } from "../fixtures/films/expected.ts";
import { xorshift } from "../xorshift.ts";

const films = readdirSync(new URL("../fixtures/films/", import.meta.url)).filter((name) => /\.(dcm|jpg|tif|bmp|webp)$/.test(name));

/** Mutations of each film; the headers, where most can go wrong, are hit more often than the pixels. */
const MUTATIONS = 3;

function mutated(file: Uint8Array, random: (bound: number) => number): Uint8Array {
  let bytes = file;
  for (let change = 1 + random(5); change > 0; change--) {
    const at = random(2) === 0 ? random(bytes.length) : random(Math.min(bytes.length, 700));
    const [before, after] = [[...bytes.subarray(0, at)], [...bytes.subarray(at)]];
    const kinds = [
      () => [...before, random(256), ...after.slice(1)],
      () => [...before, [0, 1, 127, 128, 254, 255][random(6)], ...after.slice(1)],
      () => [...before, 255, 255, 255, 255, ...after.slice(4)],
      () => [...before, ...after.slice(0, random(40)), ...after],
      () => [...before, ...after.slice(random(40))],
      () => before,
    ];
    bytes = Uint8Array.from(kinds[random(kinds.length)]());
  }
  return bytes;
}

describe.each(["dcm", "jpg", "tif", "bmp", "webp"])("%s films", (format) => {
  test("spoilt at random are a picture, or an InputError", async () => {
    const random = xorshift(format.charCodeAt(0) + 1);
    let refused = 0;
    for (const name of films.filter((candidate) => candidate.endsWith(`.${format}`))) {
      for (let i = 0; i < MUTATIONS; i++) {
        const bytes = mutated(film(name), random);
        const attempts = [
          () => decodeImage(bytes, name, { pixels: i % 2 === 0 ? "stored" : "display" }),
          () => describeFilm(bytes, name),
          async () => deidentify(bytes, name, new Map()),
        ];
        for (const attempt of attempts) {
          const problem = await attempt().catch((error: unknown) => error);
          if (problem instanceof InputError) refused++;
          else if (problem instanceof Error) expect.fail(`${name}, mutation ${i}: ${problem.stack}`);
        }
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});
