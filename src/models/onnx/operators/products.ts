/** Matrix products. */
import { batchMatmul } from "../../../kernels/batch-matmul.ts";
import { binary } from "../../../kernels/binary.ts";
import { linear } from "../../../kernels/linear.ts";
import { matmul } from "../../../kernels/matmul.ts";
import type { Node } from "../../../kernels/op.ts";
import { reshape as reshapeNode } from "../../../kernels/reshape.ts";
import { scale } from "../../../kernels/scale.ts";
import { isFloat } from "../../../loaders/onnx/element-type.ts";
import { sizeOf } from "../../../tensor.ts";
import { reshape, transpose } from "../movement.ts";
import type { Call, Operators } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { device, shapeOf, typeOf, type Value } from "../value.ts";

export const products: Operators = { Gemm: gemm, MatMul: matMul };

/** α · A · B + β · C. A weight that is known becomes a fully connected layer's, and a row C its bias. */
function gemm(call: Call): Value {
  const type = floatType(call);
  if (call.opset < 7) call.int("broadcast", 0);
  const [alpha, beta] = [call.float("alpha", 1), call.float("beta", 1)];
  const a = turned(call.input(0), call.int("transA", 0) === 1);
  const isTransposed = call.int("transB", 0) === 1;
  const b = call.input(1);
  const [rows, inner] = shapeOf(a);
  const columns = shapeOf(b)[isTransposed ? 0 : 1];
  if (shapeOf(b).length !== 2 || shapeOf(b)[isTransposed ? 1 : 0] !== inner)
    refuse(`inner sizes differ: [${shapeOf(a).join(", ")}] and [${shapeOf(b).join(", ")}]`);
  const c = call.inputs[2];
  const isBias =
    c !== undefined && sizeOf(shapeOf(c)) === columns && shapeOf(c)[shapeOf(c).length - 1] === columns && alpha === 1 && beta === 1;
  const bias = isBias ? call.lift(reshape(c, [columns])) : undefined;
  const isLayer = b.kind === "host" || isBias;
  const x = call.lift(a);
  const product = isLayer
    ? linear(x, call.lift(isTransposed ? b : transpose(b, [1, 0])), bias)
    : matmul(x, call.lift(isTransposed ? transpose(b, [1, 0]) : b));
  const scaled = alpha === 1 ? product : scale(product, alpha);
  if (c === undefined || isBias) return device(type, scaled);
  const addend = beta === 1 ? call.lift(c) : scale(call.lift(c), beta);
  const sum = binary("add", scaled, addend);
  return sum.shape[0] === rows && sum.shape[1] === columns
    ? device(type, sum)
    : refuse(`C [${shapeOf(c).join(", ")}] does not repeat to the product`);
}

function turned(value: Value, isTransposed: boolean): Value {
  if (shapeOf(value).length !== 2) refuse(`of [${shapeOf(value).join(", ")}], which has not 2 axes`);
  return isTransposed ? transpose(value, [1, 0]) : value;
}

function floatType(call: Call): ReturnType<typeof typeOf> {
  const type = typeOf(call.input(0));
  return isFloat(type) ? type : refuse(`of ${type} is not done`);
}

/** As numpy.matmul: one axis becomes a row or a column, and axes before the last two broadcast. */
function matMul(call: Call): Value {
  const type = floatType(call);
  const [a, b] = [call.input(0), call.input(1)];
  const [left, right] = [shapeOf(a), shapeOf(b)];
  if (left.length === 0 || right.length === 0) refuse("of a single number is not done");
  const rowed = left.length === 1 ? reshape(a, [1, left[0]]) : a;
  const columned = right.length === 1 ? reshape(b, [right[0], 1]) : b;
  const y = product(call, rowed, columned);
  const shape = y.shape.filter(
    (_, axis) => !(left.length === 1 && axis === y.shape.length - 2) && !(right.length === 1 && axis === y.shape.length - 1),
  );
  return device(type, reshapeNode(y, shape));
}

function product(call: Call, a: Value, b: Value): Node {
  const [left, right] = [shapeOf(a), shapeOf(b)];
  if (left[left.length - 1] !== right[right.length - 2]) refuse(`inner sizes differ: [${left.join(", ")}] and [${right.join(", ")}]`);
  if (left.length === 2 && right.length === 2)
    return b.kind === "host" ? linear(call.lift(a), call.lift(transpose(b, [1, 0]))) : matmul(call.lift(a), call.lift(b));
  if (right.length === 2 && b.kind === "host") {
    const rows = reshapeNode(call.lift(a), [sizeOf(left.slice(0, -1)), left[left.length - 1]]);
    return reshapeNode(linear(rows, call.lift(transpose(b, [1, 0]))), [...left.slice(0, -1), right[1]]);
  }
  return batchMatmul(call.lift(a), call.lift(b));
}
