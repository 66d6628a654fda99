/** Dropout by counted random numbers: the same elements as the kernel's, bit by bit. */
import { type Values, values } from "./values.ts";

export function dropout(x: Values, step: Values, { rate, seed }: { readonly rate: number; readonly seed: number }): Values {
  const stream = mixed(mixed(seed) ^ step.data[0]);
  return values(
    x.shape,
    x.data.map((value, element) => (mixed(mixed(element) ^ stream) < Math.floor(rate * 2 ** 32) ? 0 : value / (1 - rate))),
  );
}

function mixed(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
