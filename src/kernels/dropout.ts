/** Dropout. */
import { layoutOf } from "../gpu/layout.ts";
import { sizeOf } from "../tensor.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op, ShapeError } from "./op.ts";

export interface DropoutOptions {
  /** The probability of each element to become 0; the others grow by 1 / (1 − rate). */
  readonly rate: number;
  /** Tells this layer's random numbers from those of others. */
  readonly seed: number;
}

/**
 * x with elements dropped by chance. Which ones follows from the seed, the step and the place of the element alone, so that the gradient
 * draws the same again and nothing is stored. `step` [1], an input, is a whole number below 2²⁴, or 2¹¹ in f16.
 * @throws ShapeError unless 0 ≤ rate < 1 and step has one element.
 */
export const dropout = (x: Node, step: Node, { rate, seed }: DropoutOptions): Node => apply(op, [x, step], { rate, seed });

const op: Op<DropoutOptions> = {
  name: "dropout",
  inputs: ["x", "step"],
  sliced: ["x", "y"],
  shape([x, step], { rate }) {
    if (!(rate >= 0 && rate < 1)) throw new ShapeError("dropout", `rate must be at least 0 and below 1, got ${rate}`);
    if (sizeOf(step) !== 1) throw new ShapeError("dropout", "step must have one element", [step]);
    return x;
  },
  launches({ attrs: { rate, seed }, shape }) {
    const { channels, blocks, area, vectors } = layoutOf(shape);
    const draw = { seed: seed >>> 0, threshold: Math.floor(rate * 2 ** 32), factor: 1 / (1 - rate) };
    return [
      {
        shader: "dropout",
        bind: ["x", "step", "y"],
        params: { size: vectors, channels, blocks, area, ...draw },
        workgroups: grid(vectors),
      },
    ];
  },
  gradient: ({ inputs: [, step], attrs }, dy) => [dropout(dy, step, attrs), undefined],
};
