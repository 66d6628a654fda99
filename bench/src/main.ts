/** Roentgen beside its peers on one adapter: `npm --prefix bench start` */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release, type } from "node:os";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { wholeNumber } from "../../src/app/command-line.ts";
import type { Toggles } from "../../src/gpu/node-gpu.ts";
import { adapterNamed, peerEnvironment } from "./adapters.ts";
import { cases } from "./cases.ts";
import { chart } from "./chart.ts";
import { type Contestant, contestant } from "./contestant.ts";
import { type CaseResult, measure } from "./measure.ts";
import { CPU_PEER, formatResults, markdown, OURS, standingOf } from "./report.ts";

const PEERS = ["tfjs", "ort", "jax"] as const;
/** Those that train. */
const TRAINERS: readonly string[] = [OURS, "tfjs"];

interface Options {
  readonly adapter: string;
  readonly toggles: Toggles;
  readonly cases: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly budget: number;
  readonly limit: number;
  readonly all: boolean;
  readonly list: boolean;
  readonly json?: string;
  readonly chart?: string;
  readonly markdown?: string;
}

const list = (text: string): string[] => text.split(",").map((part) => part.trim());

/** npm runs programs in the package's folder, and says where it was itself started. */
const asTyped = (path: string): string => resolve(process.env.INIT_CWD ?? ".", path);

const program = new Command("bench")
  .description("Time Roentgen, TensorFlow.js, ONNX Runtime and jax-js by turns on one adapter, and check every result.")
  .option("--adapter <name|file>", "auto, hardware, software, lavapipe, swiftshader, or a Vulkan driver's .json", "auto")
  .addOption(
    new Option("--toggles <kind>", "Dawn with its checks or without, for all that run on it; ONNX Runtime's own has no robustness")
      .choices(["safe", "fast"])
      .default("safe"),
  )
  .option("--cases <a,b,…>", "only cases of these names, or whose names contain one of these", list, [])
  .option("--peers <a,b,…>", `of ${PEERS.join(", ")}`, list, [...PEERS])
  .option("--rounds <n>", "timings of each contestant", wholeNumber(3), 7)
  .option("--budget <s>", "no further round of a case begins after this, once there are three", wholeNumber(1), 30)
  .option("--limit <s>", "a contestant that is silent for so long is given up", wholeNumber(1), 180)
  .option("--all", "also the slow cases, and jax-js on networks, which it compiles for minutes on a software adapter", false)
  .option("--list", "only the names of the cases", false)
  .option("--json <file>", "where to write every timing", asTyped)
  .option("--chart <file.svg>", "where to draw the ratios", asTyped)
  .option("--markdown <file.md>", "where to write the table for a page", asTyped)
  .action(bench);

/** A whole name means that case alone, a part of names all that contain it. */
const isMeant = (name: string, asked: string): boolean =>
  cases.some((other) => other.name === asked) ? name === asked : name.includes(asked);

