/** Changes of marks: how they are undone, and what becomes of one when the mark has meanwhile been changed elsewhere. */
import { type Annotation, newId } from "./annotation.ts";

/** A mark before and after; without the first it is made, without the second it goes. */
export interface Change {
  readonly before?: Annotation;
  readonly after?: Annotation;
}

/** What is done at once, and undone at once. */
export type Step = readonly Change[];

/** The steps that were made and those that were taken back, the last of each at the end. */
export interface History {
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
}

export const noHistory: History = { done: [], undone: [] };

/** With one more step; what was taken back before is gone. */
export const stepped = ({ done }: History, step: Step): History => ({ done: [...done, step], undone: [] });

/** The step that takes the last one back, and the history once that is done; undefined where there is none. */
export function takenBack({ done, undone }: History): { readonly step: Step; readonly history: History } | undefined {
  const last = done.at(-1);
  return last && { step: inverse(last), history: { done: done.slice(0, -1), undone: [...undone, last] } };
}

/** The step that was taken back last, and the history once it is made again. */
export function madeAgain({ done, undone }: History): { readonly step: Step; readonly history: History } | undefined {
  const last = undone.at(-1);
  return last && { step: last, history: { done: [...done, last], undone: undone.slice(0, -1) } };
}

const inverse = (step: Step): Step => step.map(({ before, after }) => ({ before: after, after: before })).reverse();

/** Marks after a step, in the order they were made. */
export function applied(marks: readonly Annotation[], step: Step): Annotation[] {
  const byId = new Map(marks.map((mark) => [mark.id, mark]));
  for (const { before, after } of step) {
    if (before && before.id !== after?.id) byId.delete(before.id);
    if (after) byId.set(after.id, after);
  }
  return [...byId.values()].sort((a, b) => (a.created < b.created ? -1 : Number(a.created > b.created)));
}

/** What is to be written, and whether the mark was found otherwise than it was known. */
export interface Settled {
  readonly put?: Annotation;
  readonly remove?: string;
  readonly isConflict: boolean;
}

/**
 * A change against the mark as it is stored, which another tab may have changed or removed since. Nothing that anybody drew is lost: a mark
 * that both changed is kept twice, one that was removed elsewhere comes back with its change, and one that was changed elsewhere is not
 * removed.
 */
export function settled({ before, after }: Change, stored: Annotation | undefined): Settled {
  const isConflict = !same(stored, before);
  if (!after) return isConflict || !before ? { isConflict: isConflict && stored !== undefined } : { remove: before.id, isConflict };
  if (isConflict && stored && !same(stored, after)) return { put: { ...after, id: newId() }, isConflict };
  return { put: after, isConflict: isConflict && !same(stored, after) };
}

/** Whether two marks say the same; the order in which their fields were given does not matter. */
function same(a: Annotation | undefined, b: Annotation | undefined): boolean {
  const fields = (mark: Annotation | undefined) =>
    JSON.stringify(mark && Object.entries(mark).sort(([one], [other]) => (one < other ? -1 : 1)));
  return fields(a) === fields(b);
}
