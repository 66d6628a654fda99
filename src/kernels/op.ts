/** The nodes of a graph, and the record that says all that is known of an op. */
import type { AdapterProfile } from "../gpu/profile.ts";
import type { Shape, Tensor } from "../tensor.ts";
import type { Choice } from "./choice.ts";

/** A value in a graph: plain data, bound to no device. */
// biome-ignore lint/suspicious/noExplicitAny: a graph mixes ops of every kind; each op's own file types its attributes
export interface Node<Attrs = any> {
  readonly op: Op<Attrs>;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
  readonly shape: Shape;
  /** A stage that people ask for by name (`layer4`); see `named`. */
  readonly name?: string;
  /** Further names of the same stage: the last block of `layer4` is `layer4.1` too. */
  readonly aliases?: readonly string[];
  /** Kept for the gradients, while what it was computed from is computed again; see `checkpoint`. */
  readonly isCheckpoint?: boolean;
}

/** How a node's shape, kernels, gradient and fusion follow from its inputs. */
// biome-ignore lint/suspicious/noExplicitAny: see Node
export interface Op<Attrs = any> {
  readonly name: string;
  /** What the inputs are called in `bind`, in order; inputs past the list go by their number, the output is "y". */
  readonly inputs: readonly string[];
  /** The output's shape; throws a ShapeError if the inputs do not fit. The only place that validates. */
  shape(inputs: readonly Shape[], attrs: Attrs): Shape;
  /** The kernels to launch, in order. None: the node is a view of its first input. */
  launches?(node: Node<Attrs>, profile: AdapterProfile): readonly Launch[];
  /**
   * dL/d(input) for each input, given dL/d(node), as nodes; undefined for an input whose small changes change nothing, such as labels.
   * Differentiating through an op without one is an error.
   */
  gradient?(node: Node<Attrs>, dy: Node): readonly (Node | undefined)[];
  /** This node computed together with its only user, where the kernel can do both. */
  absorb?(node: Node<Attrs>, user: Node): Node | undefined;
  /** The same value by the kernels that suit the adapter: another algorithm, weights packed for it. */
  lower?(node: Node<Attrs>, profile: AdapterProfile): Node | undefined;
  /** The kernels among which tuning may choose for a node, before it is lowered. */
  choice?(node: Node<Attrs>, profile: AdapterProfile): Choice | undefined;
  /**
   * Bindings that may be a slice of the channels of a wider value ("x", "y"). The plan sets the params `<name>_stride` (vectors
   * from pixel to pixel) and `<name>_offset` (vectors before the slice) of each; kernels of other ops read and write whole values.
   */
  readonly sliced?: readonly string[];
  /** Where the output is its inputs laid side by side along the channels: the plan lets their producers write into it. */
  joinsChannels?(node: Node<Attrs>): boolean;
  /**
   * Where the output is its inputs one after another in memory: the first vector of each, at offsets that every adapter can bind. The plan
   * lets their producers write there. Parameters laid out so live there.
   */
  endToEnd?(node: Node<Attrs>): readonly number[];
  /**
   * The input that the kernels overwrite: they bind "y" alone, which holds that input when they start. The plan uses the input's own
   * memory where the output is what a parameter is updated to and nobody needs the old value any more, else a copy of it.
   */
  readonly overwrites?: string;
  /** Multiply–adds, counted as papers do: convolutions and products only. */
  macs?(node: Node<Attrs>): number;
}

/** One dispatch of one compute shader. */
export interface Launch {
  /** shaders/<shader>.wgsl, or where to read it. */
  readonly shader: string | URL;
  readonly entryPoint?: string;
  /** Buffers in the order of the file's `@binding`s, before the params. The last one is written; others are only read, but for further ranges of "y". */
  readonly bind: readonly Binding[];
  /** By name, packed in the order the file's `struct Params` declares. */
  readonly params?: Readonly<Record<string, number>>;
  /** Pipeline constants, only for what changes the code: activation, residual, tile. */
  readonly overrides?: Readonly<Record<string, number>>;
  readonly workgroups: readonly [number, number?, number?];
}

/** A value by name ("x", "weight", "y"), a range of one in vectors, or scratch memory that lives for this node only. */
export type Binding =
  | string
  | { readonly value: string; readonly firstVector: number; readonly vectors: number }
  | { readonly scratch: string; readonly vectors: number };

/** Shapes that do not fit together, with the shapes. */
export class ShapeError extends Error {
  constructor(subject: string, problem: string, shapes: readonly Shape[] = []) {
    super(`${subject}: ${problem}${shapes.length > 0 ? `, got ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")}` : ""}`);
    this.name = "ShapeError";
  }
}

/** A node whose shape follows from its inputs. */
export const apply = <Attrs>(op: Op<Attrs>, inputs: readonly Node[], attrs: NoInfer<Attrs>): Node<Attrs> => ({
  op,
  inputs,
  attrs,
  shape: op.shape(
    inputs.map((input) => input.shape),
    attrs,
  ),
});

/** What an op calls one of its inputs in `bind`. */
export const inputName = (op: Op, index: number): string => op.inputs[index] ?? String(index);

/** What errors call a node: its name where it has one, else its op, and the shape. */
export function labelOf(node: Node): string {
  const name = isParameter(node) || isInput(node) ? node.attrs.name : (node.name ?? node.op.name);
  return `${name} [${node.shape.join(", ")}]`;
}

/** The same value under a name by which a stage can be asked for; a name that it has stays an alias. */
export const named = (node: Node, name: string): Node => ({
  ...node,
  name,
  ...(node.name !== undefined && { aliases: [...(node.aliases ?? []), node.name] }),
});

/**
 * The same value, kept for the gradients: what lies between it and the checkpoint before it is not, but computed again when its gradients
 * begin. Less memory, for one more pass forward.
 */
export const checkpoint = (node: Node): Node => ({ ...node, isCheckpoint: true });

/** A value given at every run, by name. */
export function input(name: string, shape: Shape): Node<InputAttrs> {
  if (shape.length === 0 || !shape.every((size) => Number.isInteger(size) && size > 0))
    throw new ShapeError(name, "every size must be a positive integer", [shape]);
  return { op: inputOp, inputs: [], attrs: { name, shape }, shape };
}

/** A value that belongs to the network. Without `tensor` it has a shape only: enough to print and count, not to compile. */
export const parameter = (name: string, shape: Shape, tensor?: Tensor): Node<ParameterAttrs> => ({
  op: parameterOp,
  inputs: [],
  attrs: { name, shape, tensor },
  shape,
});

export interface InputAttrs {
  readonly name: string;
  readonly shape: Shape;
}

export interface ParameterAttrs extends InputAttrs {
  readonly tensor?: Tensor;
}

const inputOp: Op<InputAttrs> = { name: "input", inputs: [], shape: (_, { shape }) => shape };
const parameterOp: Op<ParameterAttrs> = { name: "parameter", inputs: [], shape: (_, { shape }) => shape };

export const isInput = (node: Node): node is Node<InputAttrs> => node.op === inputOp;
export const isParameter = (node: Node): node is Node<ParameterAttrs> => node.op === parameterOp;
