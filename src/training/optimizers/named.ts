/** An optimiser as data: its name and its numbers, as a configuration has them. */
import type { Node } from "../../kernels/op.ts";
import { decayMatrices, type Weight } from "../arena.ts";
import { adam, adamW } from "./adam.ts";
import { lamb } from "./lamb.ts";
import { type LookaheadOptions, lookahead } from "./lookahead.ts";
import { radam } from "./radam.ts";
import { sgd } from "./sgd.ts";
import type { OptimizerStep } from "./step.ts";

/** The rate that each begins with where none is given. */
export const usualRates = { sgd: 0.01, adam: 1e-3, adamw: 1e-3, radam: 1e-3, lamb: 2e-3 } as const;

export type OptimizerName = keyof typeof usualRates;

export interface OptimizerChoice {
  readonly kind: OptimizerName;
  /** Of `sgd`; 0.9 by default. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** Of all others. */
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** Of kernels and matrices; biases and what batch norm scales by are spared. */
  readonly weightDecay?: number;
  /** The largest norm of all gradients together. */
  readonly maxNorm?: number;
  readonly lookahead?: LookaheadOptions;
}

/** What a step takes in beside the gradients. */
interface StepInputs {
  readonly lr: Node;
  readonly phase?: Node;
  /** What single weights' rates are multiplied by. */
  readonly lrFactor?: (weight: Weight) => number;
}

export function namedOptimizer(
  weights: readonly Weight[],
  gradients: readonly Node[],
  { kind, momentum = 0.9, nesterov, betas, eps, weightDecay, maxNorm, lookahead: slow }: OptimizerChoice,
  inputs: StepInputs,
): OptimizerStep {
  const decay = weightDecay ?? (kind === "adamw" ? 0.01 : 0);
  const shared = { ...inputs, maxNorm, weightDecay: decayMatrices(decay) };
  const moments = { ...shared, ...(betas && { betas }), ...(eps !== undefined && { eps }) };
  const rules: Readonly<Record<OptimizerName, () => OptimizerStep>> = {
    sgd: () => sgd(weights, gradients, { ...shared, momentum, nesterov }),
    adam: () => adam(weights, gradients, moments),
    adamw: () => adamW(weights, gradients, moments),
    radam: () => radam(weights, gradients, moments),
    lamb: () => lamb(weights, gradients, moments),
  };
  const step = rules[kind]();
  return slow ? lookahead(step, slow) : step;
}
