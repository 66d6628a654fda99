/** The small generator of parameters and inputs behind the stored PyTorch results, so that no weight file is needed. */
import { type Shape, sizeOf, type Tensor } from "../src/tensor.ts";

/** A tensor named `name`: its values follow from the name, the place and the kind of tensor that the name tells. */
export function generated(name: string, shape: Shape): Tensor {
  const u = uniform(name);
  const size = sizeOf(shape);
  const data = new Float32Array(size);
  const fan = /\bup\b/.test(name) ? shape[0] : size / shape[0]; // a transposed convolution has its inputs first
  const bound = Math.sqrt(6 / fan);
  const value: (u: number) => number =
    name === "input" || name === "target"
      ? (u) => 2 * u - 1
      : /\.(running_mean|bias)$/.test(name)
        ? (u) => 0.2 * u - 0.1
        : name.endsWith(".running_var")
          ? (u) => 0.5 + u
          : shape.length === 1
            ? (u) => 0.25 + 0.5 * u
            : (u) => (2 * u - 1) * bound;
  for (let k = 0; k < size; k++) data[k] = value(u(k));
  return { shape, data };
}

/** u(k) in [0, 1) for the k-th value of a tensor. */
export function uniform(name: string): (k: number) => number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (k) => {
    const a = (hash + Math.imul(k + 1, 0x6d2b79f5)) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
