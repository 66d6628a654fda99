/** Marks go out as W3C annotations and come back the same; files of others are read, and what is wrong in a file is told by its place. */
import { expect, test } from "vitest";
import { readW3c, w3cText } from "../../../../src/app/web/annotation/w3c.ts";
import { InputError } from "../../../../src/bytes.ts";
import { first, marks, now } from "./marks.ts";

const read = (value: unknown, known = [first]) => readW3c(JSON.stringify(value), "marks.json", known, "the reader", now);
const annotation = (change: object = {}) => ({
  id: "https://example.org/1",
  type: "Annotation",
  body: "nodule",
  target: "https://example.org/films/first%20film.png#xywh=pixel:1,2,3,4",
  ...change,
});
const selected = (selector: object) => annotation({ target: { source: "first film.png", selector } });
const svg = (shape: string) => selected({ type: "SvgSelector", value: `<svg>${shape}</svg>` });

test("marks of every kind come back as they went out, with the films they are of", () => {
  expect(readW3c(w3cText(marks), "marks.json", [], "nobody", now)).toEqual(marks);
});

test("a page is JSON-LD with the context, motivation, creator, times and selectors of the Recommendation", () => {
  const page = JSON.parse(w3cText(marks));
  expect(page).toMatchObject({ "@context": "http://www.w3.org/ns/anno.jsonld", type: "AnnotationPage" });
  expect(page.items[0]).toMatchObject({
    type: "Annotation",
    motivation: "tagging",
    creator: { type: "Person", name: "Ann Öz" },
    created: "2026-11-22T07:00:00.000Z",
    target: {
      source: { id: `urn:sha256:${first.hash}`, type: "Image" },
      selector: { type: "FragmentSelector", conformsTo: "http://www.w3.org/TR/media-frags/", value: "xywh=pixel:4.25,5,20.5,12" },
    },
  });
  expect(page.items[1].target.selector.value).toContain('<polygon points="30,8.5 55.25,12 50,36 31,30"/>');
  expect(page.items[2].target.selector.value).toContain('<path fill-rule="evenodd" d="M2,2 L22,2 L22,30 L2,30 Z M8,9');
});

test("what others write is read: one annotation, lists, collections, plain bodies, percents, people by nickname", () => {
  const of = (value: unknown) => read(value).annotations;
  expect(of(annotation())).toMatchObject([
    { label: "nodule", author: "the reader", created: now.toISOString(), region: { kind: "box", x: 1, y: 2, width: 3, height: 4 } },
  ]);
  expect(of([annotation(), annotation({ id: "https://example.org/2" })])).toHaveLength(2);
  expect(of({ type: "AnnotationCollection", first: { type: "AnnotationPage", items: [annotation()] } })).toHaveLength(1);
  expect(of(selected({ type: "FragmentSelector", value: "xywh=percent:10,20,50,25" }))[0].region).toEqual({
    kind: "box",
    x: 6,
    y: 8,
    width: 30,
    height: 10,
  });
  expect(of(annotation({ creator: [{ nickname: "bo" }], created: "2020-01-02T03:04:05+01:00" }))[0]).toMatchObject({
    author: "bo",
    created: "2020-01-02T02:04:05.000Z",
  });
  const two = annotation({ body: ["a", "b"].map((value) => ({ type: "TextualBody", purpose: "tagging", value })) });
  expect(of(two).map(({ id, label }) => [id, label])).toEqual([
    ["https://example.org/1", "a"],
    ["https://example.org/1#2", "b"],
  ]);
});

