/** A training's rates count epochs or steps as their schedule does, and a plateau goes on from what was stored. */
import { expect, test } from "vitest";
import { type RateSchedule, ratesOf } from "../../src/training/rates.ts";
import { learningRate } from "../../src/training/schedules.ts";

const rates = (schedule: RateSchedule) => ratesOf(schedule, 0.1, { steps: 100, mode: "min" });

test("step and exponential count epochs, cosine and one-cycle all steps of the training", () => {
  expect(rates({ kind: "constant" }).at(57, 5)).toBe(0.1);
  expect(rates({ kind: "step", stepSize: 2, gamma: 0.1 }).at(57, 5)).toBe(learningRate({ kind: "step", stepSize: 2, gamma: 0.1 }, 0.1, 5));
  expect(rates({ kind: "exponential", gamma: 0.5 }).at(57, 3)).toBe(0.1 * 0.5 ** 3);
  expect(rates({ kind: "cosine", warmupSteps: 10 }).at(57, 5)).toBe(
    learningRate({ kind: "cosine", warmupSteps: 10, totalSteps: 100 }, 0.1, 57),
  );
  expect(rates({ kind: "one-cycle" }).at(99, 9)).toBeLessThan(1e-6);
  expect(rates({ kind: "one-cycle", totalSteps: 1000 }).at(99, 9)).toBeGreaterThan(1e-3);
});

test("a plateau falls after epochs without a better score, whether or not it was stored in between", () => {
  const schedule = { kind: "plateau", factor: 0.5, patience: 1 } as const;
  const straight = rates(schedule);
  const scores = [1, 0.8, 0.9, 0.9, 0.9];
  for (const score of scores) straight.next(score);
  expect(straight.at(0, 0)).toBe(0.05);
  const begun = rates(schedule);
  for (const score of scores.slice(0, 3)) begun.next(score);
  const goneOn = ratesOf(schedule, 0.1, { steps: 100, mode: "min", state: begun.state });
  for (const score of scores.slice(3)) goneOn.next(score);
  expect(goneOn.state).toEqual(straight.state);
});
