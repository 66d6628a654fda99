/** Weights from which a network is built for training: its batch norms normalise by the batch, and its dropout drops. */
import { dropout } from "../kernels/dropout.ts";
import type { Node, ParameterAttrs } from "../kernels/op.ts";
import { hashOfText } from "./initial.ts";
import type { Weights } from "./weights.ts";

export interface TrainingOptions {
  /** Which values training leaves as they are, by name. None by default. */
  readonly isFrozen?: (name: string) => boolean;
  /**
   * What a batch norm does whose weight is frozen: "fixed" normalises by its running statistics and leaves them; "drift" normalises by the
   * batch and lets them move, as PyTorch does to a frozen trunk that is left in training mode.
   */
  readonly frozenNorms?: "fixed" | "drift";
  /** The newest batch's part in the running statistics. */
  readonly momentum?: number;
  /** Counts the runs, so that each drops others (see `dropout`). Without it nothing is dropped. */
  readonly step?: Node;
  /** What the dropped elements are drawn from, beside the step and the layer's name. */
  readonly seed?: number;
}

export interface TrainingWeights extends Weights {
  /** Running statistics and what they become, of all batch norms built so far that normalise by the batch. */
  readonly updates: readonly { readonly parameter: Node; readonly value: Node }[];
}

/** The same weights, to build a network in training mode from; from `weights` itself it is built for evaluation. */
export function trainingWeights(
  weights: Weights,
  { isFrozen = () => false, frozenNorms = "fixed", momentum = 0.1, step, seed = 0 }: TrainingOptions = {},
): TrainingWeights {
  const trainable: Node<ParameterAttrs>[] = [];
  const updates: { readonly parameter: Node; value: Node }[] = [];
  const within = (part: Weights, prefix: string): TrainingWeights => ({
    get(name, shape, initial) {
      const value = part.get(name, shape, initial);
      if (weights.trainable.includes(value) && !isFrozen(value.attrs.name) && !trainable.includes(value)) trainable.push(value);
      return value;
    },
    under: (inner) => within(part.under(inner), prefix + inner),
    values: weights.values,
    trainable,
    updates,
    statisticsMove: (name) => frozenNorms === "drift" || !isFrozen(`${prefix}${name}.weight`),
    moveStatistic(parameter, next) {
      const known = updates.find((update) => update.parameter === parameter);
      // A norm that is built twice moves its statistics twice, from where the first time left them.
      if (known) known.value = next(known.value, momentum);
      else updates.push({ parameter, value: next(parameter, momentum) });
    },
    dropout: (name, x, rate) => (step ? dropout(x, step, { rate, seed: hashOfText(prefix + name) ^ seed }) : x),
  });
  return within(weights, "");
}
