/** The nearest items of each query, without the distances of all. */
import { layoutOf } from "../gpu/layout.ts";
import { concat } from "./concat.ts";
import { checkRows, distanceLaunch, type Metric, SEGMENT } from "./distances.ts";
import { grid } from "./grid.ts";
import { apply, inputName, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { leastOf, leastOfChosen, MAX_INDEX } from "./top-k.ts";
import { unitRows } from "./unit-rows.ts";

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
 * through all chunks and then their distances (Euclidean ones squared). `excluded` [q] is a group of which the query
 * takes no item, or −1; where fewer than k items are left, NOT_FOUND takes the distances' place.
 *
 * Only the least distance of each segment of 16 items is kept. The k nearest items lie in the k segments whose own least come first (k
 * items would else come before one of them), so that the distances within these segments, computed anew, are all that is ranked.
 * @throws ShapeError if sizes do not fit, there are fewer than k items, or more than 2²⁴.
 */
export const nearest = (queries: Node, chunks: readonly ItemChunk[], excluded: Node, options: NearestOptions): Node =>
  apply(op, [queries, excluded, ...chunks.flatMap(({ items, groups }) => [items, groups])], options);

/** Whether a chunk's segments fill whole vectors, so that those of the next one follow them. */
export const CHUNK_MULTIPLE = 4 * SEGMENT;

/** Operands past the second are chunks: items, groups. */
const op: Op<NearestOptions> = {
  name: "nearest",
  inputs: ["queries", "excluded"],
  shape([queries, excluded, ...chunks], { k }) {
    if (chunks.length === 0) throw new ShapeError("nearest", "there are no items");
    const [items, groups] = [0, 1].map((part) => chunks.filter((_, index) => index % 2 === part));
    for (const [index, chunk] of items.entries()) {
      checkRows("nearest", queries, chunk);
      const [rows] = chunk;
      if (groups[index].length !== 1 || groups[index][0] !== rows)
        throw new ShapeError("nearest", "every item needs a group", [groups[index], chunk]);
      if (index < items.length - 1 && rows % CHUNK_MULTIPLE !== 0)
        throw new ShapeError("nearest", `a chunk that is not the last must have a multiple of ${CHUNK_MULTIPLE} items`, [chunk]);
    }
    if (excluded.length !== 1 || excluded[0] !== queries[0])
      throw new ShapeError("nearest", "excluded must have a number for each query", [excluded, queries]);
    const count = items.reduce((sum, [rows]) => sum + rows, 0);
    if (!Number.isInteger(k) || k < 1 || k > count) throw new ShapeError("nearest", `${k} is no k from 1 to ${count}, the number of items`);
    if (count > MAX_INDEX) throw new ShapeError("nearest", `there may be ${MAX_INDEX} items at most, got ${count}`);
    return [queries[0], 2 * k];
  },
  lower({ inputs: [queries, excluded, ...chunks], attrs: { k, metric } }) {
    const isCosine = metric === "cosine";
    const attrs: SegmentsAttrs = { isAbsolute: metric === "manhattan", factor: isCosine ? 0.5 : 1 };
    const sought = isCosine ? unitRows(queries, "queries") : queries;
    const parts = chunks.map((value, index) => (isCosine && index % 2 === 0 ? unitRows(value, "items") : value));
    const minima = parts.flatMap((items, index) =>
      index % 2 === 0 ? [apply(segmentMinimaOp, [sought, items, parts[index + 1], excluded], attrs)] : [],
    );
    const joined = minima.length === 1 ? minima[0] : concat(minima);
    const segments = leastOf(joined, Math.min(k + SPARE_SEGMENTS, joined.shape[1]));
    return leastOfChosen(apply(chosenDistancesOp, [sought, excluded, segments, ...parts], attrs), segments, k);
  },
  macs: ({ inputs: [queries, , ...chunks] }) =>
    chunks.reduce((sum, { shape }, index) => (index % 2 === 0 ? sum + queries.shape[0] * queries.shape[1] * shape[0] : sum), 0),
};

interface SegmentsAttrs {
  readonly isAbsolute: boolean;
  /** Cosine distances are half the squared ones of unit vectors. */
  readonly factor: number;
}

/** The least distance of each segment: [q, ⌈n / 16⌉]. */
const segmentMinimaOp: Op<SegmentsAttrs> = {
  name: "segmentMinima",
  inputs: ["queries", "items", "groups", "excluded"],
  sliced: ["y"],
  shape: ([[queries], [items]]) => [queries, Math.ceil(items / SEGMENT)],
  launches({ inputs: [queries, items], attrs: { isAbsolute } }, profile) {
    const operands = { queries: queries.shape, items: items.shape, isAbsolute, profile };
    return [distanceLaunch("minima", operands, ["queries", "items", "groups", "excluded", "y"])];
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
          factor: attrs.factor,
        },
        overrides: { ABSOLUTE: attrs.isAbsolute ? 1 : 0 },
        workgroups: grid(size),
      });
      firstSegment += Math.ceil(items / SEGMENT);
    }
    return launches;
  },
};
