/** What an ONNX file holds, for people: inputs, outputs, operators, what our graph of it costs, and what cannot be computed. */
import { InputError, type Source } from "../../bytes.ts";
import type { Precision } from "../../gpu/layout.ts";
import type { AdapterProfile } from "../../gpu/profile.ts";
import { type GraphSummary, summaryOf } from "../../graph/print.ts";
import type { Node } from "../../kernels/op.ts";
import { isFloat } from "../../loaders/onnx/element-type.ts";
import { hostTensor } from "../../loaders/onnx/host-tensor.ts";
import type { OnnxValue } from "../../loaders/onnx/model.ts";
import { type Shape, sizeOf } from "../../tensor.ts";
import { type Given, loadOnnx } from "./network.ts";
import { type Unsupported, UnsupportedError } from "./unsupported.ts";

export interface OnnxSummary {
  readonly producer: string;
  readonly opset: number;
  readonly inputs: readonly Described[];
  readonly outputs: readonly Described[];
  /** Each with how often it is there. */
  readonly operators: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Empty where the whole graph can be computed. */
  readonly unsupported: readonly Unsupported[];
  /** Of our graph, where it can be computed. */
  readonly summary?: GraphSummary;
}

interface Described {
  readonly name: string;
  readonly type: string;
  /** Sizes, or names of those that are left open. */
  readonly shape: readonly (number | string)[];
}

interface SummaryOptions {
  /** What open sizes are taken to be: of the first axis, and of those after the channels. */
  readonly batch: number;
  readonly size?: number;
  readonly precision: Precision;
  readonly profile: AdapterProfile;
}

/**
 * Reads a file and plans it; nothing runs.
 * @throws InputError for a damaged file, or sizes that are open and not given.
 */
export async function onnxSummary(source: Source, { batch, size, precision, profile }: SummaryOptions): Promise<OnnxSummary> {
  const network = await loadOnnx(source);
  const { model, file } = network;
  const counts = new Map<string, number>();
  for (const { op } of model.graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  const held = {
    producer: model.producer,
    opset: model.opsets.get("") ?? 0,
    inputs: network.inputs.map(described),
    outputs: model.graph.outputs.map(described),
    operators: [...counts].map(([op, count]) => `${count} ${op}`),
    metadata: model.metadata,
  };
  const given = new Map(network.inputs.map((value) => [value.name, givenOf(value, batch, size, file)]));
  try {
    const nodes: Record<string, Node> = {};
    for (const [name, value] of network.build(given)) if (value.kind === "device") nodes[name] = value.node;
    return { ...held, unsupported: [], summary: summaryOf(nodes, { profile, precision }) };
  } catch (error) {
    if (error instanceof UnsupportedError) return { ...held, unsupported: error.nodes };
    throw error;
  }
}

const described = ({ name, type = "float32", shape = [] }: OnnxValue): Described => ({
  name,
  type,
  shape: shape.map((side) => side || "?"),
});

function givenOf({ name, type = "float32", shape = [] }: OnnxValue, batch: number, size: number | undefined, file: string): Given {
  const sizes: Shape = shape.map((side, axis) => {
    if (typeof side === "number") return side;
    const chosen = axis === 0 ? batch : axis >= 2 ? size : undefined;
    if (chosen === undefined)
      throw new InputError(
        file,
        `leaves axis ${axis} of its input ${name} open${axis >= 2 ? "; say how large pictures are by --size" : ""}`,
      );
    return chosen;
  });
  return isFloat(type) ? { shape: sizes } : { tensor: hostTensor(type, sizes, new Float64Array(sizeOf(sizes))) };
}