async function bench(options: Options): Promise<void> {
  const chosen = cases.filter(({ name, isSlow }) =>
    options.cases.length > 0 ? options.cases.some((asked) => isMeant(name, asked)) : options.all || !isSlow,
  );
  if (options.list) return print(chosen.map(({ name }) => name).join("\n"));
  if (chosen.length === 0) throw new Error(`${options.cases.join(", ")}: no case has such a name, --list shows them`);
  const unknown = options.peers.find((peer) => !(PEERS as readonly string[]).includes(peer));
  if (unknown !== undefined) throw new Error(`${unknown}: no such peer, there are ${PEERS.join(", ")}`);
  if (loadavg()[0] > 1) note(`the machine is busy (load ${loadavg()[0].toFixed(1)}): timings will be off`);

  const { choice, environment } = adapterNamed(options.adapter);
  // What a driver keeps on disk from earlier runs would make a first result look early.
  const cold = { ...environment, MESA_SHADER_CACHE_DISABLE: "true" };
  const limitMs = options.limit * 1000;
  const device = { adapter: choice, toggles: options.toggles };
  const ours = contestant(OURS, { device, environment: cold, limitMs });
  const { adapter = "", environment: found } = await ours.ask("hello");
  const peers = [...options.peers, CPU_PEER].map((name) =>
    contestant(name, { device, environment: { ...cold, ...peerEnvironment(found) }, limitMs }),
  );
  const all = [ours, ...peers];
  const reference = peers[peers.length - 1];
  const versions = await versionsOf(all);
  const peak = await peakOf(ours);
  const head = [
    `adapter   ${adapter}, Dawn ${options.toggles}`,
    `machine   ${cpus().length} × ${cpus()[0]?.model.trim()}, ${type()} ${release()}, Node ${process.version}`,
    `versions  ${Object.entries(versions)
      .map(([name, { version }]) => `${name} ${version}`)
      .join(", ")}`,
    `peak      ${(peak / 1e9).toFixed(1)} GMAC/s measured`,
  ];
  note(head.join("\n"));

  const names = all.map(({ name }) => name);
  const results: CaseResult[] = [];
  for (const which of chosen) {
    const isTraining = which.kind === "training";
    const takesPart = (name: string): boolean =>
      isTraining ? TRAINERS.includes(name) : options.all || name !== "jax" || which.kind === "operation";
    const contestants = all.filter(({ name }) => takesPart(name));
    const result = await measure(which, contestants, isTraining ? ours : reference, {
      rounds: options.rounds,
      budgetMs: options.budget * 1000,
    });
    results.push(result);
    note(`${new Date().toISOString().slice(11, 19)}  ${which.name}  ${summary(result)}`);
    // After each case, so that a run which is stopped has left what it knows.
    if (options.json) writeFileSync(options.json, document(options, { adapter, peak, versions, results }));
    if (options.chart) writeFileSync(options.chart, chart(results, adapter));
    if (options.markdown) writeFileSync(options.markdown, markdown(head, results, names));
  }
  for (const each of all) await each.end();
  print([...head, "", formatResults(results, names, peak)].join("\n"));
}

interface Version {
  readonly version: string;
  readonly adapter?: string;
}

/** A peer that does not start is reported case by case. */
async function versionsOf(contestants: readonly Contestant[]): Promise<Record<string, Version>> {
  const versions: Record<string, Version> = {};
  for (const { name, ask } of contestants) {
    const { version, adapter } = await ask("hello").catch((error: Error) => ({
      version: `does not start (${error.message})`,
      adapter: undefined,
    }));
    versions[name] = { version, adapter };
  }
  return versions;
}

const peakOf = (ours: Contestant): Promise<number> => ours.ask("peak");

const summary = (result: CaseResult): string => {
  const standing = standingOf(result);
  const ours = result.contestants[OURS];
  if (!ours?.wallMs) return ours?.failure ?? "";
  return `${ours.wallMs.median.toFixed(2)} ms${standing ? `, ${standing.ratio.toFixed(2)}× ${standing.peer}` : ""}`;
};

interface Run {
  readonly adapter: string;
  readonly peak: number;
  readonly versions: Readonly<Record<string, Version>>;
  readonly results: readonly CaseResult[];
}

function document({ rounds, budget, toggles }: Options, { adapter, peak, versions, results }: Run): string {
  const machine = { cpu: cpus()[0]?.model.trim(), cores: cpus().length, system: `${type()} ${release()}`, node: process.version };
  const withStandings = results.map((result) => ({ ...result, standing: standingOf(result) }));
  const date = new Date().toISOString();
  const contents = {
    tool: "roentgen-bench",
    date,
    adapter,
    machine,
    versions,
    toggles,
    peakMacsPerSecond: peak,
    rounds,
    budget,
    cases: withStandings,
  };
  return `${JSON.stringify(contents, (_, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value), 1)}\n`;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);

await program.parseAsync().catch((error: unknown) => {
  note(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
process.exit();
