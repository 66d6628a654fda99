/** Slow weights that follow the fast ones now and then (Zhang et al., 2019). */
import type { Update } from "../../graph/update.ts";
import { flat } from "../../kernels/flat.ts";
import { parameter } from "../../kernels/op.ts";
import { blend } from "../blend.ts";
import type { OptimizerStep } from "./step.ts";

export interface LookaheadOptions {
  /** Steps of the wrapped optimiser from one step of the slow weights to the next. */
  readonly every?: number;
  /** How far the slow weights go towards the fast ones. */
  readonly alpha?: number;
  /** What the names of the slow weights begin with. */
  readonly name?: string;
}

/** The same step, after every `every`-th of which the slow weights go towards the weights by `alpha`, and the weights begin anew from there. */
export function lookahead(step: OptimizerStep, { every = 5, alpha = 0.5, name = "lookahead" }: LookaheadOptions = {}): OptimizerStep {
  const { control, progress } = step;
  const updates: Update[] = [];
  const arenas = step.arenas.map(({ arena, value }) => {
    const { weights, rows } = arena;
    const slow = flat(weights.map(({ shape, attrs }) => parameter(`${name}.${attrs.name}`, shape, attrs.tensor)));
    const followed = blend(slow, value, control, progress, { alpha, every, rows });
    updates.push({ parameter: slow, value: followed });
    return { arena, value: blend(value, followed, control, progress, { alpha: 1, every, rows }) };
  });
  const others = step.updates.filter(({ parameter }) => !arenas.some(({ arena }) => arena.node === parameter));
  return {
    ...step,
    arenas,
    updates: [...others, ...updates, ...arenas.map(({ arena, value }) => ({ parameter: arena.node, value }))],
  };
}
