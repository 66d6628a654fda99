/** Marks of two films by two people, of every kind. */
import type { AnnotationSet, Picture } from "../../../../src/app/web/annotation/annotation.ts";

export const first: Picture = { hash: "a1".repeat(32), name: "first film.png", width: 60, height: 40 };
export const second: Picture = { hash: "b2".repeat(32), name: "second.dcm", width: 33, height: 47 };

export const marks: AnnotationSet = {
  pictures: [first, second],
  annotations: [
    {
      id: "urn:uuid:00000000-0000-4000-8000-000000000001",
      picture: first.hash,
      label: "opacity",
      region: { kind: "box", x: 4.25, y: 5, width: 20.5, height: 12 },
      comment: 'faint, "ground glass"\nsecond line',
      author: "Ann Öz",
      created: "2026-11-22T07:00:00.000Z",
      modified: "2026-11-22T07:05:00.000Z",
    },
    {
      id: "urn:uuid:00000000-0000-4000-8000-000000000002",
      picture: first.hash,
      label: "effusion",
      region: {
        kind: "outline",
        rings: [
          [
            [30, 8.5],
            [55.25, 12],
            [50, 36],
            [31, 30],
          ],
        ],
      },
      author: "Bo",
      created: "2026-11-22T07:01:00.000Z",
    },
    {
      id: "urn:uuid:00000000-0000-4000-8000-000000000003",
      picture: second.hash,
      label: "opacity",
      region: {
        kind: "outline",
        rings: [
          [
            [2, 2],
            [22, 2],
            [22, 30],
            [2, 30],
          ],
          [
            [8, 9],
            [8, 20],
            [15, 20],
            [15, 9],
          ],
          [
            [25, 33],
            [30, 33],
            [27, 44],
          ],
        ],
      },
      author: "Bo",
      created: "2026-11-22T07:02:00.000Z",
    },
    {
      id: "urn:uuid:00000000-0000-4000-8000-000000000004",
      picture: second.hash,
      label: "pneumonia, left",
      author: "consensus by Cy",
      created: "2026-11-22T07:03:00.000Z",
      derivedFrom: ["urn:uuid:00000000-0000-4000-8000-000000000003"],
    },
  ],
};

export const now = new Date("2026-11-22T12:00:00Z");
