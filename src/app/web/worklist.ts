/** The pictures of a viewer, in the order they came: what each waits for, and which one is looked at. */
import type { Result } from "../../models/result.ts";

/** What a model said of a picture, or why its answer is withheld. */
export type Scored = Result;

export type Status = "waiting" | "working" | "done" | "failed";

export interface Item {
  readonly id: number;
  readonly name: string;
  readonly source: Blob | string;
  readonly status: Status;
  readonly result?: Scored;
  /** Why there is no result. */
  readonly problem?: string;
}

export interface Worklist {
  readonly items: readonly Item[];
  /** The id of the picture that is looked at. */
  readonly selected?: number;
  readonly nextId: number;
}

export const noPictures: Worklist = { items: [], nextId: 1 };

/** With more pictures at its end; the first of them is selected where nothing was. */
export function added({ items, selected, nextId }: Worklist, pictures: readonly Pick<Item, "name" | "source">[]): Worklist {
  const more = pictures.map(({ name, source }, place): Item => ({ id: nextId + place, name, source, status: "waiting" }));
  return { items: [...items, ...more], selected: selected ?? more[0]?.id, nextId: nextId + more.length };
}

/** With one picture changed; one that has been removed meanwhile stays away. */
export const changed = (list: Worklist, id: number, change: Partial<Pick<Item, "status" | "result" | "problem">>): Worklist => ({
  ...list,
  items: list.items.map((item) => (item.id === id ? { ...item, ...change } : item)),
});

/** Without one picture; its neighbour is selected where it was. */
export function removed(list: Worklist, id: number): Worklist {
  const place = list.items.findIndex((item) => item.id === id);
  const items = list.items.filter((item) => item.id !== id);
  const neighbour = items[Math.min(place, items.length - 1)]?.id;
  return { ...list, items, selected: list.selected === id ? neighbour : list.selected };
}

export const selectedItem = ({ items, selected }: Worklist): Item | undefined => items.find(({ id }) => id === selected);

/** With the picture selected that lies so many places further; the ends are where it stops. */
export function stepped(list: Worklist, places: number): Worklist {
  const place = list.items.findIndex(({ id }) => id === list.selected);
  const next = list.items[Math.min(list.items.length - 1, Math.max(0, place + places))];
  return { ...list, selected: next?.id };
}

/** What is computed next: what is looked at, else the first that waits. */
export function nextWaiting(list: Worklist): Item | undefined {
  const selected = selectedItem(list);
  return selected?.status === "waiting" ? selected : list.items.find(({ status }) => status === "waiting");
}

/** All of them from the start, for another model. */
export const toScoreAgain = (list: Worklist): Worklist => ({
  ...list,
  items: list.items.map(({ id, name, source }) => ({ id, name, source, status: "waiting" })),
});
