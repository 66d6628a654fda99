/** Changes of marks: undone and made again in order, and nothing lost where two tabs change the same mark. */
import { expect, test } from "vitest";
import { applied, type History, madeAgain, noHistory, settled, stepped, takenBack } from "../../../../src/app/web/annotation/change.ts";
import { broughtIn } from "../../../../src/app/web/annotation/import-file.ts";
import { marks } from "./marks.ts";

const [first, second, third] = marks.annotations;
const changed = { ...first, label: "nodule", modified: "2026-11-22T09:00:00.000Z" };

test("steps are taken back from the last one, and made again until something else is done", () => {
  let history: History = stepped(stepped(noHistory, [{ after: first }, { after: second }]), [{ before: first, after: changed }]);
  let present = applied(applied([], history.done[0]), history.done[1]);
  expect(present).toEqual([changed, second]);
  const back = takenBack(history);
  if (!back) throw new Error("there are two steps");
  present = applied(present, back.step);
  expect(present).toEqual([first, second]);
  const again = madeAgain(back.history);
  expect(again?.history).toEqual(history);
  expect(applied(present, again?.step ?? [])).toEqual([changed, second]);
  const further = takenBack(back.history);
  expect(applied(present, further?.step ?? [])).toEqual([]);
  history = stepped(back.history, [{ after: third }]);
  expect(madeAgain(history)).toBeUndefined();
  expect(takenBack(noHistory)).toBeUndefined();
});

test("a change of what is stored as it was known is kept as it is", () => {
  expect(settled({ after: first }, undefined)).toEqual({ put: first, isConflict: false });
  expect(settled({ before: first, after: changed }, { ...first })).toEqual({ put: changed, isConflict: false });
  expect(settled({ before: first }, first)).toEqual({ remove: first.id, isConflict: false });
});

test("a mark that another tab has changed is kept twice, removed there it comes back, and is not removed here", () => {
  const elsewhere = { ...first, label: "cavity" };
  const { put, isConflict } = settled({ before: first, after: changed }, elsewhere);
  expect(isConflict).toBe(true);
  expect(put).toEqual({ ...changed, id: put?.id });
  expect(put?.id).not.toBe(first.id);
  expect(settled({ before: first, after: changed }, undefined)).toEqual({ put: changed, isConflict: true });
  expect(settled({ before: first }, elsewhere)).toEqual({ isConflict: true });
  // Both tabs did the same.
  expect(settled({ before: first, after: changed }, changed)).toEqual({ put: changed, isConflict: false });
  expect(settled({ before: first }, undefined)).toEqual({ isConflict: false });
});

test("of marks that are brought in again the version changed last stays", () => {
  expect(broughtIn([first], [first, second])).toEqual([{ after: second }]);
  expect(broughtIn([first], [changed])).toEqual([{ before: first, after: changed }]);
  expect(broughtIn([changed], [first])).toEqual([]);
});
