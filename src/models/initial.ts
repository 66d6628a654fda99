/** How a network's values start before training: distributions by layer, drawn from a seeded, counter-based generator. */
import { type Shape, sizeOf, type Tensor, tensor } from "../tensor.ts";

/** What every element of a value is drawn from. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "uniform"; readonly bound: number };

/** How a layer's weight and bias start; both follow from the weight's shape. */
export interface Initialiser {
  readonly weight: (weight: Shape) => Distribution;
  readonly bias: (weight: Shape) => Distribution;
}

export const zeros: Distribution = { kind: "constant", value: 0 };
export const ones: Distribution = { kind: "constant", value: 1 };

const normal = (deviation: number): Distribution => ({ kind: "normal", deviation });
const uniform = (bound: number): Distribution => ({ kind: "uniform", bound });

/** Products of each output and each input, [out, in, kh, kw] → in·kh·kw and out·kh·kw. */
const fanIn = (weight: Shape): number => sizeOf(weight.slice(1));
const fanOut = (weight: Shape): number => weight[0] * sizeOf(weight.slice(2));

/** He et al. 2015 for ReLU, σ = √(2 / fan-out); bias 0. */
export const kaimingFanOut: Initialiser = { weight: (weight) => normal(Math.sqrt(2 / fanOut(weight))), bias: () => zeros };
/** He et al. 2015 for ReLU, σ = √(2 / fan-in); bias 0. */
export const kaimingFanIn: Initialiser = { weight: (weight) => normal(Math.sqrt(2 / fanIn(weight))), bias: () => zeros };
/** He et al. 2015 for ReLU, uniform within √(6 / fan-in); bias 0. */
export const kaimingUniform: Initialiser = { weight: (weight) => uniform(Math.sqrt(6 / fanIn(weight))), bias: () => zeros };
/** Glorot and Bengio 2010, uniform within √(6 / (fan-in + fan-out)); bias 0. */
export const xavierUniform: Initialiser = {
  weight: (weight) => uniform(Math.sqrt(6 / (fanIn(weight) + fanOut(weight)))),
  bias: () => zeros,
};
/** Normal with σ = 0.01; bias 0. */
export const smallNormal: Initialiser = { weight: () => normal(0.01), bias: () => zeros };
/** What torch.nn does unasked: weight and bias uniform within 1 / √fan-in. */
export const torchDefault: Initialiser = {
  weight: (weight) => uniform(1 / Math.sqrt(fanIn(weight))),
  bias: (weight) => uniform(1 / Math.sqrt(fanIn(weight))),
};

/** A fresh value: element k depends on the seed, the name and k alone, so that neither order nor other values matter. */
export function drawTensor(name: string, shape: Shape, distribution: Distribution, seed: number): Tensor {
  const fresh = tensor(shape);
  const { data } = fresh;
  const stream = hash(hashOfText(name) ^ hash(seed));
  if (distribution.kind === "constant") data.fill(distribution.value);
  else if (distribution.kind === "uniform")
    for (let k = 0; k < data.length; k++) data[k] = distribution.bound * (2 * uniformAt(stream, k) - 1);
  else fillNormal(data, distribution.deviation, stream);
  return fresh;
}

/** Box and Muller 1958: a pair of normal values from a pair of uniform ones. */
function fillNormal(data: Float32Array, deviation: number, stream: number): void {
  for (let k = 0; k < data.length; k += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(uniformAt(stream, k)));
    const angle = 2 * Math.PI * uniformAt(stream, k + 1);
    data[k] = radius * Math.cos(angle);
    if (k + 1 < data.length) data[k + 1] = radius * Math.sin(angle);
  }
}

/** Within (0, 1), both ends excluded. The counter is hashed before the stream joins it: no two streams share a run of values. */
const uniformAt = (stream: number, counter: number): number => (hash(hash(counter) ^ stream) + 0.5) / 2 ** 32;

/** A bijective mix of 32 bits (Wellons 2018, "lowbias32"). */
function hash(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** FNV-1a, 32 bits. */
export function hashOfText(text: string): number {
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
