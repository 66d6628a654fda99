/** Functions of elements: of known numbers on the host where they are integers or few, else by nodes. */
import { add, div, mul, sub } from "../../kernels/arithmetic.ts";
import { type BinaryKind, binary } from "../../kernels/binary.ts";
import { type Node, ShapeError } from "../../kernels/op.ts";
import { type UnaryKind, unary } from "../../kernels/unary.ts";
import { broadcastShape } from "../../kernels/walk.ts";
import { where as whereNode } from "../../kernels/where.ts";
import { type ElementType, integerRange, isFloat } from "../../loaders/onnx/element-type.ts";
import { type HostTensor, hostTensor, isExact, roomFor, wrapped } from "../../loaders/onnx/host-tensor.ts";
import { type Shape, sizeOf } from "../../tensor.ts";
import { binaryFunctions, unaryFunctions } from "./host-functions.ts";
import { expand, reshape } from "./movement.ts";
import { refuse } from "./unsupported.ts";
import { boundOf, device, type HostValue, host, LARGEST_INTEGER, type Lift, shapeOf, typeOf, type Value } from "./value.ts";

/** Floats up to this many are folded on the host: the arithmetic of shapes and scales. More are left to the GPU, which does it once. */
const FEW = 1024;

/** Whether an operation on known numbers is done on the host: always for integers, which the GPU may not hold exactly. */
const isFolded = (values: readonly Value[], size: number): boolean =>
  size === 0 || (values.every(({ kind }) => kind === "host") && (size <= FEW || values.some((value) => !isFloat(typeOf(value)))));

const comparisons: readonly BinaryKind[] = ["equal", "less", "lessOrEqual", "greater", "greaterOrEqual", "and", "or", "xor"];
const arithmetic: Partial<Record<BinaryKind, (a: Node, b: Node) => Node>> = { add, sub, mul, div };

/** f(a, b), broadcast as NumPy does; the result has a's type, or bool for comparisons. */
export function applyBinary(kind: BinaryKind, a: Value, b: Value, lift: Lift): Value {
  const shape = broadcast([shapeOf(a), shapeOf(b)]);
  const type = comparisons.includes(kind) ? "bool" : typeOf(a);
  if (isFolded([a, b], sizeOf(shape))) return host(binaryOnHost(kind, knownOf(a), knownOf(b), shape, type));
  const bound = isFloat(type) || type === "bool" ? undefined : integerBound(kind, a, b, type);
  const quick = arithmetic[kind];
  if (quick && shape.length <= 4) return device(type, quick(lift(aligned(a, shape)), lift(aligned(b, shape))), bound);
  return device(type, binary(kind, lift(a), lift(b)), bound);
}

/** Leading axes of size 1 up to the result's number of axes; a single element fits as it is. */
function aligned(x: Value, shape: Shape): Value {
  const from = shapeOf(x);
  if (sizeOf(from) === 1) return from.length === 0 || from.length > 1 ? reshape(x, shape.length === 0 ? [] : [1]) : x;
  return reshape(x, [...Array<number>(shape.length - from.length).fill(1), ...from]);
}

function broadcast(shapes: readonly Shape[]): Shape {
  try {
    return broadcastShape("shapes", shapes);
  } catch (error) {
    if (error instanceof ShapeError) refuse(error.message);
    throw error;
  }
}

function binaryOnHost(kind: BinaryKind, a: HostTensor, b: HostTensor, shape: Shape, type: ElementType): HostTensor {
  const [left, right] = [spread(a, shape), spread(b, shape)];
  const f = binaryFunctions[kind];
  const isWhole = !isFloat(a.type);
  const data = roomFor(type, left.length);
  for (let i = 0; i < data.length; i++) {
    const value = f(left[i], right[i]);
    if (!isWhole) data[i] = value;
    else if (kind === "div") data[i] = right[i] === 0 ? refuse("divides an integer by 0") : Math.trunc(value);
    else data[i] = wrapped(type, kind === "pow" ? Math.trunc(value) : value);
  }
  const result = { type, shape, data };
  const moves = kind === "min" || kind === "max";
  if (isWhole && !moves && !([a, b].every(isExact) && isExact(result))) refuse(`works on ${a.type} values beyond 2⁵³`);
  return result;
}

/** A host value's numbers repeated to a shape. */
function spread(tensor: HostTensor, shape: Shape): Float32Array | Float64Array {
  const value = expand(host(tensor), shape);
  return value.kind === "host" ? value.tensor.data : refuse("a known value is computed");
}

const knownOf = (value: Value): HostTensor =>
  value.kind === "host" ? value.tensor : { type: value.type, shape: [0], data: roomFor(value.type, 0) };

/** How large whole numbers may get: what float32 or the type itself does not hold is refused. */
function integerBound(kind: BinaryKind, a: Value, b: Value, type: ElementType): number {
  const [left, right] = [boundOf(a), boundOf(b)];
  const bounds: Partial<Record<BinaryKind, number>> = {
    add: left + right,
    sub: left + right,
    mul: left * right,
    min: Math.max(left, right),
    max: Math.max(left, right),
  };
  const bound = bounds[kind] ?? refuse(`${kind} of computed ${type} values is not done`);
  const [least, most] = integerRange(type) ?? [0, 0];
  if (bound > LARGEST_INTEGER || bound > most || (kind === "sub" && least === 0))
    refuse(`computed ${type} values may get beyond what float32 or ${type} holds`);
  return bound;
}

/** f(x) for each element; the result has x's type unless another is given. */
export function applyUnary(
  kind: UnaryKind,
  x: Value,
  lift: Lift,
  {
    alpha = 0,
    beta = 0,
    type = typeOf(x),
    bound = boundIfWhole(kind, x),
  }: { alpha?: number; beta?: number; type?: ElementType; bound?: number } = {},
): Value {
  const shape = shapeOf(x);
  if (!isFolded([x], sizeOf(shape))) return device(type, unary(kind, lift(x), { alpha, beta }), bound);
  const { data } = knownOf(x);
  const f = unaryFunctions[kind];
  return host(
    hostTensor(
      type,
      shape,
      Array.from(data, (value) => (isFloat(type) ? f(value, alpha, beta) : wrapped(type, f(value, alpha, beta)))),
    ),
  );
}

/** Functions that keep whole numbers whole and as near to 0. */
const keeping: readonly UnaryKind[] = ["abs", "neg", "floor", "ceil", "round", "trunc", "sign", "not", "truth", "isNaN", "isInf"];

function boundIfWhole(kind: UnaryKind, x: Value): number | undefined {
  if (isFloat(typeOf(x)) || x.kind === "host") return undefined;
  return keeping.includes(kind) ? x.bound : refuse(`${kind} of computed ${x.type} values is not done`);
}

/** a where the condition is not 0, else b. */
export function applyWhere(condition: Value, a: Value, b: Value, lift: Lift): Value {
  const shape = broadcast([condition, a, b].map(shapeOf));
  if (isFolded([condition, a, b], sizeOf(shape))) {
    const [chosen, left, right] = [condition, a, b].map((value) => spread(knownOf(value), shape));
    return host(
      hostTensor(
        typeOf(a),
        shape,
        Array.from(chosen, (value, i) => (value ? left[i] : right[i])),
      ),
    );
  }
  return device(typeOf(a), whereNode(lift(condition), lift(a), lift(b)), Math.max(boundOf(a), boundOf(b)));
}

/** A number as a value. */
export const scalar = (type: ElementType, value: number): HostValue => host(hostTensor(type, [], [value]));
