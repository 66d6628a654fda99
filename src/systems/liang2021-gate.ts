/** The two stages of Liang et al. 2021: a gate that decides by the pictures of a case, and what is made of several modalities behind it. */
import { facts } from "./liang2021-facts.ts";

export interface GateOptions {
  /** From which probability a picture is positive. */
  readonly threshold?: number;
  /** How many positive pictures in a row pass a case. */
  readonly run?: number;
}

export interface GateDecision {
  readonly passes: boolean;
  /** The place of the picture that decided, counted from 0; none where the case does not pass. */
  readonly decidedAt?: number;
  /** The longest run of positive pictures. */
  readonly longestRun: number;
}

/**
 * The control gate: a case passes to the second stage once so many of its pictures in a row are positive.
 * @param probabilities - of COVID-19, of the pictures of one case in their order.
 * @throws RangeError for a probability outside 0 … 1, or a run that is no count.
 */
export function controlGate(
  probabilities: readonly number[],
  { threshold = facts.gate.threshold.value, run = facts.gate.run.value }: GateOptions = {},
): GateDecision {
  if (!(Number.isInteger(run) && run > 0)) throw new RangeError(`gate: the run must be a count of at least 1, got ${run}`);
  const wrong = probabilities.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new RangeError(`gate: a probability must be from 0 to 1, got ${wrong}`);
  let length = 0;
  let longestRun = 0;
  let decidedAt: number | undefined;
  for (const [place, p] of probabilities.entries()) {
    length = p >= threshold ? length + 1 : 0;
    longestRun = Math.max(longestRun, length);
    if (length === run) decidedAt ??= place;
  }
  return { passes: decidedAt !== undefined, decidedAt, longestRun };
}

export interface FusionOptions {
  /** How much each modality counts; equally by default. */
  readonly weights?: readonly number[];
}

/**
 * The second stage by late fusion: the weighted mean of what several modalities, such as film and CT, say of a case. A modality that there is
 * not (undefined) is left out, and the others share its weight. How the modalities are joined is not published.
 * @param probabilities - of the classes, by each modality.
 * @throws RangeError where no modality is there, they have different classes, or weights do not fit.
 */
export function lateFusion(probabilities: readonly (readonly number[] | undefined)[], { weights }: FusionOptions = {}): number[] {
  if (weights && (weights.length !== probabilities.length || !weights.every((weight) => weight >= 0)))
    throw new RangeError(`fusion: ${probabilities.length} weights of 0 or more are needed, got ${weights.join(", ")}`);
  const there = probabilities.flatMap((own, m) => (own ? [{ own, weight: weights?.[m] ?? 1 }] : []));
  const total = there.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError("fusion: no modality that counts is there");
  const [{ own: first }] = there;
  if (there.some(({ own }) => own.length !== first.length)) throw new RangeError("fusion: the modalities have different classes");
  return first.map((_, c) => there.reduce((sum, { own, weight }) => sum + weight * own[c], 0) / total);
}
