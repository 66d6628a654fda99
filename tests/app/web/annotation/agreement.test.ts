/** Agreement of annotators: kappa of labels, IoU of regions, marks that match one to one, and what an adjudicator makes of them. */
import { expect, test } from "vitest";
import { type Annotation, authorsOf, type Picture } from "../../../../src/app/web/annotation/annotation.ts";
import { accepted, merged } from "../../../../src/app/web/annotation/consensus.ts";
import { labelRatings, ratingAgreement } from "../../../../src/app/web/annotation/label-agreement.ts";
import { grouped, isRegional, matched } from "../../../../src/app/web/annotation/matching.ts";
import { type Region, regionOverlap } from "../../../../src/app/web/annotation/region.ts";
import { regionAgreement } from "../../../../src/app/web/annotation/region-agreement.ts";
import { isDefined } from "../../../../src/statistics/not-defined.ts";
import { now } from "./marks.ts";

const films = ["f0", "f1", "f2", "f3"].map((hash): Picture => ({ hash, name: hash, width: 100, height: 80 }));
let count = 0;
const mark = (author: string, film: number, label: string, region?: Region): Annotation => ({
  id: `urn:${++count}`,
  picture: films[film].hash,
  label,
  ...(region && { region }),
  author,
  created: now.toISOString(),
});
const box = (x: number, y: number, width: number, height: number): Region => ({ kind: "box", x, y, width, height });
const regional = (...marks: readonly Annotation[]) => marks.filter(isRegional);

test("kappa of two and of three readers is that of the definition, on the films they have in common", () => {
  const said: Readonly<Record<string, readonly string[]>> = { A: ["a", "a", "b", "b"], B: ["a", "b", "b", "b"], C: ["a", "a", "b"] };
  const ratings = new Map(Object.entries(said).map(([who, labels]) => [who, new Map(labels.map((label, i) => [films[i].hash, label]))]));
  const { pairs, all, categories } = ratingAgreement(ratings);
  expect(categories).toEqual(["a", "b"]);
  // A and B agree on 3 of 4; by chance on (2 · 1 + 2 · 3) / 16 = 0.5.
  expect(pairs.map(({ a, b, pictures }) => [a, b, pictures])).toEqual([
    ["A", "B", 4],
    ["A", "C", 3],
    ["B", "C", 3],
  ]);
  expect(pairs[0].kappa.value).toBeCloseTo((0.75 - 0.5) / 0.5, 12);
  expect(pairs[1].kappa.value).toBe(1);
  expect(all?.pictures).toBe(3);
  // Three films: agreements 1, 1/3, 1; shares 5/9 and 4/9.
  expect(all?.kappa.value).toBeCloseTo((7 / 9 - 41 / 81) / (1 - 41 / 81), 12);
});

test("labels of a film count together or one by one, and a film without any mark of a person was not judged by them", () => {
  const marks = [mark("A", 0, "x"), mark("A", 0, "y"), mark("A", 1, "z", box(1, 1, 5, 5)), mark("B", 0, "y"), mark("B", 2, "x")];
  const together = labelRatings(marks, ["A", "B"]);
  expect([...(together.get("A") ?? [])]).toEqual([
    ["f0", "x + y"],
    ["f1", "–"],
  ]);
  expect([...(labelRatings(marks, ["B"], "x").get("B") ?? [])]).toEqual([
    ["f0", "no x"],
    ["f2", "x"],
  ]);
  expect(ratingAgreement(together).pairs[0].pictures).toBe(1);
});

test("readers with nothing in common, or with one label only, have no kappa and say why", () => {
  const { pairs } = ratingAgreement(
    new Map([
      ["A", new Map([["f0", "x"]])],
      ["B", new Map([["f1", "x"]])],
    ]),
  );
  expect(pairs[0].kappa.value).toEqual({ notDefined: "no cases" });
  const same = ratingAgreement(
    new Map(
      ["A", "B"].map((who) => [
        who,
        new Map([
          ["f0", "x"],
          ["f1", "x"],
        ]),
      ]),
    ),
  );
  expect(isDefined(same.pairs[0].kappa.value)).toBe(false);
});

test("IoU of boxes on pixels is that of their areas, and of outlines with a hole that of what is left", () => {
  const { iou, dice } = regionOverlap([box(10, 10, 20, 10)], [box(20, 10, 20, 10)], films[0]);
  expect([iou, dice]).toEqual([1 / 3, 0.5]);
  const ring: Region = {
    kind: "outline",
    rings: [
      [
        [10, 10],
        [30, 10],
        [30, 20],
        [10, 20],
      ],
      [
        [12, 12],
        [12, 18],
        [28, 18],
        [28, 12],
      ],
    ],
  };
  expect(regionOverlap([box(10, 10, 20, 10)], [ring], films[0]).iou).toBe((200 - 96) / 200);
  expect(regionOverlap([], [], films[0]).iou).toEqual({ notDefined: "both masks are empty" });
});

