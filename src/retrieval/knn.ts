/** Classes by vote of the nearest neighbours. */
import type { Device } from "../gpu/device.ts";
import { ShapeError } from "../kernels/op.ts";
import type { Tensor } from "../tensor.ts";
import { type Group, type Neighbour, type NeighbourOptions, neighbours } from "./neighbours.ts";

export interface VoteOptions {
  /** uniform: a vote each. distance: a vote of 1 / distance; items at distance 0 then have the only votes. */
  readonly weights?: "uniform" | "distance";
}

/**
 * The share of the votes that each class gets from a query's neighbours, with labels[index] the class of an item: a number from 0 to
 * classes − 1. The shares sum to 1; without neighbours they are all 0.
 * @throws RangeError for a label that is no class.
 */
export function vote(
  found: readonly Neighbour[],
  labels: ArrayLike<number>,
  classes: number,
  { weights = "uniform" }: VoteOptions = {},
): Float64Array {
  const votes = new Float64Array(classes);
  const isSame = weights === "distance" && found.some(({ distance }) => distance === 0);
  for (const { index, distance } of found) {
    const label = labels[index];
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new RangeError(`vote: item ${index} has class ${label}, there are ${classes}`);
    if (weights === "uniform") votes[label]++;
    else if (isSame) votes[label] += distance === 0 ? 1 : 0;
    else votes[label] += 1 / distance;
  }
  const total = votes.reduce((sum, value) => sum + value, 0);
  return total > 0 ? votes.map((value) => value / total) : votes;
}

/** The class with the most votes; of equal ones that of the nearest neighbour. There must be a neighbour. */
export function winner(shares: Float64Array, found: readonly Neighbour[], labels: ArrayLike<number>): number {
  const most = Math.max(...shares);
  const { index } = found.find(({ index }) => shares[labels[index]] === most) ?? found[0];
  return labels[index];
}

export interface LeaveOneOutOptions extends NeighbourOptions, VoteOptions {
  /** What each item belongs to, so that no item votes on another of its patient; by default each is on its own. */
  readonly groups?: readonly Group[];
}

/**
 * Every item classified by its nearest neighbours outside its own group: the shares of the classes, row by row.
 * @throws ShapeError if there is not a label for each item.
 */
export async function leaveOneOut(
  device: Device,
  items: Tensor,
  labels: ArrayLike<number>,
  classes: number,
  { weights, groups, ...options }: LeaveOneOutOptions = {},
): Promise<Float64Array[]> {
  const [count] = items.shape;
  if (labels.length !== count) throw new ShapeError("leaveOneOut", `every item needs a label, got ${labels.length}`, [items.shape]);
  const exclude = groups ?? Array.from({ length: count }, (_, item) => item);
  using index = await neighbours(device, items, { ...options, groups: exclude });
  const found = await index.search(items, { exclude });
  return found.map((row) => vote(row, labels, classes, { weights }));
}
