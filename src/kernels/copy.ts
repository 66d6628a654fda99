/** A value once more, in memory of its own. */
import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { grid } from "./grid.ts";
import { apply, type Launch, type Node, type Op } from "./op.ts";

export const copy = (x: Node): Node => apply(op, [x], {});

const op: Op = {
  name: "copy",
  inputs: ["x"],
  shape: ([x]) => x,
  launches: ({ shape }, profile) => copyLaunches("x", layoutOf(shape).vectors, profile),
  gradient: (_, dy) => [dy],
};

/** Launches that copy the input called `from` into y, from vector `first` of y on: as many as the adapter's binding limit asks for. */
export function copyLaunches(from: string, vectors: number, { maxBindingBytes }: AdapterProfile, first = 0): Launch[] {
  const step = vectorsPerBinding(maxBindingBytes);
  const launches: Launch[] = [];
  for (let start = 0; start < vectors; start += step) {
    const size = Math.min(step, vectors - start);
    launches.push({
      shader: "copy",
      bind: [
        { value: from, firstVector: start, vectors: size },
        { value: "y", firstVector: first + start, vectors: size },
      ],
      params: { size },
      workgroups: grid(size),
    });
  }
  return launches;
}

/** The most vectors of 16 bytes that one binding may cover, in rows of 64, so that every range begins where one may. */
export const vectorsPerBinding = (maxBindingBytes: number): number => Math.max(64, Math.floor(maxBindingBytes / 1024) * 64);

/** The most rows of a matrix of so many vectors a row that one binding may cover, in steps of 32, so that every range begins where one may. */
export const rowsPerBinding = (vectorsARow: number, { maxBindingBytes }: AdapterProfile): number =>
  Math.max(1, Math.floor(maxBindingBytes / (32 * 16 * vectorsARow))) * 32;