test("marks match one to one, the most alike pair first", () => {
  const [a1, a2, b1, b2] = regional(
    mark("A", 0, "x", box(0, 0, 20, 20)),
    mark("A", 0, "x", box(40, 0, 20, 20)),
    mark("B", 0, "x", box(4, 0, 20, 20)),
    mark("B", 0, "x", box(1, 0, 20, 20)),
  );
  expect(matched([a1, a2, b1, b2], films[0], 0.1)).toEqual([{ a: a1, b: b2, iou: 380 / 420 }]);
});

test("two people's regions on films both judged: overlap, matches, and what only one has seen", () => {
  const marks = [
    mark("A", 0, "x", box(0, 0, 20, 20)),
    mark("B", 0, "x", box(0, 0, 20, 10)),
    mark("A", 1, "x", box(0, 0, 20, 20)),
    mark("B", 1, "no finding"),
    mark("A", 2, "x", box(0, 0, 20, 20)),
    mark("A", 3, "y", box(5, 5, 4, 4)),
    mark("B", 3, "x", box(5, 5, 4, 4)),
  ];
  const agreement = regionAgreement(marks, films, "A", "B");
  expect(agreement.pictures.map(({ picture, overlap }) => [picture.name, overlap.iou])).toEqual([
    ["f0", 0.5],
    ["f1", 0],
    ["f3", 1],
  ]);
  expect(agreement).toMatchObject({ matches: 2, onlyA: 1, onlyB: 0, f1: 4 / 5, meanIou: 0.75 });
  expect(isDefined(agreement.overlaps) && agreement.overlaps.pooledIou.value).toBe((200 + 16) / (400 + 400 + 16));
  expect(regionAgreement(marks, films, "A", "B", { label: "y" })).toMatchObject({ matches: 0, onlyA: 1, onlyB: 0, f1: 0 });
  expect(regionAgreement(marks, films, "A", "C").overlaps).toEqual({ notDefined: "no film that both have judged" });
});

test("marks of three people are grouped with one of each at most", () => {
  const [a, b, c, far, second] = regional(
    mark("A", 0, "x", box(0, 0, 20, 20)),
    mark("B", 0, "x", box(2, 0, 20, 20)),
    mark("C", 0, "y", box(0, 2, 20, 20)),
    mark("C", 0, "x", box(60, 50, 20, 20)),
    mark("B", 0, "x", box(4, 0, 20, 20)),
  );
  expect(grouped([a, b, c, far, second], films[0], 0.1)).toEqual([[a, b, c], [far], [second]]);
});

test("a consensus of boxes is the median of their edges, of outlines what more than half hold; it says of what it was made", () => {
  const boxes = regional(mark("A", 0, "x", box(0, 0, 20, 20)), mark("B", 0, "y", box(2, 0, 20, 20)), mark("C", 0, "y", box(10, 4, 20, 20)));
  const consensus = merged(boxes, films[0], "Dee", now);
  expect(consensus).toMatchObject({
    label: "y",
    author: "consensus by Dee",
    region: box(2, 0, 20, 20),
    derivedFrom: boxes.map(({ id }) => id),
  });
  const square = (x: number): Region => ({
    kind: "outline",
    rings: [
      [
        [x, 5],
        [x + 10, 5],
        [x + 10, 15],
        [x, 15],
      ],
    ],
  });
  const outlines = regional(mark("A", 0, "x", square(10)), mark("B", 0, "x", square(14)), mark("C", 0, "x", square(40)));
  const two = merged(outlines, films[0], "Dee", now);
  expect(two?.region).toEqual({
    kind: "outline",
    rings: [
      [
        [14, 5],
        [20, 5],
        [20, 15],
        [14, 15],
      ],
    ],
  });
  expect(merged([outlines[0], outlines[2]], films[0], "Dee", now)).toBeUndefined();
  const copy = accepted(boxes[0], "Dee", now);
  expect(copy).toMatchObject({ region: boxes[0].region, label: "x", author: "consensus by Dee", derivedFrom: [boxes[0].id] });
  expect(copy.id).not.toBe(boxes[0].id);
  expect(authorsOf([copy, ...boxes, mark("Zoe", 0, "x")])).toEqual(["A", "B", "C", "Zoe", "consensus by Dee"]);
});
