/** Boxes and outlines are drawn, moved and resized by keys alone. */
import { expect, test } from "vitest";
import { type Aim, aimed, cornersShown, inMiddle, nudged } from "../../../../src/app/web/annotation/layer-keys.ts";
import { tidied } from "../../../../src/app/web/annotation/region.ts";

const film = { width: 100, height: 60 };

/** Keys one after the other; shift is a capital S before the key. */
function typed(tool: "box" | "outline", keys: readonly string[]) {
  let aim: Aim = inMiddle(film);
  let region: unknown;
  for (const key of keys) {
    const next = aimed(aim, key.replace("S-", ""), key.startsWith("S-"), tool, film);
    aim = next?.aim ?? aim;
    region = next?.region ?? region;
  }
  return { aim, region };
}

test("two corners make a box: arrows by a fiftieth of the film, with shift by a pixel", () => {
  const { region, aim } = typed("box", ["Enter", "ArrowRight", "S-ArrowRight", "ArrowUp", "Enter"]);
  expect(region).toEqual({ kind: "box", x: 50, y: 28, width: 3, height: 2 });
  expect(aim.corners).toEqual([]);
});

test("corners and c make an outline; Backspace takes a corner back, Escape all; two corners are none", () => {
  const { region } = typed("outline", ["Enter", "ArrowRight", "Enter", "ArrowDown", "Enter", "ArrowDown", "Enter", "Backspace", "c"]);
  expect(region).toEqual({
    kind: "outline",
    rings: [
      [
        [50, 30],
        [52, 30],
        [52, 32],
      ],
    ],
  });
  expect(typed("outline", ["Enter", "ArrowRight", "Enter", "c"]).region).toBeUndefined();
  expect(typed("outline", ["Enter", "ArrowRight", "Enter", "Escape"]).aim.corners).toEqual([]);
  expect(aimed(inMiddle(film), "x", false, "box", film)).toBeUndefined();
  expect(cornersShown({ at: [5, 6], corners: [[1, 2]] }, "box")).toEqual([
    [1, 2],
    [5, 2],
    [5, 6],
    [1, 6],
  ]);
});

test("the crosshair stays on the film", () => {
  expect(typed("box", new Array(80).fill("ArrowLeft")).aim.at).toEqual([0, 30]);
  expect(typed("box", new Array(80).fill("ArrowDown")).aim.at).toEqual([50, 60]);
});

test("arrows move a mark, and with shift resize a box", () => {
  const box = { kind: "box", x: 10, y: 10, width: 5, height: 5 } as const;
  expect(nudged(box, "ArrowRight", false, film)).toEqual({ ...box, x: 11 });
  expect(nudged(box, "ArrowUp", true, film)).toEqual({ ...box, height: 4 });
  const outline = {
    kind: "outline",
    rings: [
      [
        [1, 1],
        [4, 1],
        [4, 4],
      ],
    ],
  } as const;
  expect(nudged(outline, "ArrowDown", false, film)).toEqual({
    kind: "outline",
    rings: [
      [
        [1, 2],
        [4, 2],
        [4, 5],
      ],
    ],
  });
  expect(nudged(box, "a", false, film)).toBeUndefined();
});

test("what is drawn beyond the film ends at its edge, in hundredths of a pixel; nothing is left of what lies beside it", () => {
  expect(tidied({ kind: "box", x: -3, y: 50.123456, width: 10, height: 20 }, film)).toEqual({
    kind: "box",
    x: 0,
    y: 50.12,
    width: 7,
    height: 9.88,
  });
  expect(tidied({ kind: "box", x: 101, y: 5, width: 10, height: 20 }, film)).toBeUndefined();
  expect(
    tidied(
      {
        kind: "outline",
        rings: [
          [
            [101, 1],
            [105, 1],
            [105, 1.001],
          ],
        ],
      },
      film,
    ),
  ).toBeUndefined();
});
