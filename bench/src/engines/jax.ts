/** jax-js on WebGPU: the network as one function of its input and its weights, under jit. */
import * as jax from "@jax-js/jax";
import { topologicalOrder } from "../../../src/graph/order.ts";
import { isInput, isParameter, type Node } from "../../../src/kernels/op.ts";
import type { Tensor } from "../../../src/tensor.ts";
import type { Engine } from "./engine.ts";
import { foldBatchNorms, tensorOf } from "./fold.ts";
import { versionOf } from "./versions.ts";
import { watch } from "./watch.ts";

const { lax, nn, numpy: np } = jax;
type Value = jax.Array;

export async function open(): Promise<Engine> {
  await jax.init("webgpu");
  jax.defaultDevice("webgpu");
  const check = watch(jax.getWebGPUDevice());
  return {
    version: versionOf("@jax-js/jax"),
    prepare({ output: original, inputs }, kind) {
      const output = foldBatchNorms(original);
      const order = topologicalOrder([output]);
      const weights = order.filter((node) => isParameter(node));
      const given = order.filter((node) => isInput(node));
      const upload = ({ shape, data }: Tensor): Value => np.array(data, { shape: [...shape] });
      const pictures = given.map((node) => inputs[node.attrs.name]);
      return {
        async load() {
          const compute = jax.jit((...operands: Value[]) => evaluate(order, output, operands));
          const constants = weights.map((node) => upload(tensorOf(node)));
          const resident = kind === "operation" ? pictures.map(upload) : undefined;
          // Ownership: every use takes a reference, and `ref` gives one more.
          const call = (): Value =>
            compute(...(resident ? resident.map((value) => value.ref) : pictures.map(upload)), ...constants.map((value) => value.ref));
          return {
            async run(count) {
              const submitted: Promise<unknown>[] = [];
              for (let i = 0; i < count; i++) {
                const y = call();
                if (!resident) await y.data();
                else {
                  // Asking submits the work; what is disposed of before that is never computed.
                  submitted.push(y.blockUntilReady().then(() => y.dispose()));
                }
              }
              await Promise.all(submitted);
              check();
            },
            async output() {
              const data = await call().data();
              check();
              return Float32Array.from(data as Float32Array);
            },
            destroy() {
              for (const value of [...constants, ...(resident ?? [])]) value.dispose();
              compute.dispose();
            },
          };
        },
      };
    },
  };
}

/** The output as a function of the inputs and then the weights, in the order of the graph. */
function evaluate(order: readonly Node[], output: Node, operands: readonly Value[]): Value {
  const leaves = [...order.filter(isInput), ...order.filter(isParameter)];
  const values = new Map<Node, Value>(leaves.map((node, index) => [node, operands[index]]));
  const uses = new Map<Node, number>();
  for (const { inputs } of order) for (const operand of inputs) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  /** A reference to give away; the last one is the value itself. */
  const take = (node: Node): Value => {
    const value = values.get(node);
    if (!value) throw new Error(`jax: ${node.op.name} comes too late`);
    const left = (uses.get(node) ?? 1) - 1;
    uses.set(node, left);
    return left > 0 ? value.ref : value;
  };
  for (const node of order) {
    if (values.has(node)) continue;
    const call = calls[node.op.name];
    if (!call) throw new Error(`jax: there is no call for ${node.op.name}`);
    values.set(node, call(node, node.inputs.map(take)));
  }
  return take(output);
}

type Call = (node: Node, operands: Value[]) => Value;
type Sides = readonly [top: number, left: number, bottom: number, right: number];

const pairs = ([top, left, bottom, right]: Sides): [number, number][] => [
  [top, bottom],
  [left, right],
];

/** A value a channel, to be added to a map. */
const byChannel = (value: Value): Value => value.reshape([1, -1, 1, 1]);

