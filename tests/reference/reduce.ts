/** Elements along axes made one, from the definitions. */
import type { ReduceKind } from "../../src/kernels/reduce.ts";
import { at, generate, type Values, values } from "./values.ts";

export interface ReduceCall {
  readonly kind: ReduceKind;
  readonly axes: readonly number[];
  readonly keepDims?: boolean;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const functions: Readonly<Record<ReduceKind, (numbers: readonly number[]) => number>> = {
  sum,
  mean: (numbers) => sum(numbers) / numbers.length,
  max: (numbers) => Math.max(...numbers),
  min: (numbers) => Math.min(...numbers),
  prod: (numbers) => numbers.reduce((product, number) => product * number, 1),
  l1: (numbers) => sum(numbers.map(Math.abs)),
  l2: (numbers) => Math.sqrt(sum(numbers.map((number) => number ** 2))),
  sumSquare: (numbers) => sum(numbers.map((number) => number ** 2)),
  logSum: (numbers) => Math.log(sum(numbers)),
  logSumExp: (numbers) => {
    const largest = Math.max(...numbers);
    return largest + Math.log(sum(numbers.map((number) => Math.exp(number - largest))));
  },
};

export function reduce(x: Values, { kind, axes, keepDims = true }: ReduceCall): Values {
  const kept = generate(
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    (index) => {
      const numbers: number[] = [];
      generate(
        axes.map((axis) => x.shape[axis]),
        (inner) => {
          const place = axes.reduce((full, axis, i) => full.with(axis, inner[i]), [...index]);
          return numbers.push(at(x, place));
        },
      );
      return functions[kind](numbers);
    },
  );
  return keepDims
    ? kept
    : values(
        x.shape.filter((_, axis) => !axes.includes(axis)),
        kept.data,
      );
}
