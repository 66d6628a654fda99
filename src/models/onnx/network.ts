/** A network from an ONNX file: what it takes and gives, and our graph of it for inputs of given sizes. */
import { InputError, nameOf, readBytes, type Source } from "../../bytes.ts";
import { input, type Node } from "../../kernels/op.ts";
import { reshape } from "../../kernels/reshape.ts";
import { type ElementType, isFloat } from "../../loaders/onnx/element-type.ts";
import { withExternalData } from "../../loaders/onnx/external-data.ts";
import type { HostTensor } from "../../loaders/onnx/host-tensor.ts";
import { type OnnxModel, type OnnxValue, readOnnx } from "../../loaders/onnx/model.ts";
import { type Shape, sizeOf } from "../../tensor.ts";
import { convert } from "./convert.ts";
import { device, host, type Value } from "./value.ts";

export interface OnnxNetwork {
  readonly file: string;
  readonly model: OnnxModel;
  /** What must be given at every run: inputs without the initializers that older files list among them. */
  readonly inputs: readonly OnnxValue[];
  /** The values of the outputs by name; for nodes among them, inputs of the same names are to be given at every run. */
  build(inputs: ReadonlyMap<string, Given>): Map<string, Value>;
}

/** An input as the graph is built for it: its shape, a node in its place, or its numbers where the graph may depend on them. */
export type Given = { readonly shape: Shape } | { readonly node: Node } | { readonly tensor: HostTensor };

/**
 * Reads an ONNX model, with the values that it keeps in files beside it.
 * @throws InputError for a damaged file, or values outside the model's folder.
 */
export async function loadOnnx(source: Source): Promise<OnnxNetwork> {
  return onnxNetworkOf(await readBytes(source), source);
}

/** The same from bytes that were read from `source`, which says where files beside it are. */
export async function onnxNetworkOf(bytes: Uint8Array, source: Source): Promise<OnnxNetwork> {
  const file = nameOf(source);
  return onnxNetwork(await withExternalData(readOnnx(bytes, file), source), file);
}

/** The network of a model that was read. */
export function onnxNetwork(model: OnnxModel, file: string): OnnxNetwork {
  const inputs = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name));
  return {
    file,
    model,
    inputs,
    build(given) {
      const values = new Map<string, Value>();
      for (const { name, type } of inputs) {
        const value = given.get(name);
        if (!value) throw new InputError(file, `input ${JSON.stringify(name)} is missing`);
        if ("tensor" in value) values.set(name, host(value.tensor));
        else if ("node" in value) values.set(name, device(type ?? "float32", value.node));
        else values.set(name, inputValue(name, value.shape, type, file));
      }
      return convert(model, values, file);
    },
  };
}

/** A number alone is fed as a list of one. */
function inputValue(name: string, shape: Shape, type: ElementType | undefined, file: string): Value {
  if (type === undefined || type === "string" || type.startsWith("complex"))
    throw new InputError(file, `input ${JSON.stringify(name)} is ${type ? `of ${type}` : "no tensor"}, which is not computed with`);
  if (sizeOf(shape) === 0) return host({ type, shape, data: isFloat(type) ? new Float32Array(0) : new Float64Array(0) });
  return device(type, shape.length === 0 ? reshape(input(name, [1]), []) : input(name, shape));
}
