/** Distances between rows: every query with every item. */
import type { AdapterProfile } from "../gpu/profile.ts";
import type { Shape } from "../tensor.ts";
import { foldedGrid } from "./grid.ts";
import { apply, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { scale } from "./scale.ts";
import { unitRows } from "./unit-rows.ts";

/** Euclidean, 1 − the cosine of the angle, or the sum of the differences' magnitudes. */
export type Metric = "euclidean" | "cosine" | "manhattan";

interface DistancesAttrs {
  readonly metric: Metric;
}

/**
 * Σ over c of (items[i, c] − queries[q, c])² for queries [q, d] and items [n, d]: [q, n].
 * @throws ShapeError if the sizes do not fit.
 */
export const squaredDistances = (queries: Node, items: Node): Node => apply(op, [queries, items], { metric: "euclidean" });

/**
 * Σ over c of |items[i, c] − queries[q, c]| for queries [q, d] and items [n, d]: [q, n].
 * @throws ShapeError if the sizes do not fit.
 */
export const manhattanDistances = (queries: Node, items: Node): Node => apply(op, [queries, items], { metric: "manhattan" });

/**
 * 1 − the cosine of the angle between queries[q] and items[i], for queries [q, d] and items [n, d]: [q, n].
 *
 * It is half the squared distance of the unit vectors, which keeps the digits of small angles. A vector of zeros is at distance 1 of all.
 * @throws ShapeError if the sizes do not fit.
 */
export const cosineDistances = (queries: Node, items: Node): Node => apply(op, [queries, items], { metric: "cosine" });

/** @throws ShapeError unless both have rows of the same length. */
export function checkRows(subject: string, queries: Shape, items: Shape): void {
  if (queries.length !== 2 || items.length !== 2) throw new ShapeError(subject, "queries and items must have 2 axes", [queries, items]);
  if (queries[1] !== items[1]) throw new ShapeError(subject, `queries have ${queries[1]} channels, items ${items[1]}`, [queries, items]);
}

const names: Readonly<Record<Metric, string>> = {
  euclidean: "squaredDistances",
  cosine: "cosineDistances",
  manhattan: "manhattanDistances",
};

const op: Op<DistancesAttrs> = {
  name: "distances",
  inputs: ["queries", "items"],
  sliced: ["y"],
  shape([queries, items], { metric }) {
    checkRows(names[metric], queries, items);
    return [queries[0], items[0]];
  },
  lower({ inputs: [queries, items], attrs: { metric } }) {
    return metric === "cosine" ? scale(squaredDistances(unitRows(queries, "queries"), unitRows(items, "items")), 0.5) : undefined;
  },
  launches({ inputs: [queries, items], attrs: { metric } }, profile) {
    const isAbsolute = metric === "manhattan";
    const operands = { queries: queries.shape, items: items.shape, isAbsolute, profile };
    return [distanceLaunch("distances", operands, ["queries", "items", "items", "queries", "y"])];
  },
  macs: ({ inputs: [queries], shape }) => shape[0] * shape[1] * queries.shape[1],
};

export interface DistanceLaunch {
  readonly queries: Shape;
  readonly items: Shape;
  /** Sums magnitudes of differences, and not their squares. */
  readonly isAbsolute: boolean;
  readonly profile: AdapterProfile;
}

/** Items in a segment, of which `minima` gives the least distance. */
export const SEGMENT = 16;

/** The distances, or their minima over segments, by the kernel that suits the adapter. */
export function distanceLaunch(
  entryPoint: "distances" | "minima",
  { queries: [queries, channels], items: [items], isAbsolute, profile }: DistanceLaunch,
  bind: Launch["bind"],
): Launch {
  const { shader, queriesAGroup, itemsAGroup, ...kernel } = distanceKernel(entryPoint, queries, profile);
  const outputs = entryPoint === "distances" ? items : Math.ceil(items / SEGMENT);
  const itemsOfOutputs = Math.ceil(outputs / 4) * 4 * (entryPoint === "distances" ? 1 : SEGMENT);
  return {
    shader,
    entryPoint: kernel.entryPoint,
    bind,
    params: { queries, items, blocks: Math.ceil(channels / 4), y_blocks: Math.ceil(outputs / 4) },
    overrides: { ABSOLUTE: isAbsolute ? 1 : 0 },
    workgroups: foldedGrid(Math.ceil(itemsOfOutputs / itemsAGroup), Math.ceil(queries / queriesAGroup)),
  };
}

interface DistanceKernel {
  readonly shader: string;
  readonly entryPoint: string;
  readonly queriesAGroup: number;
  readonly itemsAGroup: number;
}

/** Queries up to which reading each item once for each of them is faster than a tile of queries that is mostly idle. */
const FEW_QUERIES = 2;

function distanceKernel(entryPoint: "distances" | "minima", queries: number, profile: AdapterProfile): DistanceKernel {
  const { class: adapter, subgroupSize: lanes } = profile;
  if (adapter !== "software") return { shader: "distances-tile", entryPoint, queriesAGroup: 16, itemsAGroup: 32 };
  if (entryPoint === "minima" && queries <= FEW_QUERIES)
    return { shader: "distances-one", entryPoint: "main", queriesAGroup: 1, itemsAGroup: 64 * SEGMENT };
  if (lanes === 8) return { shader: "distances-sg8", entryPoint, queriesAGroup: 16, itemsAGroup: 32 };
  if (lanes === 4) return { shader: "distances-sg4", entryPoint, queriesAGroup: 8, itemsAGroup: 16 };
  return { shader: "distances-reg", entryPoint, queriesAGroup: 4, itemsAGroup: 64 * (entryPoint === "minima" ? SEGMENT : 4) };
}
