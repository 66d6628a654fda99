/** What is shown while marks are being kept: always what was done last. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Annotation, Picture } from "../../../../src/app/web/annotation/annotation.ts";
import { type Step, settled } from "../../../../src/app/web/annotation/change.ts";
import { desk } from "../../../../src/app/web/annotation/desk.ts";
import type { MarkStore } from "../../../../src/app/web/annotation/store.ts";

beforeEach(() => {
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("navigator", {});
});
afterEach(() => vi.unstubAllGlobals());

const film: Picture = { hash: "0".repeat(64), name: "film.png", width: 100, height: 100 };

/** A store in memory that reads and writes only when it is let. */
function slowStore() {
  const kept = new Map<string, Annotation>();
  const waiting: (() => void)[] = [];
  const turn = () => new Promise<void>((resolve) => waiting.push(resolve));
  const store: MarkStore = {
    async all() {
      const annotations = [...kept.values()];
      await turn();
      return { pictures: [film], annotations };
    },
    async write(_: readonly Picture[], step: Step) {
      await turn();
      for (const change of step) {
        const { put, remove } = settled(change, kept.get((change.after ?? change.before)?.id ?? ""));
        if (put) kept.set(put.id, put);
        if (remove !== undefined) kept.delete(remove);
      }
      return 0;
    },
    sessions: async () => [],
    keepSession: async () => undefined,
    lastAuthor: async () => "",
    keepAuthor: async () => undefined,
    onOtherTab: () => undefined,
    close: () => undefined,
  };
  /** Lets the first that waits go on, until nothing more happens. */
  const next = async (): Promise<void> => {
    waiting.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { store, next, kept, isIdle: () => waiting.length === 0 };
}

test("what is read before a later change was written does not take its place", async () => {
  const { store, next, kept, isIdle } = slowStore();
  const own = desk(store, "Ann");
  const looked = own.look(film);
  await next();
  await looked;
  own.draw({ kind: "box", x: 10, y: 10, width: 20, height: 20 }, "opacity");
  const [mark] = own.state.marks;
  while (!isIdle()) await next();

  own.undo();
  expect(own.state.marks).toEqual([]);
  // Its write is over, and the store is being read when the mark is made again.
  await next();
  own.redo();
  own.set({ selected: mark.id });
  while (!isIdle()) {
    expect([own.state.marks, own.state.selected]).toEqual([[mark], mark.id]);
    await next();
  }
  expect([own.state.marks, own.state.selected, [...kept.values()]]).toEqual([[mark], mark.id, [mark]]);
});
