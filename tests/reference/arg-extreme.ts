/** Where along an axis the largest or smallest element is. */
import type { ArgOptions } from "../../src/kernels/arg-extreme.ts";
import { at, generate, type Values } from "./values.ts";

const arg =
  (isBetter: (a: number, b: number) => boolean) =>
  (x: Values, { axis, last = false }: ArgOptions): Values =>
    generate(x.shape.with(axis, 1), (index) => {
      let best = 0;
      for (let place = 1; place < x.shape[axis]; place++) {
        const [found, value] = [at(x, index.with(axis, best)), at(x, index.with(axis, place))];
        if (isBetter(value, found) || (last && value === found)) best = place;
      }
      return best;
    });

export const argMax = arg((a, b) => a > b);
export const argMin = arg((a, b) => a < b);
