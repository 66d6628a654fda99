/** Runs of an ONNX network on values of any type: programs are made for the sizes, and the whole numbers, that come. */
import { InputError } from "../../bytes.ts";
import type { Device } from "../../gpu/device.ts";
import { type CompileOptions, compile, type Program } from "../../graph/program.ts";
import type { Node } from "../../kernels/op.ts";
import { type ElementType, isFloat } from "../../loaders/onnx/element-type.ts";
import type { HostTensor } from "../../loaders/onnx/host-tensor.ts";
import { formatOf, roundTo } from "../../loaders/onnx/small-float.ts";
import { type Shape, sizeOf, type Tensor } from "../../tensor.ts";
import type { Given, OnnxNetwork } from "./network.ts";
import { UnsupportedError } from "./unsupported.ts";
import { LARGEST_INTEGER } from "./value.ts";

/** Owns GPU memory: call `destroy`. */
export interface OnnxSession {
  /**
   * The outputs for inputs by name. Floats of every type are computed as float32.
   * @throws InputError for inputs that are missing or do not fit, UnsupportedError for what cannot be computed.
   */
  run(inputs: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>>;
  destroy(): void;
}

/** Whole numbers up to this many are known when the graph is built: shapes, axes and indices. More are a picture. */
const MOST_KNOWN = 4096;

/** Opens the device only where something is left to compute on it. */
export function onnxSession(network: OnnxNetwork, openDevice: () => Promise<Device>, options: CompileOptions = {}): OnnxSession {
  let made: { readonly key: string; readonly outputs: readonly Output[]; readonly program: Program | undefined } | undefined;
  // Inputs on whose numbers the graph turned out to depend.
  const known = new Set<string>();
  const prepare = async (inputs: ReadonlyMap<string, HostTensor>) => {
    const given = new Map(
      network.inputs.map(({ name, type }) => [name, givenOf(name, inputs.get(name), type, network.file, known.has(name))]),
    );
    const keyOf = (): string =>
      JSON.stringify(
        [...given].map(([name, value]) => [
          name,
          "tensor" in value ? [value.tensor.shape, [...value.tensor.data]] : "shape" in value && value.shape,
        ]),
      );
    if (made && made.key === keyOf()) return made;
    made?.program?.destroy();
    made = undefined;
    const values = builtWith(network, given, inputs, known);
    const nodes: Record<string, Node> = {};
    const outputs = [...values].map(([name, value]): Output => {
      if (value.kind === "host") return { name, tensor: value.tensor };
      nodes[name] = value.node;
      return { name, type: value.type, shape: value.node.shape };
    });
    const program = Object.keys(nodes).length > 0 ? await compile(await openDevice(), nodes, options) : undefined;
    made = { key: keyOf(), outputs, program };
    return made;
  };
  return {
    async run(inputs) {
      const { outputs, program } = await prepare(inputs);
      const results = (await program?.run(feeds(program, inputs))) ?? {};
      return new Map(
        outputs.map((output) => {
          const { name } = output;
          return [name, "tensor" in output ? output.tensor : typed(output, results[name].data)];
        }),
      );
    },
    destroy: () => made?.program?.destroy(),
  };
}

/** The graph; where it depends on the numbers of some inputs (scales, say), these are known to it. */
function builtWith(
  network: OnnxNetwork,
  given: Map<string, Given>,
  inputs: ReadonlyMap<string, HostTensor>,
  known: Set<string>,
): ReturnType<OnnxNetwork["build"]> {
  try {
    return network.build(given);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const missing = error.nodes.flatMap(({ input }) => (input !== undefined ? [[input, inputs.get(input)] as const] : []));
    const small = missing.flatMap(([name, tensor]) => (tensor && sizeOf(tensor.shape) <= MOST_KNOWN ? [[name, { tensor }] as const] : []));
    if (small.every(([name]) => known.has(name))) throw error;
    for (const [name, tensor] of small) {
      known.add(name);
      given.set(name, tensor);
    }
    return builtWith(network, given, inputs, known);
  }
}

/** Results are computed as float32; those of fewer bits become values of their type at the end. */
function typed({ type, shape }: { readonly type: ElementType; readonly shape: Shape }, data: Float32Array): HostTensor {
  const format = formatOf(type);
  return { type, shape, data: format ? data.map((value) => roundTo(format, value, false)) : data };
}

type Output =
  | { readonly name: string; readonly tensor: HostTensor }
  | { readonly name: string; readonly type: ElementType; readonly shape: Shape };

function givenOf(name: string, tensor: HostTensor | undefined, type: ElementType | undefined, file: string, isKnown: boolean): Given {
  const subject = `input ${JSON.stringify(name)}`;
  if (!tensor) throw new InputError(file, `${subject} is missing`);
  if (type !== undefined && tensor.type !== type) throw new InputError(file, `${subject} must be ${type}, got ${tensor.type}`);
  if (isKnown && sizeOf(tensor.shape) <= MOST_KNOWN) return { tensor };
  if (tensor.type === "float64" && tensor.data.some((value) => Number.isFinite(value) && !Number.isFinite(Math.fround(value))))
    throw new UnsupportedError(file, [{ node: name, operator: "input", problem: "float64 values beyond the range of float32" }]);
  if (isFloat(tensor.type)) return sizeOf(tensor.shape) === 0 ? { tensor } : { shape: tensor.shape };
  if (sizeOf(tensor.shape) <= MOST_KNOWN) return { tensor };
  if (!tensor.data.every((value) => Math.abs(value) <= LARGEST_INTEGER))
    throw new InputError(file, `${subject} has values beyond 2²⁴, which float32 does not hold exactly`);
  return { shape: tensor.shape };
}

/** What the program asks for; a number alone is a list of one. */
function feeds({ plan }: Program, inputs: ReadonlyMap<string, HostTensor>): Record<string, Tensor> {
  const fed: Record<string, Tensor> = {};
  for (const [name, { node }] of plan.inputs) {
    const data = inputs.get(name)?.data ?? new Float32Array();
    fed[name] = { shape: node.shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
  }
  return fed;
}