/** Windows over a map, with `value` around it: enough at the far side that the rounding of the size does not matter. */
function pool({ attrs: { kernel, stride, padding }, shape }: Node, map: Value, value: number, reduce: (window: Value) => Value): Value {
  let padded = map;
  for (const axis of [2, 3]) {
    const before: number = padding[axis - 2];
    const reach = (shape[axis] - 1) * stride[axis - 2] + kernel[axis - 2];
    // np.pad knows zeros only.
    const border = (size: number): Value[] => (size > 0 ? [np.full(padded.shape.with(axis, size), value)] : []);
    const parts = [...border(before), padded, ...border(reach - before - padded.shape[axis])];
    padded = parts.length > 1 ? np.concatenate(parts, axis) : padded;
  }
  return lax.reduceWindow(padded, reduce, [...kernel], [...stride]);
}

const calls: Readonly<Record<string, Call>> = {
  conv2d({ attrs: { stride, padding, dilation, groups } }, [x, weight, bias]) {
    const y = lax.convGeneralDilated(x, weight, [...stride], pairs(padding), { rhsDilation: [...dilation], featureGroupCount: groups });
    return y.add(byChannel(bias));
  },
  convTranspose2d(
    {
      attrs: {
        stride,
        padding: [top, left, bottom, right],
        outputPadding,
      },
    },
    [x, weight, bias],
  ) {
    const around: [number, number][] = [
      [top, bottom - outputPadding[0]],
      [left, right - outputPadding[1]],
    ];
    return lax.convTranspose(x, weight, [...stride], around, { transposeKernel: true }).add(byChannel(bias));
  },
  batchNorm({ attrs: { epsilon } }, [x, scale, offset, mean, variance]) {
    const factor = scale.div(np.sqrt(variance.add(epsilon)));
    const shift = offset.sub(mean.mul(factor.ref));
    return x.mul(byChannel(factor)).add(byChannel(shift));
  },
  activation({ attrs: { kind } }, [x]) {
    const known: Readonly<Record<string, (x: Value) => Value>> = { relu: nn.relu, relu6: nn.relu6, sigmoid: nn.sigmoid, tanh: np.tanh };
    if (!known[kind]) throw new Error(`jax: there is no ${kind}`);
    return known[kind](x);
  },
  arithmetic({ attrs: { operation } }, [a, b]) {
    if (operation === "add") return a.add(b);
    if (operation === "sub") return a.sub(b);
    return operation === "mul" ? a.mul(b) : a.div(b);
  },
  maxPool2d: (node, [x]) => pool(node, x, Number.NEGATIVE_INFINITY, (window) => np.max(window)),
  avgPool2d: (node, [x]) => pool(node, x, 0, (window) => np.mean(window)),
  adaptiveAvgPool2d({ shape, inputs: [{ shape: from }] }, [x]) {
    if (shape.some((size, axis) => size !== from[axis])) throw new Error("jax: adaptive pooling to another size");
    return x;
  },
  globalAvgPool: (_, [x]) => np.mean(x, [2, 3]),
  concat: ({ attrs: { axis } }, operands) => np.concatenate(operands, axis),
  reshape: ({ shape }, [x]) => x.reshape([...shape]),
  linear: (_, [x, weight, bias]) => np.matmul(x, weight.transpose()).add(bias),
  matmul: (_, [a, b]) => np.matmul(a, b),
  nearest({ attrs: { k, metric } }, [queries, excluded, ...chunks]) {
    if (metric !== "cosine") throw new Error(`jax: there is no ${metric} search`);
    const unused = [excluded, ...chunks.filter((_, index) => index % 2 === 1)];
    for (const value of unused) value.dispose();
    const items = chunks.filter((_, index) => index % 2 === 0);
    const cosines = items.map((part, index) => np.matmul(index < items.length - 1 ? queries.ref : queries, part.transpose()));
    const [values, indices] = lax.topK(np.concatenate(cosines, 1), k);
    return np.concatenate([indices.astype(np.float32), np.negative(values).add(1)], 1);
  },
  softmax: ({ attrs: { entryPoint } }, [x]) => (entryPoint === "softmax" ? nn.softmax(x, 1) : nn.logSoftmax(x, 1)),
};
