/** A value on its way from an ONNX graph to ours: known numbers, or a node that will be computed. */
import { type Node, parameter } from "../../kernels/op.ts";
import { type ElementType, integerRange, isFloat } from "../../loaders/onnx/element-type.ts";
import { type HostTensor, isExact } from "../../loaders/onnx/host-tensor.ts";
import { type Shape, sizeOf, type Tensor } from "../../tensor.ts";
import { refuse } from "./unsupported.ts";

export type Value = HostValue | DeviceValue;

/** Numbers that are known when the graph is built: weights, shapes, and what follows from them. */
export interface HostValue {
  readonly kind: "host";
  readonly tensor: HostTensor;
  /** Of the initializer, where it is one. */
  readonly name?: string;
}

/** A value that the GPU computes; whole numbers are stored as floats, which is exact up to `LARGEST_INTEGER`. */
export interface DeviceValue {
  readonly kind: "device";
  readonly type: ElementType;
  readonly node: Node;
  /** For integers: no element is further from 0. */
  readonly bound: number;
}

/** The greatest whole number below which float32 holds every one. */
export const LARGEST_INTEGER = 2 ** 24;

/** Elements of one value: more would let a small file ask for any amount of memory. */
const MOST_ELEMENTS = 2 ** 28;

/** @throws Refusal for a shape of more elements than that. */
export function checkSize(shape: Shape): void {
  if (!(sizeOf(shape) <= MOST_ELEMENTS)) refuse(`a value of [${shape.join(", ")}] is too large`);
}

/** Places along an axis that a table is made for, one by one. */
const LONGEST_AXIS = 2 ** 18;

/** @throws Refusal for an axis of more places than that. */
export function checkAxis(length: number): void {
  if (!(length <= LONGEST_AXIS)) refuse(`an axis of ${length} places is too long`);
}

/** The node of a value; known numbers become parameters. */
export type Lift = (value: Value) => Node;

export const shapeOf = (value: Value): Shape => (value.kind === "host" ? value.tensor.shape : value.node.shape);
export const typeOf = (value: Value): ElementType => (value.kind === "host" ? value.tensor.type : value.type);
export const host = (tensor: HostTensor, name?: string): HostValue => ({ kind: "host", tensor, name });

/** A computed value; of integers, `bound` says how far from 0 they may be. */
export function device(type: ElementType, node: Node, bound = Number.POSITIVE_INFINITY): DeviceValue {
  const [least, most] = integerRange(type) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return { kind: "device", type, node, bound: Math.min(bound, Math.max(-least, most)) };
}

/** How far from 0 the elements of an integer value may be. */
export function boundOf(value: Value): number {
  if (value.kind === "device") return value.bound;
  let largest = 0;
  for (const number of value.tensor.data) largest = Math.max(largest, Math.abs(number));
  return largest;
}

/** Makes parameters of known numbers, one for each tensor however often it is used. */
export function lifting(): Lift {
  const made = new Map<HostTensor, Node>();
  return (value) => {
    if (value.kind === "device") return value.node;
    const known = made.get(value.tensor);
    if (known) return known;
    const node = parameter(value.name ?? "constant", value.tensor.shape, floatTensor(value.tensor));
    made.set(value.tensor, node);
    return node;
  };
}

/** Numbers as the GPU holds them: float64 is rounded, integers must be exact. */
export function floatTensor(tensor: HostTensor): Tensor {
  const { type, shape, data } = tensor;
  if (sizeOf(shape) === 0) refuse("works on a value without elements");
  if (!isFloat(type) && !(isExact(tensor) && data.every((value) => Math.abs(value) <= LARGEST_INTEGER)))
    refuse(`works on ${type} values beyond 2²⁴, which float32 does not hold exactly`);
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}
