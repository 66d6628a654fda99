/** t-SNE: points in the plane such that near rows of x stay near (van der Maaten and Hinton 2008), exactly, on the GPU. */
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import { storageBytes } from "../gpu/layout.ts";
import { compile } from "../graph/program.ts";
import type { Update } from "../graph/update.ts";
import { add, div, mul, sub } from "../kernels/arithmetic.ts";
import { binary } from "../kernels/binary.ts";
import { squaredDistances } from "../kernels/distances.ts";
import { input, type Node, parameter, ShapeError } from "../kernels/op.ts";
import { pad } from "../kernels/pad.ts";
import { reduce } from "../kernels/reduce.ts";
import { reshape } from "../kernels/reshape.ts";
import { scale } from "../kernels/scale.ts";
import { slice } from "../kernels/slice.ts";
import { transpose } from "../kernels/transpose.ts";
import { tsneForces } from "../kernels/tsne-forces.ts";
import { tsneProbabilities } from "../kernels/tsne-probabilities.ts";
import { where } from "../kernels/where.ts";
import { random } from "../random.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { principalComponents, project } from "./pca.ts";

/** Defaults are scikit-learn's. */
export interface TsneOptions {
  /** About how many neighbours a row has: above 1 and below n − 1. Small collections show more with less. */
  readonly perplexity?: number;
  readonly iterations?: number;
  /** What attraction is multiplied by at first, so that clusters can pass each other, and for how many iterations. */
  readonly earlyExaggeration?: number;
  readonly earlyIterations?: number;
  /** By default n / earlyExaggeration / 4, at least 50 (Belkina et al. 2019). */
  readonly learningRate?: number;
  /** Where the points begin: at the first two principal components (Kobak and Berens 2019), or by chance, as `seed` says. */
  readonly initial?: "pca" | "random";
  readonly seed?: number;
  /** Called every 50 iterations and at the last, with the divergence then. */
  readonly onProgress?: (iteration: number, divergence: number) => void;
}

export interface TsneMap {
  /** [n, 2] */
  readonly places: Tensor;
  /** Kullback and Leibler's divergence of the map's neighbourhoods from the rows', in nats: less is better, for one perplexity. */
  readonly divergence: number;
}

/** Iterations between two looks at the divergence. */
const REPORT_EVERY = 50;
/** Momentum while attraction is exaggerated, and after. */
const MOMENTA = [0.5, 0.8] as const;
const LEAST_GAIN = 0.01;
/** The deviation of the first coordinate at the start: small, so that all points still attract each other. */
const INITIAL_DEVIATION = 1e-4;

/**
 * A map of the rows of x [n, d]: the same bits for the same options on the same adapter. Every pair of rows counts, so that time and
 * memory grow with n²: some thousands.
 * @throws ShapeError unless x has 2 axes and 3 rows or more, and the perplexity fits.
 * @throws InputError if x is not finite.
 * @throws DeviceError if the adapter cannot hold n² numbers, or fails.
 *
 * @example
 * const { places } = await tsne(device, embeddings, { perplexity: 30, seed: 40 });
 */
export async function tsne(device: Device, x: Tensor, options: TsneOptions = {}): Promise<TsneMap> {
  const {
    perplexity = 30,
    iterations = 1000,
    earlyExaggeration = 12,
    earlyIterations = 250,
    learningRate = Math.max(x.shape[0] / earlyExaggeration / 4, 50),
    initial = "pca",
    seed = 0,
    onProgress,
  } = options;
  if (x.shape.length !== 2) throw new ShapeError("tsne", "rows are needed", [x.shape]);
  if (!Number.isInteger(iterations) || iterations < 1)
    throw new RangeError(`tsne: iterations must be a whole number from 1, got ${iterations}`);
  if (!x.data.every(Number.isFinite)) throw new InputError("tsne", "x holds a number that is not finite");
  checkSize(device, x.shape[0]);
  const begin = initial === "pca" ? fromComponents(x) : fromChance(x.shape[0], seed);
  const { state, record, updates } = descent(x, begin, perplexity);
  using program = await compile(device, {}, { updates });
  let divergence = Number.NaN;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const isEarly = iteration <= earlyIterations;
    const isReported = iteration % REPORT_EVERY === 0 || iteration === iterations;
    await program.run({
      exaggeration: one(isEarly ? earlyExaggeration : 1),
      momentum: one(MOMENTA[isEarly ? 0 : 1]),
      rate: one(learningRate),
      measured: one(isReported ? 1 : 0),
    });
    if (!isReported) continue;
    const [{ data: sums }] = await program.read([record]);
    divergence = sums[1] + Math.log(sums[0]);
    if (!Number.isFinite(divergence)) throw new DeviceError("gave a map whose points are not numbers");
    onProgress?.(iteration, divergence);
  }
  const [places] = await program.read([state]);
  if (!places.data.every(Number.isFinite)) throw new DeviceError("gave a map whose points are not numbers");
  return { places, divergence };
}

