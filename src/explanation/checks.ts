/** Whether maps can be believed: they must tell classes apart, and must not survive without the weights. */
import type { Picture } from "../models/picture.ts";
import { rankCorrelation } from "./correlation.ts";
import { type Explainable, type ExplainOptions, type Explanation, explainer } from "./explainer.ts";
import { isFlat } from "./heat-map.ts";
import { networkGraph } from "./network.ts";
import { partsOf, withFresh } from "./randomised.ts";

/** Correlations are Spearman's, of the maps as they were computed. */
export interface ClassDifference {
  /** With the map of each other class, the most alike first. */
  readonly others: readonly { readonly label: string; readonly correlation: number }[];
  /** Whether all are below `SAME`. A map that is the same for every class explains none. */
  readonly isPassed: boolean;
}

export interface Randomisation {
  /** With the map of the network whose layers down to this part are fresh, from the output on; the last is fresh altogether. */
  readonly parts: readonly { readonly name: string; readonly correlation: number }[];
  /** Whether the magnitude of the last is below `COLLAPSED`. A map that stays shows the picture, and not what was learnt. */
  readonly isPassed: boolean;
}

export interface RandomisationOptions extends ExplainOptions {
  /** False looks at the network that is fresh altogether, alone. */
  readonly cascade?: boolean;
  /** What the fresh weights are drawn from. */
  readonly weightSeed?: number;
}

/** Maps with a rank correlation above this are one map to the eye. */
export const SAME = 0.95;

/** Below this magnitude two maps share less than a quarter of the variance of their ranks. */
export const COLLAPSED = 0.5;

/** Other classes that a map is compared with, those with the highest scores. */
const OTHERS = 4;

/** Compares a class's map with those of other classes. A flat map has no correlation, and counts as different. */
export function classDifference(explanation: Explanation, others: readonly Explanation[]): ClassDifference {
  const compared = others
    .filter(({ label }) => label !== explanation.label)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, OTHERS)
    .map(({ label, cells }) => ({ label, correlation: rankCorrelation(explanation.cells.values, cells.values) }))
    .toSorted((a, b) => b.correlation - a.correlation);
  return { others: compared, isPassed: compared.every(({ correlation }) => correlation < SAME) };
}

/**
 * Explains again with layers made fresh, one part after the other from the output on (Adebayo et al. 2018, cascading randomisation). Takes
 * the options that the explanation was made with.
 */
export async function randomisation(
  model: Explainable,
  picture: Picture,
  explanation: Explanation,
  { cascade = true, weightSeed = 0, onProgress, ...options }: RandomisationOptions = {},
): Promise<Randomisation> {
  const parts = partsOf(networkGraph(model, 1).raw);
  const found: { name: string; correlation: number }[] = [];
  const names = new Set<string>();
  for (const [done, { name, parameters }] of parts.entries()) {
    for (const parameter of parameters) names.add(parameter);
    if (!cascade && done < parts.length - 1) continue;
    using fresh = explainer(withFresh(model, names, weightSeed));
    const { cells } = await fresh.explain(picture, { ...options, label: explanation.label });
    found.push({ name, correlation: isFlat(cells) ? 0 : rankCorrelation(explanation.cells.values, cells.values) });
    onProgress?.(done + 1, parts.length);
  }
  const [last] = found.slice(-1);
  return { parts: found, isPassed: last !== undefined && Math.abs(last.correlation) < COLLAPSED };
}
