/** Whether a result is right: a figure counts only then. */
import { readFileSync } from "node:fs";
import type { Shape } from "../../src/tensor.ts";
import type { Case, Graph } from "./cases.ts";

/** The error of a result, in the measure of its tolerance. */
export interface Check {
  readonly against: string;
  readonly tolerance: number;
  error(result: Float32Array): number;
}

/** Of the largest magnitude. Sums of 4608 products and Winograd's transforms come to 10⁻⁵. */
const OPERATION_TOLERANCE = 5e-5;
/** Of the mean magnitude, as the stored PyTorch results ask for it. */
const NETWORK_TOLERANCE = 1e-3;
/** Of each loss, over two steps from the same weights. */
const TRAINING_TOLERANCE = 1e-3;

/** @param peer gives a result to compare with where nothing is stored. */
export async function checkFor(
  { kind, name, twin, error = relativeDifference }: Case,
  graph: Graph,
  peer: () => Promise<Float32Array>,
): Promise<Check> {
  if (kind === "operation") {
    if (!twin) throw new Error(`${name}: an operation needs a twin`);
    const { data } = twin();
    return { against: "float64", tolerance: OPERATION_TOLERANCE, error: (result) => error(result, data) };
  }
  if (kind === "training") {
    // Tests compare our steps with PyTorch's; here they say whether others do the same work.
    const losses = await peer();
    const error = (result: Float32Array): number => largest(losses.map((loss, step) => result[step] / loss - 1));
    return { against: "Roentgen", tolerance: TRAINING_TOLERANCE, error };
  }
  const network = /[a-z]+[a-z0-9_]*/.exec(name.replace("load + first result, ", ""))?.[0] ?? "";
  const stored = storedFor(network, graph.inputs.x.shape);
  if (stored) return { against: "PyTorch", tolerance: NETWORK_TOLERANCE, error: (result) => errorOfSample(result, stored) };
  const expected = await peer();
  const mean = meanMagnitude(expected);
  return { against: "ONNX Runtime's CPU", tolerance: NETWORK_TOLERANCE, error: (result) => largestDifference(result, expected) / mean };
}

/** What PyTorch gave: some elements at their flat places, and the mean magnitude. */
interface Sample {
  readonly index: readonly number[];
  readonly value: readonly number[];
  readonly meanAbs: number;
}

function storedFor(network: string, shape: Shape): Sample | undefined {
  const file = new URL(`../../tests/fixtures/golden/${network}.json`, import.meta.url);
  const { inference }: { inference: readonly { readonly input: Shape; readonly output: Sample }[] } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  return inference.find(({ input }) => input.join() === shape.join())?.output;
}

const errorOfSample = (result: Float32Array, { index, value, meanAbs }: Sample): number =>
  largest(index.map((at, k) => result[at] - value[k])) / meanAbs;

const relativeDifference = (result: Float32Array, expected: ArrayLike<number>): number =>
  largestDifference(result, expected) / largest(expected);

/** NaN where an element is, or where there are too few; a twin may give the first rows only. */
function largestDifference(result: Float32Array, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(result[i] - expected[i]);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

function largest(numbers: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) {
    const magnitude = Math.abs(numbers[i]);
    if (!(magnitude <= most)) most = magnitude;
  }
  return most;
}

const meanMagnitude = (numbers: Float32Array): number => numbers.reduce((sum, value) => sum + Math.abs(value), 0) / numbers.length;
