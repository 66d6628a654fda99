/** How a network asks for its values by name, and where they come from: a declaration, a file, or fresh numbers. */
import { InputError } from "../bytes.ts";
import { type Node, type ParameterAttrs, parameter, ShapeError } from "../kernels/op.ts";
import { isIgnorable, type MisshapedName, WeightsError } from "../loaders/names.ts";
import { type StoredTensor, toFloat32 } from "../loaders/stored-tensor.ts";
import { type Shape, stridesOf, type Tensor } from "../tensor.ts";
import { type Distribution, drawTensor } from "./initial.ts";
import { OOD_PREFIX } from "./out-of-distribution/description.ts";

/**
 * The values of one network. Asking for a name again gives the same node, so that graphs built over the same weights share them.
 * BatchNorm's `num_batches_tracked` is not asked for: every `running_var` implies one.
 */
export interface Weights {
  /** The value called `name`; where values are fresh, drawn from `initial`. */
  get(name: string, shape: Shape, initial: Distribution): Node<ParameterAttrs>;
  /** The same weights from within a part: `under("trunk.").get("conv1.weight", …)` is `trunk.conv1.weight`. */
  under(prefix: string): Weights;
  /** All values asked for so far, in order, whatever the part; the order is that of PyTorch's state dict. */
  readonly values: readonly Node<ParameterAttrs>[];
  /** Those of `values` that training changes by gradients: all but running means and variances. */
  readonly trainable: readonly Node<ParameterAttrs>[];
  /** In training: whether the batch norm `name` normalises by the batch, so that its running statistics move. */
  statisticsMove?(name: string): boolean;
  /** In training: takes what a running statistic becomes, given what it was and the batch's part in it. */
  moveStatistic?(parameter: Node<ParameterAttrs>, next: (running: Node, momentum: number) => Node): void;
  /** In training: x without the elements that the layer `name` drops. */
  dropout?(name: string, x: Node, rate: number): Node;
}

/** Weights read from a file, which may turn out not to fit. */
export interface LoadedWeights extends Weights {
  /**
   * To be called when the network is built.
   * @throws WeightsError with every missing, unexpected and mis-shaped name.
   * @throws InputError where a value holds NaN or infinity.
   */
  verify(subject?: string): void;
}

/** Shapes only: enough to print and count a network, not to compile it. */
export const declaredWeights = (): Weights => collectWeights(() => undefined);

/** Fresh values, the same for the same seed and name. */
export const initialisedWeights = (seed: number): Weights =>
  collectWeights((name, shape, initial) => drawTensor(name, shape, initial, seed));

/**
 * Values by their torchvision names (see `normaliseNames`). Names that start with one of `newHead` may differ: where such a value is
 * missing or has another shape a fresh one is drawn from `seed`, as for another number of classes.
 */
export function weightsFrom(
  tensors: ReadonlyMap<string, Tensor>,
  { newHead = [], seed = 0 }: { newHead?: readonly string[]; seed?: number } = {},
): LoadedWeights {
  const isInHead = (name: string) => newHead.some((start) => name.startsWith(start));
  const missing: string[] = [];
  const misshaped: MisshapedName[] = [];
  const weights = collectWeights((name, shape, initial) => {
    const found = tensors.get(name);
    if (found && sameShape(found.shape, shape)) return found;
    if (isInHead(name)) return drawTensor(name, shape, initial, seed);
    if (found) misshaped.push({ name, expected: shape, got: found.shape });
    else missing.push(name);
    return undefined;
  });
  const verify = (subject = "weights") => {
    const asked = new Set(weights.values.map((value) => value.attrs.name));
    const isBeside = (name: string) => isIgnorable(name) || name.startsWith(OOD_PREFIX) || isInHead(name);
    const unexpected = [...tensors.keys()].filter((name) => !asked.has(name) && !isBeside(name));
    if (missing.length + unexpected.length + misshaped.length > 0) throw new WeightsError(subject, { missing, unexpected, misshaped });
    for (const { attrs } of weights.values) if (attrs.tensor) checkFinite(attrs.name, attrs.tensor);
  };
  return { ...weights, verify };
}

/** @throws InputError naming the tensor and the place of its first NaN or infinite element. */
export function checkFinite(name: string, { shape, data }: Tensor): void {
  // v − v is 0 for every finite v and NaN for the rest: one pass without a branch.
  let sum = 0;
  for (let k = 0; k < data.length; k++) sum += data[k] - data[k];
  if (sum === 0) return;
  const first = data.findIndex((value) => !Number.isFinite(value));
  const place = stridesOf(shape).map((stride, axis) => Math.floor(first / stride) % shape[axis]);
  throw new InputError(name, `every value must be finite, got ${data[first]} at [${place.join(", ")}]`);
}

/** Weights whose tensors, if any, come from `tensorOf`; each name is looked up once. */
function collectWeights(tensorOf: (name: string, shape: Shape, initial: Distribution) => Tensor | undefined): Weights {
  const byName = new Map<string, Node<ParameterAttrs>>();
  const values: Node<ParameterAttrs>[] = [];
  const trainable: Node<ParameterAttrs>[] = [];
  const under = (prefix: string): Weights => ({
    get(partName, shape, initial) {
      const name = prefix + partName;
      const known = byName.get(name);
      if (known && !sameShape(known.shape, shape)) throw new ShapeError(name, "asked for with two shapes", [known.shape, shape]);
      if (known) return known;
      const value = parameter(name, shape, tensorOf(name, shape, initial));
      byName.set(name, value);
      values.push(value);
      if (!/\.running_(mean|var)$/.test(name)) trainable.push(value);
      return value;
    },
    under: (inner) => under(prefix + inner),
    values,
    trainable,
  });
  return under("");
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

/** The values as the networks take them. */
export function toTensors(stored: ReadonlyMap<string, StoredTensor>): Map<string, Tensor> {
  return new Map([...stored].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]));
}
