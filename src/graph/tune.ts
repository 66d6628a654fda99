/** Tuning: kernels that compute the same are timed on the adapter, and the fastest is kept for the next time. */
import type { Device } from "../gpu/device.ts";
import type { Precision } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { readChoices, tuningFingerprint, writeChoices } from "../gpu/tuning-cache.ts";
import { type Choice, tunedShaders } from "../kernels/choice.ts";
import { input, isParameter, type Node, parameter } from "../kernels/op.ts";
import { type Shape, sizeOf, type Tensor } from "../tensor.ts";
import { fuse } from "./fuse.ts";
import { topologicalOrder } from "./order.ts";
import { fixedNodes } from "./plan.ts";
import { compile, type Program } from "./program.ts";

/**
 * off: the built-in rules. cached: what was found before, nothing is measured. fast: where nothing is known yet, up to four kernels are
 * timed for about 50 ms each. full: all of them, for longer.
 */
export type TuningMode = "off" | "cached" | "fast" | "full";

export interface TuningOptions {
  readonly tuning?: TuningMode;
  readonly precision?: Precision;
  readonly strict?: boolean;
  readonly fuse?: boolean;
  /** Called as operations have been measured. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The device's profile with the choices that tuning has made for a graph; give it to `compile`.
 * @throws DeviceError if the device is lost while it measures.
 */
export async function tunedProfile(
  device: Device,
  outputs: readonly Node[],
  { tuning = "cached", precision = "f32", strict = false, fuse: isFused = true, onProgress }: TuningOptions = {},
): Promise<AdapterProfile> {
  const profile: AdapterProfile = { ...device.profile, strict };
  if (tuning === "off") return profile;
  const fingerprint = await fingerprintOf(device, precision);
  const choices = await readChoices(fingerprint);
  if (tuning !== "cached") {
    const work = openChoices(isFused ? fuse(outputs) : outputs, profile, choices);
    let done = 0;
    for (const { node, choice } of work) {
      const best = await fastest(device, node, tuning === "fast" ? shortened(choice) : choice, { profile, precision, tuning });
      choices.set(choice.key, best);
      onProgress?.(++done, work.length);
    }
    if (work.length > 0) await writeChoices(fingerprint, choices);
  }
  return { ...profile, choices };
}

/** Tells apart what choices hold for; see `exportTuning`. */
export const fingerprintOf = (device: Device, precision: Precision = "f32"): Promise<string> =>
  tuningFingerprint(device, precision, tunedShaders);

/** The rule's choice, two others and the reference. */
const shortened = ({ candidates, ...rest }: Choice): Choice => ({
  ...rest,
  candidates: [...new Set([...candidates.slice(0, 3), rest.reference])],
});

/** An operation to be measured: its operands are inputs and parameters. */
interface Operation {
  readonly node: Node;
  readonly choice: Choice;
}

/** One operation for each key that nothing is known of yet. */
function openChoices(outputs: readonly Node[], profile: AdapterProfile, known: ReadonlyMap<string, string>): Operation[] {
  const order = topologicalOrder(outputs);
  const fixed = fixedNodes(order);
  const work = new Map<string, Operation>();
  for (const node of order) {
    const choice = node.op.choice?.(node, profile);
    if (!choice || choice.candidates.length < 2 || known.has(choice.key) || work.has(choice.key)) continue;
    const inputs = node.inputs.map((value, index) =>
      fixed.has(value) ? parameter(`operand ${index}`, value.shape, noise(value.shape, index)) : input(`operand ${index}`, value.shape),
    );
    work.set(choice.key, { node: { ...node, inputs }, choice });
  }
  return [...work.values()];
}

/** Values in [−1, 1): zeros would be faster than what networks compute on. */
function noise(shape: Shape, seed: number): Tensor {
  let state = seed + 1;
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return { shape, data };
}

interface Contestant {
  readonly name: string;
  readonly program: Program;
  readonly times: number[];
}

interface Conditions {
  readonly profile: AdapterProfile;
  readonly precision: Precision;
  readonly tuning: "fast" | "full";
}

/** Results may differ from the plainest kernel's by this much of their largest: Winograd's rounding, and storage's in f16. */
const TOLERANCE = { f32: 1e-4, f16: 1e-2 } as const;

async function fastest(
  device: Device,
  node: Node,
  { key, candidates, reference }: Choice,
  { profile, precision, tuning }: Conditions,
): Promise<string> {
  const operands = node.inputs.flatMap((value, index) => (isParameter(value) ? [] : [[`operand ${index}`, noise(value.shape, index)]]));
  const inputs: Record<string, Tensor> = Object.fromEntries(operands);
  const contestants: Contestant[] = [];
  try {
    for (const name of candidates) {
      const program = await compile(device, { y: node }, { precision, profile: { ...profile, choices: new Map([[key, name]]) } });
      contestants.push({ name, program, times: [] });
    }
    const results: Float32Array[] = [];
    for (const { program } of contestants) results.push((await program.run(inputs)).y.data);
    const expected = results[candidates.indexOf(reference)];
    let running = contestants.filter((_, index) => agrees(results[index], expected, TOLERANCE[precision]));
    // By turns, so that what else the machine does falls on all of them; who is far behind drops out.
    const rounds = tuning === "fast" ? 3 : 9;
    for (let round = 0; round < rounds; round++) {
      for (const { program, times } of running) times.push(await elapsed(device, program, inputs));
      const best = Math.min(...running.map(({ times }) => median(times)));
      running = running.filter(({ times }) => median(times) <= 1.5 * best);
    }
    return running.reduce((best, other) => (median(other.times) < median(best.times) ? other : best)).name;
  } finally {
    for (const { program } of contestants) program.destroy();
  }
}

function agrees(result: Float32Array, reference: Float32Array, tolerance: number): boolean {
  const allowed = tolerance * reference.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return result.every((value, index) => Math.abs(value - reference[index]) <= allowed);
}

/** Milliseconds that the launches take on the GPU, where it tells; else those of a whole run. */
async function elapsed({ profile }: Device, program: Program, inputs: Readonly<Record<string, Tensor>>): Promise<number> {
  if (profile.timestamps) return (await program.profile(inputs)).reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
  const begin = performance.now();
  await program.run(inputs);
  return performance.now() - begin;
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
