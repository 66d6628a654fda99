/**
 * Marks go out as COCO and come back the same; runs are those of pycocotools, and what is wrong in a file is told by its place. The runs in
 * text are of pycocotools 2: `mask.encode(numpy.asfortranarray(m))["counts"]` of a rectangle with a hole and two corners, and of noise.
 */
import { expect, test } from "vitest";
import { cocoText, readCoco } from "../../../../src/app/web/annotation/coco.ts";
import { maskOfRuns, runsOf, runsOfText } from "../../../../src/app/web/annotation/coco-mask.ts";
import { maskOf, ringsOf } from "../../../../src/app/web/annotation/region.ts";
import { InputError } from "../../../../src/bytes.ts";
import { polygonMask } from "../../../../src/imaging/polygon-mask.ts";
import { first, marks, now } from "./marks.ts";

const image = { id: 7, file_name: "films/first film.png", width: 60, height: 40 };
const file = (annotation: object, change: object = {}) => ({
  images: [image],
  categories: [{ id: 3, name: "nodule" }],
  annotations: [{ id: 1, image_id: 7, category_id: 3, ...annotation }],
  ...change,
});
const read = (value: object) => readCoco(JSON.stringify(value), "coco.json", [first], "coco.json", now);
const regionOf = (annotation: object) => read(file(annotation)).annotations[0].region;

test("marks of every kind come back: boxes, outlines, image labels as they were, outlines with holes as the same pixels", () => {
  const back = readCoco(cocoText(marks), "coco.json", [], "nobody", now);
  const order = ["0001", "0002", "0003", "0004"].map((end) => back.annotations.find(({ id }) => id.endsWith(end)));
  expect(back.pictures).toEqual(marks.pictures);
  const [box, outline, holes, label] = marks.annotations;
  expect([order[0], order[1], order[3]]).toEqual([box, outline, label]);
  const whole = { x: 0, y: 0, width: 33, height: 47 };
  if (!holes.region || !order[2]?.region) throw new Error("the third mark has a region");
  expect(polygonMask(ringsOf(order[2].region), whole)).toEqual(maskOf([holes.region], whole));
});

test("an instance is what COCO's readers expect: bbox, polygons or runs, area in pixels", () => {
  const coco = JSON.parse(cocoText(marks));
  expect(coco.images[0]).toEqual({ id: 1, file_name: "first film.png", width: 60, height: 40, sha256: first.hash });
  expect(coco.categories.map(({ name }: { name: string }) => name)).toEqual(["effusion", "opacity", "pneumonia, left"]);
  expect(coco.annotations[0]).toMatchObject({
    id: 1,
    image_id: 1,
    category_id: 2,
    bbox: [4.25, 5, 20.5, 12],
    segmentation: [[4.25, 5, 24.75, 5, 24.75, 17, 4.25, 17]],
    // Centres from 4.5 to 24.5 lie inside: 21 columns of 12 rows.
    area: 252,
    iscrowd: 0,
  });
  expect(coco.annotations[2]).toMatchObject({ iscrowd: 1, segmentation: { size: [47, 33] } });
  expect(coco.annotations[2].segmentation.counts.reduce((sum: number, run: number) => sum + run)).toBe(33 * 47);
  expect(coco.image_labels).toHaveLength(1);
});

test("runs in text are read as pycocotools writes them", () => {
  const data = new Uint8Array(13 * 17);
  const fill = (y0: number, y1: number, x0: number, x1: number, value: number) => {
    for (let y = y0; y < y1; y++) data.fill(value, y * 17 + x0, y * 17 + x1);
  };
  fill(2, 11, 3, 14, 255);
  fill(5, 8, 6, 10, 0);
  fill(0, 1, 16, 17, 255);
  fill(12, 13, 0, 1, 255);
  const mask = { width: 17, height: 13, channels: 1, bitDepth: 8, data } as const;
  const runs = runsOfText("<1l08XO0000JO010O010O010O016000000h0H@");
  expect(runs).toEqual(runsOf(mask));
  expect(maskOfRuns(runs ?? [], 17, 13)).toEqual(mask);
  const noise = "001000111010010010101001000100000001000100110001101101000000000000110100000111111010000100000000000";
  const noisy = runsOfText("623O01N00O2020L14O01OOM01120NO2050H10O100001O") ?? [];
  expect([...(maskOfRuns(noisy, 11, 9)?.data ?? [])].map((level) => level / 255).join("")).toBe(noise);
  expect(runsOfText("<1l08XO0000JO01 ")).toBeUndefined();
  expect(maskOfRuns([3, 4], 3, 3)).toBeUndefined();
  expect(maskOfRuns([3, 7], 3, 3)).toBeUndefined();
  expect(maskOfRuns([3.5, 5.5], 3, 3)).toBeUndefined();
});

