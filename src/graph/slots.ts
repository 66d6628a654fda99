/** Buffers shared by values that are not alive at the same time, or lie beside each other. */

/** A value that lives from the step that writes it to the last that reads it, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface Slots {
  /** The slot of each value, and where it begins in it. */
  readonly slotOf: readonly number[];
  readonly offsetOf: readonly number[];
  readonly bytes: readonly number[];
}

export interface SlotRules {
  /** Whether two values must lie in different slots: a dispatch may not read and write the same buffer, not even different parts of it. */
  readonly apart?: (a: number, b: number) => boolean;
  /** Where a value may begin: at multiples of this. */
  readonly alignment?: number;
  /** The most that one slot may hold, but for a single value that is larger. */
  readonly maxBytes?: number;
}

/**
 * Gives each value a place, largest values first (greedy by size: Pisarchyk and Lee, 2020).
 *
 * Which choices are best differs from network to network, so all are tried: among values of one size, the earlier or the later first;
 * room beside values that are alive, or only slots that are empty for the value's whole life.
 */
export function assignSlots(values: readonly Lifetime[], rules: SlotRules = {}): Slots {
  const places = values.map((_, index) => index);
  const ties: ((a: Lifetime, b: Lifetime) => number)[] = [(a, b) => a.first - b.first, (a, b) => b.first - a.first];
  const found = ties.flatMap((tie) => {
    const order = places.toSorted((a, b) => values[b].bytes - values[a].bytes || tie(values[a], values[b]));
    return [false, true].map((isWhole) => assignInOrder(values, order, isWhole, rules));
  });
  return found.reduce((best, slots) => (total(slots) < total(best) ? slots : best));
}

const total = ({ bytes }: Slots): number => bytes.reduce((sum, size) => sum + size, 0);

/** A value in a slot. */
interface Resident {
  readonly index: number;
  readonly value: Lifetime;
  readonly offset: number;
}

interface Slot {
  bytes: number;
  readonly residents: Resident[];
}

/** Room for a value: in which slot, where, how much the slot grows, and how much of the gap stays empty. */
interface Room {
  readonly slot: Slot;
  readonly offset: number;
  readonly growth: number;
  readonly slack: number;
}

/** `isWhole`: a value lies at the start of a slot in which nothing else is alive, and slots never grow. */
function assignInOrder(values: readonly Lifetime[], order: readonly number[], isWhole: boolean, rules: SlotRules): Slots {
  const { apart = () => false, alignment = 256, maxBytes = Number.POSITIVE_INFINITY } = rules;
  const slots: Slot[] = [];
  for (const index of order) {
    const value = values[index];
    const open = slots.filter(({ residents }) => residents.every((resident) => !apart(index, resident.index)));
    const rooms = [
      ...open
        .flatMap((slot) => roomsIn(slot, value, alignment))
        .filter(({ slot, growth, offset }) =>
          isWhole ? offset === 0 && growth === 0 && isEmpty(slot, value) : growth === 0 || slot.bytes + growth <= maxBytes,
        ),
      { slot: { bytes: 0, residents: [] }, offset: 0, growth: value.bytes, slack: 0 },
    ];
    const { slot, offset } = rooms.reduce((best, room) =>
      room.growth < best.growth || (room.growth === best.growth && room.slack < best.slack) ? room : best,
    );
    if (slot.residents.length === 0) slots.push(slot);
    slot.residents.push({ index, value, offset });
    slot.bytes = Math.max(slot.bytes, offset + value.bytes);
  }
  const slotOf = new Array<number>(values.length).fill(-1);
  const offsetOf = new Array<number>(values.length).fill(0);
  for (const [number, { residents }] of slots.entries()) {
    for (const { index, offset } of residents) {
      slotOf[index] = number;
      offsetOf[index] = offset;
    }
  }
  return { slotOf, offsetOf, bytes: slots.map(({ bytes }) => bytes) };
}

const isAlive = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;

const isEmpty = ({ residents }: Slot, value: Lifetime): boolean => residents.every((resident) => !isAlive(resident.value, value));

/** The gaps between residents that are alive at the same time, and the end, which can grow. */
function roomsIn(slot: Slot, value: Lifetime, alignment: number): Room[] {
  const neighbours = slot.residents.filter((resident) => isAlive(resident.value, value)).sort((a, b) => a.offset - b.offset);
  const rooms: Room[] = [];
  let offset = 0;
  for (const { offset: end, value: neighbour } of neighbours) {
    if (end - offset >= value.bytes) rooms.push({ slot, offset, growth: 0, slack: end - offset - value.bytes });
    offset = Math.max(offset, Math.ceil((end + neighbour.bytes) / alignment) * alignment);
  }
  const left = slot.bytes - offset - value.bytes;
  rooms.push({ slot, offset, growth: Math.max(0, -left), slack: Math.max(0, left) });
  return rooms;
}

/** The largest sum of values alive at one step: no assignment needs less. */
export function liveBytes(values: readonly Lifetime[]): number {
  const starts = new Set(values.map(({ first }) => first));
  const alive = (step: number): number =>
    values.reduce((sum, { bytes, first, last }) => (first <= step && step <= last ? sum + bytes : sum), 0);
  return Math.max(0, ...[...starts].map(alive));
}
