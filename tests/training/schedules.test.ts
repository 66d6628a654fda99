/** Schedules give the rates that torch 2.13 gives, and are functions of the step alone. */
import { describe, expect, test } from "vitest";
import { isBetter, isOver, nextBest, noBest } from "../../src/training/early-stopping.ts";
import { nextPlateau, type PlateauOptions, startPlateau } from "../../src/training/plateau.ts";
import { learningRate, type Schedule } from "../../src/training/schedules.ts";

/** Nine digits of the learning rates of SGD at 0.1, before each step; SequentialLR of LinearLR and CosineAnnealingLR for the warm-up. */
const torch: readonly (readonly [string, Schedule, readonly number[]])[] = [
  ["StepLR(3, 0.1)", { kind: "step", stepSize: 3, gamma: 0.1 }, [0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001]],
  [
    "MultiStepLR([2, 5, 5], 0.5)",
    { kind: "multi-step", milestones: [2, 5, 5], gamma: 0.5 },
    [0.1, 0.1, 0.05, 0.05, 0.05, 0.0125, 0.0125, 0.0125],
  ],
  ["ExponentialLR(0.9261)", { kind: "exponential", gamma: 0.9261 }, [0.1, 0.09261, 0.085766121, 0.0794280047, 0.0735582751, 0.0681223186]],
  [
    "CosineAnnealingLR(7, 0.01)",
    { kind: "cosine", totalSteps: 7, etaMin: 0.01 },
    [0.1, 0.0955435991, 0.0830570411, 0.065013442, 0.044986558, 0.0269429589, 0.0144564009, 0.01],
  ],
  [
    "LinearLR(0.25, 4), then CosineAnnealingLR(6, 0.001)",
    { kind: "cosine", totalSteps: 10, warmupSteps: 4, startFactor: 0.25, etaMin: 0.001 },
    [0.025, 0.04375, 0.0625, 0.08125, 0.1, 0.0933682575, 0.07525, 0.0505, 0.02575, 0.00763174251, 0.001],
  ],
  [
    "OneCycleLR(0.1, 10)",
    { kind: "one-cycle", totalSteps: 10 },
    [0.004, 0.052, 0.1, 0.0950484632, 0.0811745654, 0.0611262022, 0.0388741978, 0.0188258346, 0.0049519368, 4e-7],
  ],
  [
    "OneCycleLR(0.1, 12, 0.4, 10, 100)",
    { kind: "one-cycle", totalSteps: 12, pctStart: 0.4, divFactor: 10, finalDivFactor: 100 },
    [
      0.01, 0.0245223293, 0.0587160705, 0.0905113229, 0.0998099252, 0.0933079689, 0.078700143, 0.0587237265, 0.0371219887, 0.0179427589,
      0.00477992604, 0.0001,
    ],
  ],
];

test.each(torch)("%s", (_, schedule, rates) => {
  // Half a unit of the ninth digit that was kept, and what torch's running products round off.
  for (const [step, rate] of rates.entries()) expect(Math.abs(learningRate(schedule, 0.1, step) / rate - 1)).toBeLessThan(1e-8);
});

test("constant stays, and what has reached its end stays there", () => {
  expect(learningRate({ kind: "constant" }, 0.1, 1000)).toBe(0.1);
  expect(learningRate({ kind: "cosine", totalSteps: 7, etaMin: 0.01 }, 0.1, 50)).toBeCloseTo(0.01, 12);
  expect(learningRate({ kind: "one-cycle", totalSteps: 10 }, 0.1, 50)).toBeCloseTo(4e-7, 12);
  expect(learningRate({ kind: "cosine", totalSteps: 4, warmupSteps: 4 }, 0.1, 4)).toBe(0.1);
  // One step up, and none down: torch divides by zero here.
  const rates = (pctStart: number) => [0, 1].map((step) => learningRate({ kind: "one-cycle", totalSteps: 2, pctStart }, 0.1, step));
  expect(rates(0.5)).toEqual([0.1, expect.closeTo(4e-7, 12)]);
  expect(rates(1)).toEqual([expect.closeTo(0.004, 12), 0.1]);
});

describe("plateau", () => {
  const rates = (scores: readonly number[], options: PlateauOptions): number[] => {
    let state = startPlateau(0.1);
    return [
      state.rate,
      ...scores.map((score) => {
        state = nextPlateau(state, score, options);
        return state.rate;
      }),
    ];
  };

  test("ReduceLROnPlateau(patience 2, factor 0.5, cooldown 1, min_lr 0.02)", () => {
    const scores = [1, 0.9, 0.9, 0.91, 0.89995, 0.95, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.7, 0.7];
    const got = rates(scores, { patience: 2, factor: 0.5, cooldown: 1, minLr: 0.02 });
    expect(got).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025]);
  });

  test("ReduceLROnPlateau(max, patience 0, factor 0.1, threshold 0.01 abs)", () => {
    const got = rates([0.5, 0.6, 0.6, 0.605, 0.61, 0.55, 0.62], { mode: "max", patience: 0, threshold: 0.01, thresholdMode: "abs" });
    for (const [i, rate] of [0.1, 0.1, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-5].entries()) expect(got[i]).toBeCloseTo(rate, 12);
  });

  test("never falls below its least rate", () => {
    expect(rates([1, 2, 2, 2, 2], { patience: 0, minLr: 0.005 }).slice(2)).toEqual([0.010000000000000002, 0.005, 0.005, 0.005]);
  });
});

describe("early stopping", () => {
  test("keeps the best epoch, counts those since, and is over after as many as it has patience for", () => {
    let best = noBest;
    const seen = [0.9, 0.7, 0.8, 0.7, 0.69].map((score, epoch) => {
      best = nextBest(best, epoch, score);
      return [best.epoch, best.since, isOver(best, 2)];
    });
    expect(seen).toEqual([
      [0, 0, false],
      [1, 0, false],
      [1, 1, false],
      [1, 2, true],
      [4, 0, false],
    ]);
  });

  test("higher may be better, by a margin; NaN never is", () => {
    expect([isBetter(0.6, 0.5, { mode: "max" }), isBetter(0.5, 0.5, { mode: "max" })]).toEqual([true, false]);
    expect([isBetter(0.6, 0.5, { mode: "max", threshold: 0.1 }), isBetter(0.4, 0.5, { threshold: 0.3, thresholdMode: "rel" })]).toEqual([
      false,
      false,
    ]);
    expect([isBetter(Number.NaN, 0.5), isBetter(Number.NaN, undefined), isBetter(0, undefined)]).toEqual([false, false, true]);
  });
});
