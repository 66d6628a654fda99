/** Colour becomes grey as Pillow does it, and grey becomes colour by repetition. */
import { describe, expect, test } from "vitest";
import { toGrey } from "../../src/imaging/grey.ts";
import { toRgb } from "../../src/imaging/rgb.ts";
import { picture, ramp } from "./pictures.ts";

describe("toGrey", () => {
  test("gives the luma of Pillow 12.3.0", () => {
    const source = picture(3, 2, 3, 8, [10, 200, 30, 250, 0, 90, 77, 131, 5, 0, 255, 128, 64, 32, 16, 99, 201, 254]);
    expect(toGrey(source)).toEqual(picture(3, 2, 1, 8, [124, 85, 100, 164, 40, 177]));
  });

  test.each([8, 16] as const)("equal red, green and blue keep their value, black and white included, %i bits", (bitDepth) => {
    const levels = [0, 1, 127, 128, 2 ** bitDepth - 2, 2 ** bitDepth - 1];
    const source = picture(
      6,
      1,
      3,
      bitDepth,
      levels.flatMap((level) => [level, level, level]),
    );
    expect([...toGrey(source).data]).toEqual(levels);
  });

  test("drops alpha without blending", () => {
    expect([...toGrey(picture(2, 1, 4, 8, [9, 9, 9, 0, 7, 7, 7, 255])).data]).toEqual([9, 7]);
    expect([...toGrey(picture(2, 1, 2, 16, [9000, 0, 7000, 65535])).data]).toEqual([9000, 7000]);
  });

  test("copies a picture that is grey already", () => {
    const source = ramp(3, 3);
    expect(toGrey(source)).toEqual(source);
    expect(toGrey(source).data).not.toBe(source.data);
  });
});

describe("toRgb", () => {
  test("repeats grey and drops its alpha", () => {
    expect(toRgb(picture(2, 1, 1, 16, [5, 60000]))).toEqual(picture(2, 1, 3, 16, [5, 5, 5, 60000, 60000, 60000]));
    expect(toRgb(picture(2, 1, 2, 8, [5, 0, 6, 255]))).toEqual(picture(2, 1, 3, 8, [5, 5, 5, 6, 6, 6]));
  });

  test("keeps colours and drops their alpha", () => {
    expect(toRgb(picture(2, 1, 3, 8, [1, 2, 3, 4, 5, 6]))).toEqual(picture(2, 1, 3, 8, [1, 2, 3, 4, 5, 6]));
    expect(toRgb(picture(2, 1, 4, 8, [1, 2, 3, 0, 4, 5, 6, 255]))).toEqual(picture(2, 1, 3, 8, [1, 2, 3, 4, 5, 6]));
  });

  test("undone by toGrey", () => {
    const source = ramp(4, 5, 1, 16);
    expect(toGrey(toRgb(source))).toEqual(source);
  });
});
