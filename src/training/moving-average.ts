/** An average of the weights over the steps, to evaluate with. */
import type { Update } from "../graph/update.ts";
import { flat } from "../kernels/flat.ts";
import { parameter } from "../kernels/op.ts";
import type { Weight } from "./arena.ts";
import { blend } from "./blend.ts";
import type { OptimizerStep } from "./optimizers/step.ts";

export interface MovingAverage {
  /** The averages, in the order of the step's weights, called `<name>.<weight>`. */
  readonly averages: readonly Weight[];
  readonly updates: readonly Update[];
}

/** average = decay · average + (1 − decay) · weight after every step; it begins with the weights. */
export function movingAverage(
  { arenas, control, progress }: OptimizerStep,
  { decay = 0.999, name = "average" }: { readonly decay?: number; readonly name?: string } = {},
): MovingAverage {
  const parts = arenas.map(({ arena: { weights, rows }, value }) => {
    const averages = weights.map(({ shape, attrs }) => parameter(`${name}.${attrs.name}`, shape, attrs.tensor));
    const node = flat(averages);
    return { averages, update: { parameter: node, value: blend(node, value, control, progress, { alpha: 1 - decay, rows }) } };
  });
  return { averages: parts.flatMap(({ averages }) => averages), updates: parts.map(({ update }) => update) };
}