const one = (value: number): Tensor => tensor([1], Float32Array.of(value));

/** @throws DeviceError where the probabilities of all pairs cannot be bound. */
function checkSize({ profile: { maxBindingBytes, maxBufferBytes } }: Device, n: number): void {
  const bytes = storageBytes([n, n], "f32");
  const most = Math.min(maxBindingBytes, maxBufferBytes);
  if (bytes > most)
    throw new DeviceError(
      `cannot hold the ${Math.ceil(bytes / 2 ** 20)} MiB of all pairs of ${n} rows, at most ${Math.floor(Math.sqrt(most / 4))} rows fit`,
    );
}

/** The first two principal components, small. */
function fromComponents(x: Tensor): Tensor {
  const { data, shape } = project(principalComponents(x, 2), x);
  let squares = 0;
  for (let i = 0; i < data.length; i += 2) squares += data[i] * data[i];
  const factor = INITIAL_DEVIATION / Math.sqrt(squares / shape[0]);
  return tensor(
    shape,
    data.map((value) => value * factor),
  );
}

/** Normally distributed by chance (Box and Muller 1958). */
function fromChance(n: number, seed: number): Tensor {
  const places = tensor([n, 2]);
  for (let i = 0; i < n; i++) {
    const radius = INITIAL_DEVIATION * Math.sqrt(-2 * Math.log(1 - random(seed, 2 * i)));
    const angle = 2 * Math.PI * random(seed, 2 * i + 1);
    places.data.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
  }
  return places;
}

interface Descent {
  /** The places of the points, [n, 2]. */
  readonly state: Node;
  /** Before the last iteration: Σ w, and Σ p ln(p / w) where it was measured; [2]. */
  readonly record: Node;
  readonly updates: readonly Update[];
}

/** One iteration: gradient descent with momentum, each coordinate with a gain that grows while its direction holds (Jacobs 1988). */
function descent(x: Tensor, begin: Tensor, perplexity: number): Descent {
  const n = x.shape[0];
  const rows = parameter("x", x.shape, x);
  const near = tsneProbabilities(squaredDistances(rows, rows), { perplexity });
  // Of parameters alone, so that it is computed once.
  const p = scale(add(near, transpose(near, [1, 0])), 1 / (2 * n));

  const places = parameter("places", [n, 2], begin);
  const velocity = parameter("velocity", [n, 2], tensor([n, 2]));
  const gain = parameter("gain", [n, 2], tensor([n, 2], new Float32Array(2 * n).fill(1)));
  const record = parameter("record", [2], tensor([2]));

  const forces = tsneForces(p, places, input("measured", [1]));
  const sums = sumOfRows(slice(forces, 1, 4, 6));
  const attraction = mul(slice(forces, 1, 0, 2), input("exaggeration", [1]));
  const repulsion = div(slice(forces, 1, 2, 4), slice(sums, 1, 0, 1));
  const gradient = scale(sub(attraction, repulsion), 4);

  const turns = binary("less", mul(velocity, gradient), constant("zero", 0));
  const grown = where(turns, add(gain, constant("gain step", 0.2)), scale(gain, 0.8));
  const nextGain = binary("max", grown, constant("least gain", LEAST_GAIN));
  const step = mul(mul(nextGain, gradient), input("rate", [1]));
  const nextVelocity = sub(mul(velocity, input("momentum", [1])), step);
  return {
    state: places,
    record,
    updates: [
      { parameter: places, value: add(places, nextVelocity) },
      { parameter: velocity, value: nextVelocity },
      { parameter: gain, value: nextGain },
      { parameter: record, value: reshape(sums, [2]) },
    ],
  };
}

const constant = (name: string, value: number): Node => parameter(name, [1], tensor([1], Float32Array.of(value)));

/** Rows that are added up one after the other; parts of them are added in parallel. */
const PARTS = 64;

/** The sums of the columns of x [n, c]: [1, c]. */
function sumOfRows(x: Node): Node {
  const [n, columns] = x.shape;
  const each = Math.ceil(n / PARTS);
  const whole = pad(x, [
    [0, PARTS * each - n],
    [0, 0],
  ]);
  const parts = reduce("sum", reshape(whole, [PARTS, each, columns]), [1], false);
  return reduce("sum", parts, [0]);
}
