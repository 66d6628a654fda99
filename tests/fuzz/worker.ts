/** Reads the spoilt files of one family, one after the other, and tells the main thread of each. */
import { parentPort, workerData } from "node:worker_threads";
import { countAllocations } from "./allocations.ts";
import type { Family } from "./family.ts";
import { mutated } from "./mutate.ts";

/** What a worker is to do. */
export interface Job {
  readonly corpus: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Bytes that any file may take, whatever its size. */
  readonly cap: number;
}

/** What it says: that it begins with an input, or has done with it. */
export type Message = { readonly begin: number } | { readonly end: number; readonly problem?: string };

const OURS = ["InputError", "UnsupportedError", "WeightsError", "ShapeError"];

const job: Job = workerData;
const say = (message: Message): void => parentPort?.postMessage(message);

const { family }: { readonly family: Family } = await import(job.corpus);
const seeds = await family.seeds();
const allocated = countAllocations(4 * job.cap);
for (let index = job.from; index < job.to; index++) {
  const { name, bytes } = mutated(seeds, job.seed, index);
  const allowed = Math.max(job.cap, 4 * bytes.length);
  say({ begin: index });
  allocated();
  let problem: string | undefined;
  try {
    await family.read(bytes, name);
  } catch (error) {
    problem = error instanceof Error && OURS.includes(error.name) ? undefined : String(error instanceof Error ? error.stack : error);
    if (index < seeds.length) problem = `the valid file ${name} is refused: ${String(error)}`;
  }
  const taken = allocated();
  if (problem === undefined && taken > allowed) problem = `takes ${taken} bytes for a file of ${bytes.length}`;
  say({ end: index, problem });
}
