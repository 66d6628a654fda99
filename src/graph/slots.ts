/** Buffers shared by values that are never alive at the same time. */

/** A value that lives from the step that writes it to the last that reads it, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface Slots {
  /** The slot of each value. */
  readonly slotOf: readonly number[];
  /** The size of each slot: that of its largest value. */
  readonly bytes: readonly number[];
}

/**
 * Gives each value the slot whose size fits it best among those free for its whole lifetime, largest values first (greedy by size:
 * Pisarchyk and Lee, 2020). Whole buffers, not ranges of one, since a dispatch may not read and write the same buffer.
 *
 * Among values of one size, networks differ in whether the earlier or the later ones had better come first: both are tried.
 */
export function assignSlots(values: readonly Lifetime[]): Slots {
  const places = values.map((_, index) => index);
  const bySize = (tie: (a: Lifetime, b: Lifetime) => number): number[] =>
    places.toSorted((a, b) => values[b].bytes - values[a].bytes || tie(values[a], values[b]));
  const earlierFirst = assignInOrder(
    values,
    bySize((a, b) => a.first - b.first),
  );
  const laterFirst = assignInOrder(
    values,
    bySize((a, b) => b.first - a.first),
  );
  return total(laterFirst) < total(earlierFirst) ? laterFirst : earlierFirst;
}

const total = ({ bytes }: Slots): number => bytes.reduce((sum, size) => sum + size, 0);

/** `order` names the values from the largest down. */
function assignInOrder(values: readonly Lifetime[], order: readonly number[]): Slots {
  const slotOf = new Array<number>(values.length).fill(-1);
  const slots: { bytes: number; residents: Lifetime[] }[] = [];
  for (const index of order) {
    const value = values[index];
    const isFree = ({ residents }: { residents: Lifetime[] }): boolean =>
      residents.every(({ first, last }) => last < value.first || value.last < first);
    // Slots only ever shrink in this order, so the last free one is the tightest.
    const slot = slots.findLastIndex(isFree);
    if (slot >= 0) {
      slots[slot].residents.push(value);
      slotOf[index] = slot;
    } else {
      slotOf[index] = slots.push({ bytes: value.bytes, residents: [value] }) - 1;
    }
  }
  return { slotOf, bytes: slots.map(({ bytes }) => bytes) };
}

/** The largest sum of values alive at one step: no assignment needs less. */
export function liveBytes(values: readonly Lifetime[]): number {
  const starts = new Set(values.map(({ first }) => first));
  const alive = (step: number): number =>
    values.reduce((sum, { bytes, first, last }) => (first <= step && step <= last ? sum + bytes : sum), 0);
  return Math.max(0, ...[...starts].map(alive));
}