test("shapes of SVG selectors are read: rect, polygon, circle within a twentieth of a pixel, paths of lines and curves", () => {
  const region = (shape: string) => read(svg(shape)).annotations[0].region;
  expect(region('<rect x="1" y="2" width="3" height="4"/>')).toEqual({ kind: "box", x: 1, y: 2, width: 3, height: 4 });
  expect(region("<polygon points='1 2, 3 4 -1e0,.5'/>")).toEqual({
    kind: "outline",
    rings: [
      [
        [1, 2],
        [3, 4],
        [-1, 0.5],
      ],
    ],
  });
  expect(region('<path d="m1,1 h4 v2 l-4 0 z M10 10 20 10 20 20 10 10Z"/>')).toEqual({
    kind: "outline",
    rings: [
      [
        [1, 1],
        [5, 1],
        [5, 3],
        [1, 3],
      ],
      [
        [10, 10],
        [20, 10],
        [20, 20],
      ],
    ],
  });
  const circle = region('<circle cx="20" cy="20" r="10"/>');
  if (circle?.kind !== "outline") throw new Error("a circle is an outline");
  const [ring] = circle.rings;
  for (const [i, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    expect(Math.hypot(x - 20, y - 20)).toBeCloseTo(10, 9);
    expect(Math.hypot((x + nextX) / 2 - 20, (y + nextY) / 2 - 20)).toBeGreaterThan(10 - 0.05);
  }
  const arch = region('<path d="M10 20 C10 10 30 10 30 20 Z"/>');
  // Of a cubic the middle is an eighth of its ends and three eighths of its controls.
  expect(arch?.kind === "outline" && arch.rings[0][8]).toEqual([20, 12.5]);
});

test.each([
  ["no JSON", "{", "marks.json: is not JSON: "],
  ["another type", { type: "Manifest" }, 'marks.json: type must be Annotation, AnnotationPage or AnnotationCollection, got "Manifest"'],
  ["items that are no list", { type: "AnnotationPage", items: 3 }, "marks.json: items must be a list, got 3"],
  [
    "no tag",
    [annotation({ body: { value: "x", purpose: "commenting" } })],
    "marks.json: [0].body needs a text with the purpose tagging as the label, got {",
  ],
  [
    "a body without a value",
    { type: "AnnotationPage", items: [annotation({ body: [{ purpose: "tagging" }] })] },
    "marks.json: items[0].body[0].value must be a text, got nothing",
  ],
  ["a date that is none", annotation({ created: "yesterday" }), 'marks.json: created must be a date, got "yesterday"'],
  [
    "an unknown film",
    annotation({ target: "other.png" }),
    'marks.json: target names a film that is neither described whole nor among those that are open or marked, got "other.png"',
  ],
  [
    "a hash that is none",
    annotation({ target: { source: "urn:sha256:12" } }),
    "marks.json: target.source must have a SHA-256 of 64 hexadecimal digits",
  ],
  ["another selector", selected({ type: "TextQuoteSelector" }), "marks.json: target.selector must be a FragmentSelector or an SvgSelector"],
  [
    "a fragment that is none",
    selected({ type: "FragmentSelector", value: "xywh=1,2,3" }),
    "marks.json: target.selector.value must be a media fragment such as xywh=pixel:10,20,30,40",
  ],
  [
    "an empty box",
    selected({ type: "FragmentSelector", value: "xywh=1,2,0,3" }),
    "marks.json: target.selector.value must be larger than nothing",
  ],
  [
    "a box beside the film",
    selected({ type: "FragmentSelector", value: "xywh=60,2,5,3" }),
    "marks.json: target.selector.value lies beside the film of 60 × 40 pixels",
  ],
  ["an arc", svg('<path d="M1 1 A 3 3 0 0 0 9 9 Z"/>'), "marks.json: target.selector.value has the path command A, which is not read"],
  ["a line", svg('<line x1="0" x2="3"/>'), "marks.json: target.selector.value must be an area, a line is none"],
  ["two shapes", svg('<rect width="1" height="1"/><rect width="2" height="1"/>'), "marks.json: target.selector.value must hold one rect"],
  [
    "a polygon of two corners",
    svg('<polygon points="1,1 2,2"/>'),
    "marks.json: target.selector.value needs three corners or more in each ring",
  ],
  [
    "points that are no numbers",
    svg('<polygon points="1,1 2,x 3,4"/>'),
    "marks.json: target.selector.value needs pairs of numbers as its points",
  ],
  [
    "a film of another size",
    annotation({ target: { source: { id: `urn:sha256:${first.hash}`, name: "first film.png", width: 61, height: 40 } } }),
    "marks.json: target.source is of a film of 61 × 40 pixels, first film.png has 60 × 40",
  ],
])("%s is told by its place", (_, value, message) => {
  const attempt = () => readW3c(typeof value === "string" ? value : JSON.stringify(value), "marks.json", [first], "the reader", now);
  expect(attempt).toThrow(InputError);
  expect(attempt).toThrow(message);
});

test("a name that two films have is not guessed at", () => {
  expect(() => read(annotation(), [first, { ...first, hash: "c3".repeat(32) }])).toThrow(
    "names one of 2 films that are called first film.png",
  );
});
