/**
 * Feeds spoilt files to every loader: `npx tsx tests/fuzz/run.ts [--count N] [--seed S] [--only torch,png] [--from I]`
 *
 * A family of loaders takes part by one file, tests/fuzz/corpus/NAME.ts, that exports `family: Family` (see family.ts): `seeds()` gives
 * valid files, `read(bytes, name)` reads one to its last value. Nothing else is to be registered.
 *
 * Each of the N inputs of a family (10,000 unless told) is a seed with bits flipped, cut off, lengths and offsets set to edge values,
 * blocks doubled, swapped or taken from another seed. Reading it may succeed or throw an InputError, UnsupportedError, WeightsError or ShapeError;
 * anything else, more than a second of processor time, or allocations beyond 4 × the file and 64 MiB is a failure, printed with what replays it:
 * `--only NAME --seed S --from I --count 1`. The last line is `N passed, N failed`, and the exit code says the same.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { Job, Message } from "./worker.ts";

const LIMIT_MS = 1000;
/** After so many seconds without result an input that takes no processor's time waits for ever. */
const MAX_WAITS = 20;
const CAP_BYTES = 64 * 2 ** 20;

const folder = new URL("./corpus/", import.meta.url);
const families = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3))
  .sort();

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "0" },
    from: { type: "string", default: "0" },
    only: { type: "string" },
  },
});
const [count, seed, first] = [values.count, values.seed, values.from].map(Number);
const chosen = values.only?.split(",") ?? families;
const unknown = chosen.filter((name) => !families.includes(name));
if (unknown.length > 0 || ![count, seed, first].every((value) => Number.isSafeInteger(value) && value >= 0)) {
  process.stderr.write(`usage: run.ts [--count N] [--seed S] [--from I] [--only ${families.join(",")}]\n`);
  process.exit(2);
}

let failed = 0;
for (const name of chosen) {
  const start = performance.now();
  let from = first;
  while (from < first + count) from = await run(name, from, first + count);
  process.stdout.write(`${name}: ${count} inputs in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
process.stdout.write(`${chosen.length * count - failed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

function fail(name: string, index: number, problem: string): void {
  failed++;
  process.stdout.write(`${name}: --only ${name} --seed ${seed} --from ${index} --count 1\n    ${problem.replaceAll("\n", "\n    ")}\n`);
}

/** Reads inputs in a worker until all are read or one has killed it; returns the next to read. */
function run(name: string, from: number, to: number): Promise<number> {
  const job: Job = { corpus: new URL(`${name}.ts`, folder).href, seed, from, to, cap: CAP_BYTES };
  const worker = new Worker(new URL("./boot.mjs", import.meta.url), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: 512 } });
  return new Promise((resolve) => {
    let current = -1;
    let waits = 0;
    let limit: NodeJS.Timeout | undefined;
    const leave = (next: number): void => {
      clearTimeout(limit);
      worker.terminate().then(() => resolve(next));
    };
    /** A busy machine is no fault of the input: what counts is the processor's time, which this thread leaves to the worker. */
    const watch = (begun: NodeJS.CpuUsage): void => {
      limit = setTimeout(() => {
        const { user, system } = process.cpuUsage(begun);
        if ((user + system) / 1000 < LIMIT_MS && ++waits < MAX_WAITS) {
          watch(begun);
        } else {
          fail(name, current, `takes more than ${LIMIT_MS} ms`);
          leave(current + 1);
        }
      }, LIMIT_MS);
    };
    worker.on("message", (message: Message) => {
      clearTimeout(limit);
      if ("begin" in message) {
        current = message.begin;
        waits = 0;
        watch(process.cpuUsage());
      } else {
        if (message.problem !== undefined) fail(name, message.end, message.problem);
        if (message.end === to - 1) leave(to);
      }
    });
    worker.on("error", (error) => {
      if (current < 0) throw error; // the family cannot even begin
      fail(name, current, error.stack ?? error.message);
      leave(current + 1);
    });
  });
}
