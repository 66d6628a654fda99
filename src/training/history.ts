/** The last losses, kept on the GPU so that no run waits for them. */
import type { Update } from "../graph/update.ts";
import { apply, type Node, type Op, parameter } from "../kernels/op.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import type { OptimizerStep } from "./optimizers/step.ts";

/** What one run was like. */
export interface HistoryEntry {
  readonly loss: number;
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** The name of the first weight whose gradient was not finite: nothing was updated. */
  readonly fault?: string;
  readonly lr: number;
}

export interface History {
  readonly parameter: Node;
  readonly updates: readonly Update[];
  /** What the parameter says, as `read` gives it: how many runs there were in all, and the last of them, oldest first. */
  entries(stored: Tensor): { readonly count: number; readonly entries: readonly HistoryEntry[] };
}

/** Keeps the last `capacity` losses, of shape [1], of a step. */
export function history(step: OptimizerStep, loss: Node, { capacity = 64, name = "history" } = {}): History {
  if (sizeOf(loss.shape) !== 1) throw new Error(`history: the loss must have one element, got [${loss.shape.join(", ")}]`);
  const shape = [capacity + 1, 4];
  const ring = parameter(name, shape, tensor(shape));
  const entryAt = (data: Float32Array, index: number): HistoryEntry => {
    const [lossValue, gradientNorm, fault, lr] = data.subarray(4 + (index % capacity) * 4);
    return { loss: lossValue, gradientNorm, lr, ...(fault >= 0 && { fault: step.weights[fault].attrs.name }) };
  };
  return {
    parameter: ring,
    updates: [{ parameter: ring, value: apply(op, [loss, step.control, ring], { capacity }) }],
    entries({ data }) {
      const count = data[0];
      const first = Math.max(0, count - capacity);
      return { count, entries: Array.from({ length: count - first }, (_, index) => entryAt(data, first + index)) };
    },
  };
}

const op: Op<{ readonly capacity: number }> = {
  name: "record",
  inputs: ["loss", "control", "entries"],
  overwrites: "entries",
  shape: ([, , entries]) => entries,
  launches: ({ attrs: { capacity } }) => [{ shader: "record", bind: ["loss", "control", "y"], params: { capacity }, workgroups: [1] }],
};
