/** One case of the ONNX backend test suite: a model, its inputs, and the outputs that it must give. */
import { InputError, readBytes } from "../../bytes.ts";
import type { Device } from "../../gpu/device.ts";
import { isFloat } from "../../loaders/onnx/element-type.ts";
import type { HostTensor } from "../../loaders/onnx/host-tensor.ts";
import type { OnnxValue } from "../../loaders/onnx/model.ts";
import { decodeTensor, readTensor } from "../../loaders/onnx/tensor.ts";
import { rootOf } from "../../loaders/onnx/wire.ts";
import { sizeOf } from "../../tensor.ts";
import { loadOnnx, type OnnxNetwork } from "./network.ts";
import { onnxSession } from "./session.ts";
import { UnsupportedError } from "./unsupported.ts";

export interface Verdict {
  readonly verdict: "passed" | "failed" | "skipped";
  readonly reason?: string;
}

/** Where a case lies; without inputs it is fed 0, 1/n … (n − 1)/n, as ONNX's light models are. */
export interface CaseFiles {
  readonly model: string;
  readonly sets: readonly { readonly inputs?: readonly string[]; readonly outputs: readonly string[] }[];
}

/** What the suite's own runner allows; of bfloat16 with its 8 bits, which the suite rounds after every step, two units. */
const RELATIVE = 1e-3;
const RELATIVE_BFLOAT16 = 2 ** -6;
const ABSOLUTE = 1e-7;

/** Runs a case. What the model's refusal says is why it was skipped; any other difference or error is a failure. */
export async function runCase(path: string, { model, sets }: CaseFiles, openDevice: () => Promise<Device>): Promise<Verdict> {
  try {
    const network = await loadOnnx(model);
    const foreign = foreignValue(network);
    if (foreign) return { verdict: "skipped", reason: foreign };
    if (sets.length === 0) return { verdict: "failed", reason: `${path} has no data` };
    // Without Winograd's transforms, whose rounding is that of the largest sum and not of each.
    const session = onnxSession(network, openDevice, { strict: true });
    try {
      for (const { inputs, outputs } of sets) {
        const results = await session.run(inputs ? await readInputs(network, inputs) : countingInputs(network));
        for (const [index, { name }] of network.model.graph.outputs.entries()) {
          const result = results.get(name);
          const problem = outputs[index] && result ? difference(result, await readValue(outputs[index])) : "has no output to compare";
          if (problem) return { verdict: "failed", reason: `output ${name} ${problem}` };
        }
      }
    } finally {
      session.destroy();
    }
    return { verdict: "passed" };
  } catch (error) {
    if (error instanceof UnsupportedError) {
      const [{ operator, problem }] = error.nodes;
      return { verdict: "skipped", reason: `${operator}: ${problem}` };
    }
    if (error instanceof NotRead) return { verdict: "skipped", reason: error.message };
    return { verdict: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Inputs and outputs that are no tensors of numbers are outside what is computed here. */
function foreignValue({ inputs, model }: OnnxNetwork): string | undefined {
  const foreign = ({ type }: OnnxValue): boolean => type === undefined || type === "string" || type.startsWith("complex");
  const found = [...inputs, ...model.graph.outputs].find(foreign);
  if (!found) return undefined;
  return found.type ? `values of type ${found.type}` : "values that are sequences, optional or maps";
}

/** Data that is whole and of a type that is not read. */
class NotRead extends Error {}

async function readInputs({ inputs }: OnnxNetwork, paths: readonly string[]): Promise<Map<string, HostTensor>> {
  const values = new Map<string, HostTensor>();
  for (const [index, { name }] of inputs.entries()) {
    if (paths[index] === undefined) throw new InputError(paths[0] ?? name, `there is no data for input ${name}`);
    values.set(name, await readValue(paths[index]));
  }
  return values;
}

async function readValue(path: string): Promise<HostTensor> {
  const tensor = readTensor(await readBytes(path), rootOf(path));
  const value = decodeTensor(tensor);
  if (!value) throw new NotRead(`values of type ${tensor.type}`);
  return value;
}

/** Each input counts up from 0 by 1/n; sizes that are left open are 1. */
function countingInputs({ inputs }: OnnxNetwork): Map<string, HostTensor> {
  return new Map(
    inputs.map(({ name, type = "float32", shape: sizes = [] }) => {
      const shape = sizes.map((size) => (typeof size === "number" ? size : 1));
      const count = sizeOf(shape);
      return [name, { type, shape, data: Float32Array.from({ length: count }, (_, i) => i / count) }];
    }),
  );
}

/** Where a result differs from what it must be, in words. */
function difference(actual: HostTensor, expected: HostTensor): string | undefined {
  if (actual.type !== expected.type) return `is ${actual.type}, expected ${expected.type}`;
  if (actual.shape.join() !== expected.shape.join()) return `is [${actual.shape.join(", ")}], expected [${expected.shape.join(", ")}]`;
  const isExact = !isFloat(expected.type);
  const relative = expected.type === "bfloat16" ? RELATIVE_BFLOAT16 : RELATIVE;
  const wrong = (value: number, wanted: number): boolean => {
    if (Number.isNaN(wanted)) return !Number.isNaN(value);
    if (isExact || !Number.isFinite(wanted)) return value !== wanted;
    return !(Math.abs(value - wanted) <= ABSOLUTE + relative * Math.abs(wanted));
  };
  const places = [...actual.data.keys()].filter((i) => wrong(actual.data[i], expected.data[i]));
  if (places.length === 0) return undefined;
  const [first] = places;
  return `differs in ${places.length} of ${actual.data.length} values, the first is ${actual.data[first]} at ${first}, expected ${expected.data[first]}`;
}
