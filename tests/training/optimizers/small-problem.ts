/** Three small weights whose gradients are a · weight + b, as in tests/fixtures/optimizers.py. */
import { add, mul } from "../../../src/kernels/arithmetic.ts";
import { type Node, parameter } from "../../../src/kernels/op.ts";
import { type Shape, sizeOf, tensor } from "../../../src/tensor.ts";
import type { Weight } from "../../../src/training/arena.ts";

export interface SmallWeight {
  readonly shape: Shape;
  readonly initial: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

const ramp = (w: number, shape: Shape, factor: number, modulus: number, offset = 0): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, k) => ((factor * k + w) % modulus) / modulus - offset);

/** Weights of these shapes; by default those of the fixture, each with pads. */
export const smallWeights = (shapes: readonly Shape[] = [[3, 5], [6], [2, 3, 2, 2]]): SmallWeight[] =>
  shapes.map((shape, w) => ({
    shape,
    initial: ramp(w, shape, 3, 17, 0.5),
    a: ramp(w, shape, 7, 11),
    b: ramp(w, shape, 5, 13, 0.5),
  }));

/** The weights as parameters, and their gradients. */
export function smallProblem(of = smallWeights()): { readonly weights: Weight[]; readonly gradients: Node[] } {
  const constant = (name: string, shape: Shape, values: readonly number[]) =>
    parameter(name, shape, tensor(shape, Float32Array.from(values)));
  const weights = of.map(({ shape, initial }, w) => constant(`w${w}`, shape, initial));
  const gradients = of.map(({ shape, a, b }, w) => add(mul(weights[w], constant("a", shape, a)), constant("b", shape, b)));
  return { weights, gradients };
}
