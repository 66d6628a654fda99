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
  const below = xorshift(seed + 1000);
  const conflicts = new Set(Array.from({ length: values.length }, () => `${below(values.length)} ${below(values.length)}`));
  const apart = (a: number, b: number): boolean => a !== b && (conflicts.has(`${a} ${b}`) || conflicts.has(`${b} ${a}`));
  const { slotOf, offsetOf, bytes } = assignSlots(values, { apart });

  test("no two values that live at once overlap, and each lies within its slot, aligned", () => {
    for (const [i, a] of values.entries()) {
      expect(offsetOf[i] % 256).toBe(0);
      expect(offsetOf[i] + a.bytes).toBeLessThanOrEqual(bytes[slotOf[i]]);
      const meets = (b: Lifetime, j: number): boolean => offsetOf[i] < offsetOf[j] + b.bytes && offsetOf[j] < offsetOf[i] + a.bytes;
      const clash = values.findIndex((b, j) => j > i && slotOf[j] === slotOf[i] && overlap(a, b) && meets(b, j));
      expect(clash).toBe(-1);
    }
  });

  test("values that must lie apart do", () => {
    for (const i of values.keys()) for (const j of values.keys()) if (apart(i, j)) expect(slotOf[i]).not.toBe(slotOf[j]);
  });

  test("no slot is larger than allowed, but for a value that is itself", () => {
    const largest = Math.max(...values.map((value) => value.bytes));
    for (const size of assignSlots(values, { apart, maxBytes: 700 }).bytes) expect(size).toBeLessThanOrEqual(Math.max(700, largest));
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
    expect(assignSlots(values, { apart })).toEqual({ slotOf, offsetOf, bytes });
  });
});

test("a chain, where each value is read by the next step, needs two slots", () => {
  const chain = Array.from({ length: 10 }, (_, step) => ({ bytes: 64, first: step, last: step + 1 }));
  expect(assignSlots(chain, { apart: (a, b) => Math.abs(a - b) === 1 }).bytes).toEqual([64, 64]);
});

test("a small value lies beside a smaller one in the room that a large one left", () => {
  const values = [
    { bytes: 1024, first: 0, last: 1 },
    { bytes: 512, first: 2, last: 4 },
    { bytes: 512, first: 3, last: 4 },
  ];
  expect(assignSlots(values)).toEqual({ slotOf: [0, 0, 0], offsetOf: [0, 0, 512], bytes: [1024] });
});

test("a value takes the tightest of the slots that are free", () => {
  const values = [
    { bytes: 400, first: 0, last: 1 },
    { bytes: 100, first: 0, last: 1 },
    { bytes: 90, first: 2, last: 3 },
  ];
  const apart = (a: number, b: number): boolean => a + b === 1;
  expect(assignSlots(values, { apart })).toEqual({ slotOf: [0, 1, 1], offsetOf: [0, 0, 0], bytes: [400, 100] });
});

test("no values need no slots", () => {
  expect(assignSlots([])).toEqual({ slotOf: [], offsetOf: [], bytes: [] });
  expect(liveBytes([])).toBe(0);
});