test("files of boxes alone, of polygons that overlap, and of runs are read", () => {
  expect(regionOf({ bbox: [1, 2, 3, 4], segmentation: [] })).toEqual({ kind: "box", x: 1, y: 2, width: 3, height: 4 });
  expect(regionOf({ bbox: [1, 2, 3, 4] })).toEqual({ kind: "box", x: 1, y: 2, width: 3, height: 4 });
  const square = (x: number) => [x, 5, x + 10, 5, x + 10, 15, x, 15];
  expect(regionOf({ segmentation: [square(5), square(10)] })).toEqual({
    kind: "outline",
    rings: [
      [
        [5, 5],
        [20, 5],
        [20, 15],
        [5, 15],
      ],
    ],
  });
  expect(regionOf({ segmentation: [square(5), square(30)] })).toMatchObject({ kind: "outline", rings: [{ length: 4 }, { length: 4 }] });
  const runs = { size: [40, 60], counts: [41, 2, 40 * 60 - 43] };
  expect(regionOf({ segmentation: runs })).toEqual({
    kind: "outline",
    rings: [
      [
        [1, 1],
        [2, 1],
        [2, 3],
        [1, 3],
      ],
    ],
  });
  expect(read(file({ bbox: [1, 2, 3, 4] })).annotations[0]).toMatchObject({ author: "coco.json", label: "nodule", picture: first.hash });
});

test.each([
  ["no images", { annotations: [] }, "coco.json: images must be a list, got nothing"],
  [
    "an image without a size",
    file({}, { images: [{ id: 1, file_name: "x" }] }),
    "coco.json: images[0].width must be a whole number above 0, got nothing",
  ],
  ["two images of one id", file({}, { images: [image, image] }), "coco.json: images[1].id is given twice, got 7"],
  ["an image that is not there", file({ image_id: 8, bbox: [1, 1, 1, 1] }), "coco.json: annotations[0].image_id is no id of images, got 8"],
  [
    "a category that is not there",
    file({ category_id: 1, bbox: [1, 1, 1, 1] }),
    "coco.json: annotations[0].category_id is no id of categories, got 1",
  ],
  ["nothing that is marked", file({}), "coco.json: annotations[0] has neither a bbox nor a segmentation"],
  [
    "a box of three numbers",
    file({ bbox: [1, 2, 3] }),
    "coco.json: annotations[0].bbox must be four numbers: x, y, width and height, got [1,2,3]",
  ],
  ["a box of words", file({ bbox: [1, 2, 3, "4"] }), 'coco.json: annotations[0].bbox[3] must be a number, got "4"'],
  ["a negative box", file({ bbox: [10, 2, -3, 4] }), "coco.json: annotations[0].bbox must be larger than nothing"],
  [
    "a polygon of an odd count",
    file({ segmentation: [[1, 2, 3, 4, 5, 6, 7]] }),
    "coco.json: annotations[0].segmentation[0] must be x and y of three corners or more",
  ],
  [
    "runs of another film",
    file({ segmentation: { size: [60, 40], counts: [2400] } }),
    "coco.json: annotations[0].segmentation.size must be the film's height and width, 40 and 60",
  ],
  [
    "runs that do not fill it",
    file({ segmentation: { size: [40, 60], counts: [2399] } }),
    "coco.json: annotations[0].segmentation.counts must be lengths of runs that fill the film",
  ],
  [
    "runs in a damaged text",
    file({ segmentation: { size: [40, 60], counts: "<1l 8" } }),
    "coco.json: annotations[0].segmentation.counts must be lengths of runs that fill the film",
  ],
])("%s is told by its place", (_, value, message) => {
  expect(() => read(value)).toThrow(InputError);
  expect(() => read(value)).toThrow(message);
});
