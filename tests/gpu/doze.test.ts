/** While work is waited for under Node, the event loop sleeps between its turns on a software adapter, and only then. */
import { expect, test } from "vitest";
import { dozing } from "../../src/gpu/doze.ts";
import { device } from "../device.ts";

/** How often the event loop turns until a promise is settled. */
async function turnsUntil(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work;
  isDone = true;
  return turns;
}

const after = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Sleeps grow with the time waited: by a twentieth from turn to turn, which from a microsecond to 10 milliseconds is some 200 turns, and
// then two a millisecond. Without sleep a turn takes a few microseconds.
const MOST_TURNS = 600;

test("a wait of 150 ms takes a few hundred turns of the event loop", async () => {
  let isWaiting = true;
  dozing(() => isWaiting)();
  const turns = await turnsUntil(after(150));
  isWaiting = false;
  expect(turns).toBeLessThan(MOST_TURNS);
});

test("one wait after another starts with short sleeps again, in one chain of turns", async () => {
  let isWaiting = true;
  let asked = 0;
  const doze = dozing(() => {
    asked++;
    return isWaiting;
  });
  doze();
  doze();
  const turns = await turnsUntil(after(50));
  isWaiting = false;
  await after(5);
  expect(asked).toBeLessThanOrEqual(turns + 2);
  const before = asked;
  await after(5);
  expect(asked).toBe(before);
});

test("a software device sleeps between turns while it is waited for", async ({ skip }) => {
  const { profile, finished } = await device();
  if (profile.class !== "software") skip(`${profile.description} leaves the cores to us`);
  expect(await turnsUntil(finished(after(150)))).toBeLessThan(MOST_TURNS);
});
