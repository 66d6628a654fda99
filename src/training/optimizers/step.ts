/** One step of an optimiser as updates: the part that all rules share. */
import type { Update } from "../../graph/update.ts";
import { concat } from "../../kernels/concat.ts";
import { flat } from "../../kernels/flat.ts";
import { type Node, parameter } from "../../kernels/op.ts";
import { tensor } from "../../tensor.ts";
import { accumulate } from "../accumulate.ts";
import { advance } from "../advance.ts";
import { type Arena, arenasOf, type Weight, type WeightOptions } from "../arena.ts";
import { gradientSquares } from "../gradient-squares.ts";
import { stepControl } from "../step-control.ts";

export interface OptimizerOptions extends WeightOptions {
  /** The learning rate: fixed, or an input of shape [1] that a schedule sets at every run. */
  readonly lr: number | Node;
  /** The largest norm of all gradients together; larger ones are scaled down to it, as `torch.nn.utils.clip_grad_norm_` does. */
  readonly maxNorm?: number;
  /**
   * An input of shape [3], for a step over several runs: 1 in a step's first run, 1 in its last, and what the sum of the gradients is
   * multiplied by (1 / runs, for the mean).
   */
  readonly phase?: Node;
  /** What the loss was multiplied by before its gradients were taken, a value of shape [1]; see `lossScaling`. */
  readonly lossScale?: Node;
  /** What the names of the optimiser's state begin with. */
  readonly name?: string;
}

/** Updates for `compile`, and what other updates are built on. */
export interface OptimizerStep {
  readonly weights: readonly Weight[];
  readonly updates: readonly Update[];
  /** The arenas, and what they hold after the step. */
  readonly arenas: readonly { readonly arena: Arena; readonly value: Node }[];
  /** The rate, whether the step is taken, and what the gradients looked like: see `stepControl`. */
  readonly control: Node;
  /** The steps taken, in the first of 4 elements. */
  readonly progress: Node;
}

/** How one rule updates an arena. */
export interface Rule {
  /** What it keeps of every weight, as PyTorch calls it. */
  readonly state: readonly string[];
  readonly betas?: readonly [number, number];
  /** The arena after the step, by an op that overwrites it. */
  update(arena: Arena, inputs: { readonly gradient: Node; readonly control: Node; readonly progress: Node }): Node;
}

/**
 * A step of `rule` over weights and their gradients, in the same order. Where a gradient is not finite nothing changes, and `control` tells
 * whose it was.
 */
export function optimizerStep(
  weights: readonly Weight[],
  gradients: readonly Node[],
  rule: Rule,
  options: OptimizerOptions,
): OptimizerStep {
  const { lr, maxNorm, phase, lossScale = constant("lossScale", [1]), name = "optimizer" } = options;
  const misfit = weights.find(({ shape }, index) => String(gradients[index]?.shape) !== String(shape));
  if (weights.length === 0 || gradients.length !== weights.length || misfit)
    throw new Error(`optimizer: every weight needs a gradient of its shape, got ${gradients.length} for ${weights.length} weights`);
  const arenas = arenasOf(weights, rule.state, { ...options, name });
  const updates: Update[] = [];
  const gradientOf = new Map(weights.map((weight, index) => [weight, gradients[index]]));
  const flats = arenas.map((arena) => {
    const gradient = flat(arena.weights.flatMap((weight) => gradientOf.get(weight) ?? []));
    if (!phase) return gradient;
    const sums = flat(arena.weights.map(({ shape, attrs }) => parameter(`${name}.gradient.${attrs.name}`, shape, tensor(shape))));
    updates.push({ parameter: sums, value: accumulate(sums, gradient, phase) });
    return updates[updates.length - 1].value;
  });
  const squares = arenas.map((arena, index) => gradientSquares(flats[index], arena));
  const sums = squares.length === 1 ? squares[0] : concat(squares, 0);
  const rate = typeof lr === "number" ? constant("lr", [lr]) : lr;
  const control = stepControl(rate, sums, phase ?? constant("phase", [1, 1, 1]), lossScale, { maxNorm });
  const counter = parameter(`${name}.progress`, [4], tensor([4]));
  const progress = advance(counter, control, rule.betas ?? [0, 0]);
  const stepped = arenas.map((arena, index) => ({ arena, value: rule.update(arena, { gradient: flats[index], control, progress }) }));
  updates.push({ parameter: counter, value: progress }, ...stepped.map(({ arena, value }) => ({ parameter: arena.node, value })));
  return { weights, updates, arenas: stepped, control, progress };
}

const constant = (name: string, values: readonly number[]): Node => {
  const shape = [values.length];
  return parameter(name, shape, tensor(shape, Float32Array.from(values)));
};
