/** Every update rule steps as PyTorch's and as its plain twin, over weights with pads, whatever the adapter binds at once. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../../src/gpu/layout.ts";
import { compile } from "../../../src/graph/program.ts";
import { input, type Node } from "../../../src/kernels/op.ts";
import { tensor } from "../../../src/tensor.ts";
import type { Weight } from "../../../src/training/arena.ts";
import { adam, adamW } from "../../../src/training/optimizers/adam.ts";
import { lamb } from "../../../src/training/optimizers/lamb.ts";
import { lookahead } from "../../../src/training/optimizers/lookahead.ts";
import { radam } from "../../../src/training/optimizers/radam.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import type { OptimizerStep } from "../../../src/training/optimizers/step.ts";
import { device } from "../../device.ts";
import * as plain from "../../reference/optimizers.ts";
import { type SmallWeight, smallProblem, smallWeights } from "./small-problem.ts";

interface RuleCase {
  step(weights: readonly Weight[], gradients: readonly Node[], lr: Node): OptimizerStep;
  readonly rule: plain.PlainRule;
  readonly options?: Omit<plain.StepOptions, "t" | "lr">;
  readonly maxNorm?: number;
  /** Launches beside the gradients' own, the control and the count of steps. */
  readonly launches?: readonly string[];
}

const wide = [0.8, 0.95] as const;
const short = [0.9, 0.9] as const;
const cases: Readonly<Record<string, RuleCase>> = {
  sgd: { step: (w, g, lr) => sgd(w, g, { lr }), rule: plain.sgd },
  "sgd momentum decay": {
    step: (w, g, lr) => sgd(w, g, { lr, momentum: 0.9, weightDecay: 0.1 }),
    rule: plain.sgd,
    options: { momentum: 0.9, weightDecay: 0.1 },
  },
  "sgd nesterov": {
    step: (w, g, lr) => sgd(w, g, { lr, momentum: 0.9, nesterov: true }),
    rule: plain.sgd,
    options: { momentum: 0.9, nesterov: true },
  },
  "sgd clipped": {
    step: (w, g, lr) => sgd(w, g, { lr, momentum: 0.9, maxNorm: 0.5 }),
    rule: plain.sgd,
    options: { momentum: 0.9 },
    maxNorm: 0.5,
  },
  adam: { step: (w, g, lr) => adam(w, g, { lr }), rule: plain.adam },
  "adam decay": {
    step: (w, g, lr) => adam(w, g, { lr, betas: wide, weightDecay: 0.1 }),
    rule: plain.adam,
    options: { betas: wide, weightDecay: 0.1 },
  },
  adamw: {
    step: (w, g, lr) => adamW(w, g, { lr, weightDecay: 0.1 }),
    rule: plain.adam,
    options: { weightDecay: 0.1, decoupled: true },
  },
  radam: { step: (w, g, lr) => radam(w, g, { lr, betas: short }), rule: plain.radam, options: { betas: short } },
  "radam decay": { step: (w, g, lr) => radam(w, g, { lr, weightDecay: 0.1 }), rule: plain.radam, options: { weightDecay: 0.1 } },
  "radam decoupled": {
    step: (w, g, lr) => radam(w, g, { lr, betas: short, weightDecay: 0.1, decoupledWeightDecay: true }),
    rule: plain.radam,
    options: { betas: short, weightDecay: 0.1, decoupled: true },
  },
  lamb: {
    step: (w, g, lr) => lamb(w, g, { lr }),
    rule: plain.lamb,
    launches: ["lamb", "lamb", "segment-sums", "segment-sums", "lamb"],
  },
  "lamb decay": {
    step: (w, g, lr) => lamb(w, g, { lr, weightDecay: 0.1 }),
    rule: plain.lamb,
    options: { weightDecay: 0.1 },
    launches: ["lamb", "lamb", "segment-sums", "segment-sums", "lamb"],
  },
  lookahead: {
    step: (w, g, lr) => lookahead(sgd(w, g, { lr, momentum: 0.9 }), { every: 2 }),
    rule: lookaheadRule(),
    launches: ["sgd", "blend", "blend"],
  },
};

/** SGD with momentum 0.9, drawn half-way back to slow weights after every second step. */
function lookaheadRule(): plain.PlainRule {
  const slow = new Map<plain.Element, number>();
  return (elements, gradients, options) => {
    for (const element of elements) slow.set(element, slow.get(element) ?? element.weight);
    plain.sgd(elements, gradients, { ...options, momentum: 0.9 });
    if (options.t % 2 !== 0) return;
    for (const element of elements) {
      element.weight = ((slow.get(element) ?? 0) + element.weight) / 2;
      slow.set(element, element.weight);
    }
  };
}

