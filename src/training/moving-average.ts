/** An average of the weights over the steps, to evaluate with. */
import type { Update } from "../graph/update.ts";
import { flat, rowsOf } from "../kernels/flat.ts";
import { isParameter, type Node, parameter } from "../kernels/op.ts";
import type { Weight } from "./arena.ts";
import { blend } from "./blend.ts";
import type { OptimizerStep } from "./optimizers/step.ts";

export interface MovingAverage {
  /** The averages and what they are of: the step's weights in their order, then the statistics. They are called `<name>.<weight>`. */
  readonly averages: readonly { readonly of: Weight; readonly average: Weight }[];
  readonly updates: readonly Update[];
}

export interface MovingAverageOptions {
  /** How much of an average stays at each step, at most; 0.999 by default. */
  readonly decay?: number;
  readonly name?: string;
  /**
   * What batch norms' running statistics become. A network of averaged weights normalises otherwise than one of the newest, so they are
   * averaged too, as timm's ModelEma does.
   */
  readonly statistics?: readonly Update[];
}

/** How fast the decay grows: 2 / 11 after the first step, 9 / 10 after 80. */
const WARM = 9;

/**
 * average = d · average + (1 − d) · weight after step t, d = min(decay, (1 + t) / (10 + t)), as TensorFlow's ExponentialMovingAverage does.
 * With the whole decay from the start, variances that begin at 1 would hide the true ones, a hundred times smaller, for a thousand steps.
 */
export function movingAverage(
  { arenas, control, progress }: OptimizerStep,
  { decay = 0.999, name = "average", statistics = [] }: MovingAverageOptions = {},
): MovingAverage {
  const part = (of: readonly Weight[], value: Node, rows: number) => {
    const averages = of.map((weight) => ({
      of: weight,
      average: parameter(`${name}.${weight.attrs.name}`, weight.shape, weight.attrs.tensor),
    }));
    const node = flat(averages.map(({ average }) => average));
    return { averages, update: { parameter: node, value: blend(node, value, control, progress, { alpha: 1 - decay, warm: WARM, rows }) } };
  };
  const parts = arenas.map(({ arena: { weights, rows }, value }) => part(weights, value, rows));
  const moved = statistics.map(({ parameter }) => parameter).filter(isParameter);
  if (moved.length > 0) {
    const rows = moved.reduce((sum, { shape }) => sum + rowsOf(shape), 0);
    parts.push(part(moved, flat(statistics.map(({ value }) => value)), rows));
  }
  return { averages: parts.flatMap(({ averages }) => averages), updates: parts.map(({ update }) => update) };
}
