/** The nearest items of each query, without the distances of all. */
import { layoutOf } from "../gpu/layout.ts";
import { concat } from "./concat.ts";
import { checkRows, type DistanceTerms, distanceLaunch, SEGMENT } from "./distances.ts";
import { grid } from "./grid.ts";
import { apply, inputName, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { leastOf, leastOfChosen, MAX_INDEX } from "./top-k.ts";
import { unitRows } from "./unit-rows.ts";

/** squared Euclidean, 1 − cosine, or the sum of magnitudes. */
export type Metric = "euclidean" | "cosine" | "manhattan";

/** Items in one buffer, and the group of each. */
export interface ItemChunk {
  /** [n, d]; of all chunks but the last, n is a multiple of 64. */
  readonly items: Node;
  /** [n], whole numbers from 0. */
  readonly groups: Node;
}

export interface NearestOptions {
  readonly k: number;
  readonly metric: Metric;
}

/** Segments beyond the k that hold the nearest items: room for items whose distances differ by less than they are rounded. */
const SPARE_SEGMENTS = 4;

/** What stands for the distance of an item that is left out: the largest f32. */
export const NOT_FOUND = 3.4028234663852886e38;

/**
 * The k nearest items of each of the queries [q, d], nearest first, of equally near ones the lower index first: [q, 2k], their indices
 * through all chunks and then their distances (Euclidean ones squared, cosine ones doubled). `excluded` [q] is a group of which the query
 * takes no item, or −1; where fewer than k items are left, NOT_FOUND takes the distances' place.
 *
 * Only the least distance of each segment of 16 items is kept. The k nearest items lie in the k segments whose own least come first (k
 * items would else come before one of them), so that the distances within these segments, computed anew, are all that is ranked.
 * @throws ShapeError if sizes do not fit, there are fewer than k items, or more than 2²⁴.
 */
export function nearest(queries: Node, chunks: readonly ItemChunk[], excluded: Node, { k, metric }: NearestOptions): Node {
  check(queries, chunks, excluded, k);
  const isCosine = metric === "cosine";
  const terms: DistanceTerms = metric === "manhattan" ? "absolute" : "squared";
  const sought = isCosine ? unitRows(queries, "queries") : queries;
  const parts = chunks.map(({ items, groups }) => ({ items: isCosine ? unitRows(items, "items") : items, groups }));
  const minima = concat(parts.map(({ items, groups }) => apply(segmentMinimaOp, [sought, items, groups, excluded], { terms })));
  const segments = leastOf(minima, Math.min(k + SPARE_SEGMENTS, minima.shape[1]));
  const operands = [sought, excluded, segments, ...parts.flatMap(({ items, groups }) => [items, groups])];
  return leastOfChosen(apply(chosenDistancesOp, operands, { terms }), segments, k);
}

/** Whether a chunk's segments fill whole vectors, so that those of the next one follow them. */
export const CHUNK_MULTIPLE = 4 * SEGMENT;

function check(queries: Node, chunks: readonly ItemChunk[], excluded: Node, k: number): void {
  if (chunks.length === 0) throw new ShapeError("nearest", "there are no items");
  for (const [index, { items, groups }] of chunks.entries()) {
    checkRows("nearest", queries.shape, items.shape);
    const [rows] = items.shape;
    if (groups.shape.length !== 1 || groups.shape[0] !== rows)
      throw new ShapeError("nearest", "every item needs a group", [groups.shape, items.shape]);
    if (index < chunks.length - 1 && rows % CHUNK_MULTIPLE !== 0)
      throw new ShapeError("nearest", `a chunk that is not the last must have a multiple of ${CHUNK_MULTIPLE} items`, [items.shape]);
  }
  if (excluded.shape.length !== 1 || excluded.shape[0] !== queries.shape[0])
    throw new ShapeError("nearest", "excluded must have a number for each query", [excluded.shape, queries.shape]);
  const count = chunks.reduce((sum, { items }) => sum + items.shape[0], 0);
  if (!Number.isInteger(k) || k < 1 || k > count) throw new ShapeError("nearest", `${k} is no k from 1 to ${count}, the number of items`);
  if (count > MAX_INDEX) throw new ShapeError("nearest", `there may be ${MAX_INDEX} items at most, got ${count}`);
}

interface SegmentsAttrs {
  readonly terms: DistanceTerms;
}

/** The least distance of each segment: [q, ⌈n / 16⌉]. */
const segmentMinimaOp: Op<SegmentsAttrs> = {
  name: "segmentMinima",
  inputs: ["queries", "items", "groups", "excluded"],
  sliced: ["y"],
  shape: ([[queries], [items]]) => [queries, Math.ceil(items / SEGMENT)],
  launches({ inputs: [queries, items], attrs: { terms } }, profile) {
    return [
      distanceLaunch("minima", { queries: queries.shape, items: items.shape, terms, profile }, [
        "queries",
        "items",
        "groups",
        "excluded",
        "y",
      ]),
    ];
  },
  macs: ({ inputs: [queries, items] }) => queries.shape[0] * queries.shape[1] * items.shape[0],
};

/** The distances of all items of the segments [q, 2s], side by side: [q, 16 s]. Operands past the third are chunks: items, groups. */
const chosenDistancesOp: Op<SegmentsAttrs> = {
  name: "chosenDistances",
  inputs: ["queries", "excluded", "segments"],
  shape: ([[queries], , [, twice]]) => [queries, (twice / 2) * SEGMENT],
  launches(node) {
    const { op, attrs, shape } = node;
    const [queries, , segments, ...chunks] = node.inputs;
    const size = layoutOf(shape).vectors;
    let firstSegment = 0;
    const launches: Launch[] = [];
    for (let chunk = 0; chunk < chunks.length; chunk += 2) {
      const [items] = chunks[chunk].shape;
      launches.push({
        shader: "distances-of-segments",
        bind: ["queries", inputName(op, chunk + 3), inputName(op, chunk + 4), "excluded", "segments", "y"],
        params: {
          size,
          items,
          blocks: layoutOf(queries.shape).blocks,
          first_segment: firstSegment,
          chosen: segments.shape[1] / 2,
          segments_stride: layoutOf(segments.shape).blocks * 4,
          y_blocks: layoutOf(shape).blocks,
        },
        overrides: { ABSOLUTE: attrs.terms === "absolute" ? 1 : 0 },
        workgroups: grid(size),
      });
      firstSegment += Math.ceil(items / SEGMENT);
    }
    return launches;
  },
};
