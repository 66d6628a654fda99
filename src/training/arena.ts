/** Weights that are updated together, end to end in memory with the state that their optimiser keeps of them. */
import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { vectorsPerBinding } from "../kernels/copy.ts";
import { flat, ROW, rowsOf } from "../kernels/flat.ts";
import { type Binding, type Node, type ParameterAttrs, parameter } from "../kernels/op.ts";
import { sizeOf, tensor } from "../tensor.ts";

export type Weight = Node<ParameterAttrs>;

/**
 * One launch updates an arena. It is made of sections of the same offsets: the weights, then each kind of state, as parameters of their
 * own, so that they are read, written and kept by name.
 */
export interface Arena {
  readonly weights: readonly Weight[];
  /** All sections end to end. */
  readonly node: Node;
  /** Rows of `ROW` vectors in one section. */
  readonly rows: number;
  /** For each row: factor of the learning rate (0: frozen), weight decay, vectors in use, number of the weight. */
  readonly ranges: Node;
  /** For each weight: its first row, and how many it has. */
  readonly segments: Node;
}

/** What may differ from weight to weight. */
export interface WeightOptions {
  /** Added to the gradient, or taken off the weight: as the optimiser says. `decayMatrices` spares biases and batch norm. */
  readonly weightDecay?: number | ((weight: Weight) => number);
  /** What a weight's learning rate is multiplied by; 0 freezes it, and its state. */
  readonly lrFactor?: (weight: Weight) => number;
}

/** Weight decay for kernels and matrices only: biases and what batch norm scales by have one axis. */
export const decayMatrices =
  (weightDecay: number) =>
  ({ shape }: Weight): number =>
    shape.length > 1 ? weightDecay : 0;

/** Bytes of weights in one arena, so that with three kinds of state it fits the buffers that every adapter has (256 MiB). */
const MAX_ARENA_BYTES = 64 * 2 ** 20;

/**
 * Weights in arenas, in their order: one, but where they take more than 64 MiB. The state begins with zeros, and is called
 * `<name>.<state>.<weight>`.
 */
export function arenasOf(
  weights: readonly Weight[],
  states: readonly string[],
  { name, weightDecay = 0, lrFactor = () => 1 }: WeightOptions & { readonly name: string },
): Arena[] {
  const zeros = new Float32Array(weights.reduce((largest, { shape }) => Math.max(largest, sizeOf(shape)), 0));
  return grouped(weights).map((group) => {
    const state = states.flatMap((kind) =>
      group.map(({ shape, attrs }) => parameter(`${name}.${kind}.${attrs.name}`, shape, tensor(shape, zeros.subarray(0, sizeOf(shape))))),
    );
    const rows = group.map(({ shape }) => rowsOf(shape));
    const decays = group.map((weight) => (typeof weightDecay === "number" ? weightDecay : weightDecay(weight)));
    const factors = group.map(lrFactor);
    const ranges: number[] = [];
    const segments: number[] = [];
    for (const [index, { shape }] of group.entries()) {
      const { vectors } = layoutOf(shape);
      segments.push(ranges.length / 4, rows[index], 0, 0);
      for (let row = 0; row < rows[index]; row++) ranges.push(factors[index], decays[index], Math.min(ROW, vectors - row * ROW), index);
    }
    return {
      weights: group,
      node: flat([...group, ...state]),
      rows: ranges.length / 4,
      ranges: table(`${name}.ranges`, ranges),
      segments: table(`${name}.segments`, segments),
    };
  });
}

const table = (name: string, values: readonly number[]): Node => {
  const shape = [values.length / 4, 4];
  return parameter(name, shape, tensor(shape, Float32Array.from(values)));
};

function grouped(weights: readonly Weight[]): Weight[][] {
  const groups: Weight[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const weight of weights) {
    const size = rowsOf(weight.shape) * ROW * 16;
    if (bytes + size > MAX_ARENA_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups[groups.length - 1].push(weight);
    bytes += size;
  }
  return groups;
}

/** Rows of every section that one launch works on. */
export interface RowRange {
  readonly firstRow: number;
  readonly rows: number;
  /** Vectors. */
  readonly size: number;
  /** These rows of a value, of one of its sections where it is an arena. */
  of(value: string, section?: number): Binding;
}

/** All rows of an arena: at once, or as many at a time as the adapter binds. */
export function rowRanges(rows: number, { maxBindingBytes }: AdapterProfile): RowRange[] {
  const step = vectorsPerBinding(maxBindingBytes) / ROW;
  return Array.from({ length: Math.ceil(rows / step) }, (_, index) => {
    const firstRow = index * step;
    const count = Math.min(step, rows - firstRow);
    const of = (value: string, section = 0): Binding => ({ value, firstVector: (section * rows + firstRow) * ROW, vectors: count * ROW });
    return { firstRow, rows: count, size: count * ROW, of };
  });
}
