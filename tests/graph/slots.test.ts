/** Values that share a slot never live at once, and slots waste little. */
import { describe, expect, test } from "vitest";
import { assignSlots, type Lifetime, liveBytes } from "../../src/graph/slots.ts";
import { xorshift } from "../xorshift.ts";

const overlap = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function randomLifetimes(seed: number): Lifetime[] {
  const below = xorshift(seed);
  return Array.from({ length: 1 + below(60) }, () => {
    const first = below(50) - 1;
    return { bytes: 16 * (1 + below(40)), first, last: first + below(12) };
  });
}

describe.each(Array.from({ length: 50 }, (_, i) => i + 1))("random lifetimes, seed %i", (seed) => {
  const values = randomLifetimes(seed);
  const { slotOf, bytes } = assignSlots(values);

  test("no two values of a slot live at once, and each fits its slot", () => {
    for (const [i, a] of values.entries()) {
      expect(a.bytes).toBeLessThanOrEqual(bytes[slotOf[i]]);
      const clash = values.findIndex((b, j) => j > i && slotOf[j] === slotOf[i] && overlap(a, b));
      expect(clash).toBe(-1);
    }
  });

  test("slots hold at least what is alive at once, and at most everything", () => {
    const alive = Math.max(
      ...values.map(({ first }) => sum(values.filter((v) => v.first <= first && first <= v.last).map((v) => v.bytes))),
    );
    expect(liveBytes(values)).toBe(alive);
    expect(sum(bytes)).toBeGreaterThanOrEqual(alive);
    expect(sum(bytes)).toBeLessThanOrEqual(sum(values.map((value) => value.bytes)));
  });

  test("the same lifetimes give the same slots", () => {
    expect(assignSlots(values)).toEqual({ slotOf, bytes });
  });
});

test("a chain, where each value is read by the next step, needs two slots", () => {
  const chain = Array.from({ length: 10 }, (_, step) => ({ bytes: 64, first: step, last: step + 1 }));
  expect(assignSlots(chain).bytes).toEqual([64, 64]);
});

test("a value takes the tightest of the slots that are free", () => {
  const values = [
    { bytes: 400, first: 0, last: 1 },
    { bytes: 100, first: 0, last: 1 },
    { bytes: 90, first: 2, last: 3 },
  ];
  expect(assignSlots(values)).toEqual({ slotOf: [0, 1, 1], bytes: [400, 100] });
});

test("values that meet at one step do not share: it reads one and writes the other", () => {
  const values = [
    { bytes: 64, first: 0, last: 1 },
    { bytes: 64, first: 1, last: 2 },
  ];
  expect(assignSlots(values).bytes).toEqual([64, 64]);
});

test("no values need no slots", () => {
  expect(assignSlots([])).toEqual({ slotOf: [], bytes: [] });
  expect(liveBytes([])).toBe(0);
});