const golden: { readonly weights: Record<string, number[][]> } = JSON.parse(
  readFileSync(new URL("../../fixtures/optimizers.json", import.meta.url), "utf8"),
);
const lrOf = (t: number): number => 0.1 / t;

/** The weights after five steps of the twin. */
function plainWeights({ rule, options, maxNorm = Number.POSITIVE_INFINITY }: RuleCase, of = smallWeights()): number[][] {
  const weights = of.map(({ initial }) => initial.map((weight): plain.Element => ({ weight, first: 0, second: 0 })));
  for (let t = 1; t <= 5; t++) {
    const gradients = of.map(({ a, b }, w) => weights[w].map(({ weight }, k) => a[k] * weight + b[k]));
    const clip = Number.isFinite(maxNorm) ? plain.clipFactor(gradients, maxNorm) : 1;
    for (const [w, elements] of weights.entries()) {
      rule(
        elements,
        gradients[w].map((gradient) => gradient * clip),
        { ...options, t, lr: lrOf(t) },
      );
    }
  }
  return weights.map((elements) => elements.map(({ weight }) => weight));
}

/** The largest difference between lists of numbers. */
const distance = (a: readonly ArrayLike<number>[], b: readonly (readonly number[])[]): number =>
  Math.max(...b.flatMap((values, i) => values.map((value, k) => Math.abs(value - a[i][k]))));

/** Rows of 64 vectors 1, 4 and 1: two launches where only four rows can be bound. */
const sixRows = smallWeights([[6], [2, 3, 9, 11], [3, 5]]);

describe.each(Object.entries(cases))("%s", (name, ruleCase) => {
  test("has a twin that does what PyTorch does", () => {
    // Both in float64; √v of a moment of 1e-8 keeps half of its 16 digits.
    expect(distance(plainWeights(ruleCase), golden.weights[name])).toBeLessThan(1e-9);
  });

  test.each([
    ["in one launch", smallWeights(), undefined],
    ["in parts, where they exceed the adapter's binding limit", sixRows, 4096],
  ])("updates weights and no pads %s, twice with the same bits", async (_, of, maxBindingBytes) => {
    const { profile } = await device();
    const limited = maxBindingBytes === undefined ? profile : { ...profile, maxBindingBytes };
    const runs: Float32Array[][] = [];
    for (let run = 0; run < 2; run++) {
      const { weights, gradients } = smallProblem(of);
      const lr = input("lr", [1]);
      const { updates } = ruleCase.step(weights, gradients, lr);
      using program = await compile(await device(), {}, { updates, profile: limited });
      expect(program.plan.copies).toEqual([]);
      const shaders = program.plan.steps.map(({ launch }) => String(launch.shader));
      const own = shaders.slice(shaders.indexOf("advance") + 1);
      if (maxBindingBytes === undefined) expect(own).toEqual(ruleCase.launches ?? [name.split(" ")[0].replace("adamw", "adam")]);
      for (let t = 1; t <= 5; t++) await program.run({ lr: tensor([1], Float32Array.of(lrOf(t))) });
      runs.push((await program.read(weights)).map(({ data }) => data));
      const arenas = await program.read(updates.map(({ parameter }) => parameter).filter(({ op }) => op.name === "flat"));
      expect(arenas.length).toBeGreaterThan(0);
      for (const arena of arenas) expect(padsOf(arena.data, of).every((value) => value === 0)).toBe(true);
    }
    // Five steps of values below 1, each off by at most a few roundings of 2⁻²⁴: sixteen in all.
    expect(distance(runs[0], plainWeights(ruleCase, of))).toBeLessThan(16 * 2 ** -24);
    expect(runs[1]).toEqual(runs[0]);
  });
});

/** What no element of a weight occupies in any section: pad lanes, and what fills up rows. */
function padsOf(arena: Float32Array, of: readonly SmallWeight[]): number[] {
  const pads: number[] = [];
  for (let start = 0; start < arena.length; ) {
    for (const { shape } of of) {
      const { channels, blocks, vectors } = layoutOf(shape);
      const lanes = Math.ceil(vectors / 64) * 256;
      for (let lane = 0; lane < lanes; lane++) if (lane >= vectors * 4 || lane % (blocks * 4) >= channels) pads.push(arena[start + lane]);
      start += lanes;
    }
  }
  return pads;
}
