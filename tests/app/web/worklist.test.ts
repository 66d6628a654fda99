/** The list of pictures keeps its order, its selection and what became of each, whatever is added or removed meanwhile. */
import { expect, test } from "vitest";
import { added, changed, nextWaiting, noPictures, removed, selectedItem, stepped, toScoreAgain } from "../../../src/app/web/worklist.ts";

const three = added(
  noPictures,
  ["a.png", "b.dcm", "c.jpg"].map((name) => ({ name, source: name })),
);
const result = { predictions: [{ label: "covid", score: 0.5 }], milliseconds: { decode: 1, preprocess: 1, run: 1 } };

test("the first picture is selected, and stays so when more come", () => {
  expect(selectedItem(three)?.name).toBe("a.png");
  const four = added(stepped(three, 2), [{ name: "d.png", source: "d.png" }]);
  expect(selectedItem(four)?.name).toBe("c.jpg");
  expect(four.items.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});

test("what is looked at is computed first, then the others in their order", () => {
  const list = stepped(three, 1);
  expect(nextWaiting(list)?.name).toBe("b.dcm");
  expect(nextWaiting(changed(list, 2, { status: "done", result }))?.name).toBe("a.png");
  expect(nextWaiting([1, 2, 3].reduce((all, id) => changed(all, id, { status: "done", result }), list))).toBeUndefined();
});

test("a picture that is removed leaves its place to the next one, and is not brought back by its result", () => {
  const list = removed(stepped(three, 1), 2);
  expect(selectedItem(list)?.name).toBe("c.jpg");
  expect(changed(list, 2, { status: "done", result })).toEqual(list);
  expect(selectedItem(removed(list, 3))?.name).toBe("a.png");
  expect(selectedItem(removed(removed(list, 3), 1))).toBeUndefined();
});

test("ids are not used twice", () => {
  expect(added(removed(three, 3), [{ name: "d.png", source: "d.png" }]).items.map(({ id }) => id)).toEqual([1, 2, 4]);
});

test("steps end at the ends", () => {
  expect(selectedItem(stepped(three, -5))?.name).toBe("a.png");
  expect(selectedItem(stepped(three, 5))?.name).toBe("c.jpg");
  expect(selectedItem(stepped(noPictures, 1))).toBeUndefined();
});

test("for another model everything waits, without results and problems", () => {
  const list = changed(changed(three, 1, { status: "done", result }), 2, { status: "failed", problem: "is damaged" });
  expect(toScoreAgain(list)).toEqual(three);
});
