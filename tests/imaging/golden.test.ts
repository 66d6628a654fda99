/** Filters give the very pixels that OpenCV, SciPy, scikit-image and NumPy give on the golden picture of 96 × 80. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rotation, warp } from "../../src/imaging/affine.ts";
import { clahe } from "../../src/imaging/clahe.ts";
import { equalize } from "../../src/imaging/equalize.ts";
import { gamma } from "../../src/imaging/gamma.ts";
import { gaussianBlur } from "../../src/imaging/gaussian-blur.ts";
import type { Image } from "../../src/loaders/image.ts";
import { picture } from "./pictures.ts";

type Params = Readonly<Record<string, number>>;

interface Golden {
  readonly picture: { readonly width: number; readonly height: number; readonly data: string };
  readonly cases: readonly { readonly op: string; readonly by: string; readonly params: Params; readonly data: string }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../fixtures/imaging.json", import.meta.url), "utf8"));
const source = picture(golden.picture.width, golden.picture.height, 1, 8, [...Buffer.from(golden.picture.data, "base64")]);

const ours: Readonly<Record<string, (params: Params) => Image>> = {
  clahe: (options) => clahe(source, options),
  equalize: () => equalize(source),
  gaussianBlur: ({ sigma, size }) => gaussianBlur(source, sigma, size),
  gamma: ({ exponent }) => gamma(source, exponent),
  rotate: ({ degrees }) => warp(source, rotation(degrees, source)),
};

const cases = golden.cases.filter(({ op }) => op in ours);

test("there are cases of every filter", () => {
  expect(cases.map(({ op }) => op).sort()).toEqual(
    ["clahe", "clahe", "clahe", "equalize", "gamma", "gamma", "gaussianBlur", "gaussianBlur", "rotate", "rotate"].sort(),
  );
});

test.each(cases.map((golden) => [golden.op, JSON.stringify(golden.params), golden.by, golden] as const))(
  "%s %s differs from %s in 0 pixels",
  (op, _params, _by, { params, data }) => {
    const { data: got, width, height } = ours[op](params);
    expect([width, height]).toEqual([source.width, source.height]);
    const differences = [...Buffer.from(data, "base64")].map((value, i) => Math.abs(value - got[i]));
    expect(differences.filter((difference) => difference > 0)).toHaveLength(0);
  },
);
