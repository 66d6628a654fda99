/** Normalisations: by statistics that are known, and by those of the value itself. */
import { batchNorm } from "../../../kernels/batch-norm.ts";
import { binary } from "../../../kernels/binary.ts";
import type { Node } from "../../../kernels/op.ts";
import { reduce } from "../../../kernels/reduce.ts";
import { resample } from "../../../kernels/resample.ts";
import { reshape } from "../../../kernels/reshape.ts";
import { scale } from "../../../kernels/scale.ts";
import { unary } from "../../../kernels/unary.ts";
import { sizeOf } from "../../../tensor.ts";
import { scalar } from "../elementwise.ts";
import { axisOf, type Call, type Operators, shapeAtLeast } from "../operator.ts";
import { refuse } from "../unsupported.ts";
import { device, typeOf, type Value } from "../value.ts";

export const normalizations: Operators = {
  BatchNormalization: (call) => {
    const epsilon = call.float("epsilon", 1e-5);
    call.float("momentum", 0.9);
    const isTraining = call.opset < 7 ? call.int("is_test", 0) === 0 : call.int("training_mode", 0) !== 0;
    if (isTraining || call.outputs > 1) refuse("with statistics of its own batch (training) is not done");
    if (call.int("spatial", 1) !== 1) refuse("attribute spatial is not 1");
    const shape = shapeAtLeast(call, 1);
    const [x, ...rest] = [0, 1, 2, 3, 4].map((index) => call.node(index));
    const [weight, bias, mean, variance] = rest;
    const y = shape.length < 2 ? refuse("of one axis is not done") : batchNorm(x, weight, bias, mean, variance, { epsilon });
    return device(typeOf(call.input(0)), y);
  },
  InstanceNormalization: (call) => {
    const shape = shapeAtLeast(call, 3);
    const axes = shape.flatMap((_, axis) => (axis >= 2 ? [axis] : []));
    const { y } = standardised(call.node(0), axes, call.float("epsilon", 1e-5));
    const each = (index: number): Node => reshape(call.node(index), [1, shape[1], ...axes.map(() => 1)]);
    return device(typeOf(call.input(0)), binary("add", binary("mul", y, each(1)), each(2)));
  },
  GroupNormalization: groupNormalization,
  LayerNormalization: (call) => {
    const shape = shapeAtLeast(call, 1);
    const first = axisOf(call.int("axis", -1), shape.length);
    if (call.int("stash_type", 1) !== 1) refuse("attribute stash_type is not 1");
    const axes = shape.flatMap((_, axis) => (axis >= first ? [axis] : []));
    const { y, mean, deviation } = standardised(call.node(0), axes, call.float("epsilon", 1e-5));
    const scaled = binary("mul", y, call.node(1));
    const type = typeOf(call.input(0));
    return [
      device(type, call.inputs[2] ? binary("add", scaled, call.node(2)) : scaled),
      device("float32", mean),
      device("float32", unary("reciprocal", deviation)),
    ];
  },
  RMSNormalization: (call) => {
    const shape = shapeAtLeast(call, 1);
    const first = axisOf(call.int("axis", -1), shape.length);
    if (call.int("stash_type", 1) !== 1) refuse("attribute stash_type is not 1");
    const axes = shape.flatMap((_, axis) => (axis >= first ? [axis] : []));
    const x = call.node(0);
    const root = unary("sqrt", scale(reduce("mean", unary("square", x), axes), 1, call.float("epsilon", 1e-5)));
    return device(typeOf(call.input(0)), binary("mul", binary("div", x, root), call.node(1)));
  },
  MeanVarianceNormalization: (call) => {
    const axes = (call.ints("axes") ?? [0, 2, 3]).map((axis) => axisOf(axis, shapeAtLeast(call, 1).length));
    return device(typeOf(call.input(0)), standardised(call.node(0), axes, 1e-18).y);
  },
  LpNormalization: (call) => {
    const axis = axisOf(call.int("axis", -1), shapeAtLeast(call, 1).length);
    const p = call.int("p", 2);
    if (p !== 1 && p !== 2) refuse(`attribute p is ${p}`);
    const norm = reduce(p === 1 ? "l1" : "l2", call.node(0), [axis]);
    // What is 0 throughout stays 0.
    const safe = binary("add", norm, unary("not", norm));
    return device(typeOf(call.input(0)), binary("div", call.node(0), safe));
  },
  LRN: (call) => {
    const shape = shapeAtLeast(call, 2);
    const size = call.int("size", 0);
    if (size < 1 || size > 2 * shape[1] + 1) refuse(`attribute size is ${size} for ${shape[1]} channels`);
    const [alpha, beta, bias] = [call.float("alpha", 1e-4), call.float("beta", 0.75), call.float("bias", 1)];
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    const rows = Array.from({ length: shape[1] }, (_, channel) => ({
      taps: Array.from({ length: size }, (_, tap): [number, number] => [channel - before + tap, 1]).filter(
        ([at]) => at >= 0 && at < shape[1] && at <= channel + after,
      ),
    }));
    const x = call.node(0);
    const sums = scale(resample(unary("square", x), 1, rows), alpha / size, bias);
    return device(typeOf(call.input(0)), binary("div", x, binary("pow", sums, call.lift(scalar("float32", beta)))));
  },
};

/** (x − mean) / √(variance + ε) over axes; the variance is that of what is left, so that a large mean does not drown it. */
function standardised(x: Node, axes: readonly number[], epsilon: number): { y: Node; mean: Node; deviation: Node } {
  const mean = reduce("mean", x, axes);
  const centred = binary("sub", x, mean);
  const deviation = unary("sqrt", scale(reduce("mean", unary("square", centred), axes), 1, epsilon));
  return { y: binary("div", centred, deviation), mean, deviation };
}

/** Channels in groups that are each standardised; from operator set 21 on weight and bias are one a channel, before one a group. */
function groupNormalization(call: Call): Value {
  const shape = shapeAtLeast(call, 3);
  const groups = call.int("num_groups", 0);
  if (call.int("stash_type", 1) !== 1) refuse("attribute stash_type is not 1");
  const [n, channels] = shape;
  if (groups < 1 || channels % groups !== 0) refuse(`${groups} groups do not divide ${channels} channels`);
  const grouped = reshape(call.node(0), [n, groups, channels / groups, sizeOf(shape.slice(2))]);
  const { y } = standardised(grouped, [2, 3], call.float("epsilon", 1e-5));
  const each = (index: number): Node => {
    const value = call.node(index);
    return call.opset < 21 ? reshape(value, [1, groups, 1, 1]) : reshape(value, [1, groups, channels / groups, 1]);
  };
  return device(typeOf(call.input(0)), reshape(binary("add", binary("mul", y, each(1)), each(2)), shape));
}
