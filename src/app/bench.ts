/** How fast networks are on this adapter: `npx tsx src/app/bench.ts` */
import { Command, Option } from "commander";
import { type Device, requestDevice } from "../gpu/device.ts";
import type { Precision } from "../gpu/layout.ts";
import type { Toggles } from "../gpu/node-gpu.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import type { LaunchTime } from "../graph/dispatch.ts";
import { bytesOf } from "../graph/plan.ts";
import { formatTable, macsOf } from "../graph/print.ts";
import { compile, type Program } from "../graph/program.ts";
import { type TuningMode, tunedProfile } from "../graph/tune.ts";
import { input, type Node } from "../kernels/op.ts";
import { drawTensor } from "../models/initial.ts";
import { networkNamed } from "../models/registry.ts";
import { initialisedWeights } from "../models/weights.ts";
import type { Shape, Tensor } from "../tensor.ts";
import { isMain, note, runProgram, type SharedOptions, wholeNumber, withSharedOptions } from "./command-line.ts";
import { percent } from "./film-report.ts";
import { version } from "./version.ts";

interface BenchOptions extends SharedOptions {
  readonly networks: readonly string[];
  readonly profile?: string;
  readonly rounds: number;
  readonly batch: number;
  readonly size?: number;
  readonly precision: Precision;
  readonly toggles: Toggles;
  readonly tune: TuningMode;
  readonly json: boolean;
}

/** Those that are timed unasked: a classifier of each size, and a segmenter. */
const usual = ["mobilenet_v2", "resnet18", "resnet50", "unet_small"];

export const benchCommand = (): Command =>
  withSharedOptions(new Command("bench"))
    .description("Time networks on this adapter: compiling, the first run, further runs, and with --profile each launch.")
    .option("--networks <a,b,…>", "networks by their names", namesOf, usual)
    .option("--profile <name>", "one network, launch by launch; the adapter needs timestamps")
    .option("--rounds <n>", "runs to take the median of", wholeNumber(1), 7)
    .option("--batch <n>", "pictures a run", wholeNumber(1), 1)
    .option("--size <pixels>", "side of the pictures, instead of each network's own", wholeNumber(1))
    .addOption(new Option("--precision <type>", "how values are stored on the GPU").choices(["f32", "f16"]).default("f32"))
    .addOption(new Option("--toggles <kind>", "fast leaves out Dawn's own checks").choices(["safe", "fast"]).default("safe"))
    .addOption(
      new Option("--tune <mode>", "time kernels against each other first and keep what is found; infer uses it too")
        .choices(["off", "cached", "fast", "full"])
        .default("cached"),
    )
    .option("--json", "one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  bench                                      a few networks on this adapter
  bench --networks resnet50 --batch 8        one network
  bench --adapter software --rounds 3
  bench --profile resnet50                   where its time goes
  bench --networks resnet50 --tune full      choose its kernels by measuring them on this adapter

Weights are drawn from the seed: timings do not depend on them. A run uploads its pictures and reads its result back.
How Roentgen compares with other engines: npm --prefix bench start, in the repository.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU.`,
    )
    .action(bench);

const namesOf = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);

async function bench(options: BenchOptions): Promise<void> {
  const names = options.profile === undefined ? options.networks : [options.profile];
  for (const name of names) networkNamed(name);
  const device = await requestDevice(options);
  note(`on ${device.profile.description}`, options);
  const document = {
    tool: "roentgen",
    version,
    adapter: { class: device.profile.class, description: device.profile.description },
    precision: options.precision,
    toggles: options.toggles,
    tune: options.tune,
  };
  const { record, text } = options.profile === undefined ? await timings(device, names, options) : await profile(device, names[0], options);
  process.stdout.write(`${options.json ? JSON.stringify({ ...document, ...record }, undefined, 2) : text}\n`);
}

/** A network with fresh weights, and a picture for it. */
function subject(name: string, { seed, size, batch }: BenchOptions) {
  const network = networkNamed(name);
  const side = size ?? network.size;
  const shape: Shape = [batch, network.channels, side, side];
  const output = network.build(initialisedWeights(seed), input("pictures", shape));
  const drawn = (input: string, size: Shape): Tensor => drawTensor(input, size, { kind: "uniform", bound: 1 }, seed);
  const inputs = { pictures: drawn("pictures", shape), ...(network.readsClinical && { clinical: drawn("clinical", [batch, 2]) }) };
  return { shape, output, inputs };
}

/** The adapter's profile with tuned kernels, after tuning where that is asked for. */
const profileFor = (device: Device, output: Node, { tune, precision, ...options }: BenchOptions): Promise<AdapterProfile> =>
  tunedProfile(device, [output], {
    tuning: tune,
    precision,
    onProgress: (done, total) => note(`tuned ${done} of ${total} operations`, options),
  });

interface NetworkTiming {
  readonly network: string;
  readonly input: Shape;
  readonly macs: number;
  readonly launches: number;
  readonly pipelines: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  /** From weights on the host to a program: pipelines, uploads, and what depends on weights alone. */
  readonly compileMs: number;
  readonly firstRunMs: number;
  readonly medianMs: number;
  /** Between the quartiles. */
  readonly spreadMs: number;
  readonly runsMs: readonly number[];
}

interface Report {
  readonly record: object;
  readonly text: string;
}

async function timings(device: Device, names: readonly string[], options: BenchOptions): Promise<Report> {
  const networks: NetworkTiming[] = [];
  for (const name of names) {
    note(`${name} …`, options);
    networks.push(await timing(device, name, options));
  }
  const headings = [
    "network",
    "input",
    "compile ms",
    "first ms",
    "run ms",
    "spread",
    "GMAC/s",
    "launches",
    "pipelines",
    "weights MiB",
    "activations MiB",
  ];
  const rows = networks.map((network) => [
    network.network,
    network.input.join(" × "),
    network.compileMs.toFixed(0),
    network.firstRunMs.toFixed(1),
    network.medianMs.toFixed(1),
    network.spreadMs.toFixed(1),
    (network.macs / network.medianMs / 1e6).toFixed(1),
    String(network.launches),
    String(network.pipelines),
    mebibytes(network.weightBytes),
    mebibytes(network.activationBytes),
  ]);
  return { record: { networks }, text: formatTable(headings, rows, [2, 3, 4, 5, 6, 7, 8, 9, 10]) };
}

async function timing(device: Device, name: string, options: BenchOptions): Promise<NetworkTiming> {
  const { shape, output, inputs } = subject(name, options);
  const tuned = await profileFor(device, output, options);
  const begin = performance.now();
  using program = await compile(device, { output }, { precision: options.precision, profile: tuned });
  const compileMs = performance.now() - begin;
  const firstRunMs = await runMs(program, inputs);
  const runsMs: number[] = [];
  for (let round = 0; round < options.rounds; round++) runsMs.push(await runMs(program, inputs));
  return {
    network: name,
    input: shape,
    macs: macsOf([output]),
    launches: program.plan.steps.length,
    pipelines: program.pipelines.length,
    weightBytes: bytesOf(program.plan, "parameter", "fixed"),
    activationBytes: bytesOf(program.plan, "activation"),
    compileMs,
    firstRunMs,
    medianMs: quantile(runsMs, 0.5),
    spreadMs: quantile(runsMs, 0.75) - quantile(runsMs, 0.25),
    runsMs,
  };
}

async function runMs(program: Program, inputs: Readonly<Record<string, Tensor>>): Promise<number> {
  const begin = performance.now();
  await program.run(inputs);
  return performance.now() - begin;
}

interface LaunchProfile {
  readonly stage?: string;
  readonly op: string;
  readonly shader: string;
  readonly shape: Shape;
  readonly medianMs: number;
  readonly share: number;
}

/** Each launch with the median of its times, and what each shader comes to. */
async function profile(device: Device, name: string, options: BenchOptions): Promise<Report> {
  const { shape, output, inputs } = subject(name, options);
  const tuned = await profileFor(device, output, options);
  using program = await compile(device, { output }, { precision: options.precision, profile: tuned });
  await program.run(inputs);
  const rounds: LaunchTime[][] = [];
  for (let round = 0; round < options.rounds; round++) rounds.push(await program.profile(inputs));
  const times = rounds[0].map((_, launch) =>
    quantile(
      rounds.map((round) => round[launch].elapsedMs),
      0.5,
    ),
  );
  const totalMs = sum(times);
  const launches = rounds[0].map(({ node, shader }, launch): LaunchProfile => {
    const medianMs = times[launch];
    return { stage: node.name, op: node.op.name, shader, shape: node.shape, medianMs, share: medianMs / totalMs };
  });
  const shaders = [...new Set(launches.map(({ shader }) => shader))]
    .map((shader) => {
      const own = launches.filter((launch) => launch.shader === shader);
      return {
        shader,
        launches: own.length,
        medianMs: sum(own.map(({ medianMs }) => medianMs)),
        share: sum(own.map(({ share }) => share)),
      };
    })
    .sort((a, b) => b.medianMs - a.medianMs);
  const text = [
    `${name}, [${shape.join(", ")}], ${options.precision}: ${launches.length} launches, ${totalMs.toFixed(2)} ms in all`,
    "",
    formatTable(
      ["shader", "launches", "ms", "share"],
      shaders.map(({ shader, launches: count, medianMs, share }) => [shader, String(count), medianMs.toFixed(3), percent(share)]),
      [1, 2, 3],
    ),
    "",
    formatTable(
      ["stage", "op", "shader", "output", "ms", "share"],
      launches.map(({ stage = "", op, shader, shape: made, medianMs, share }) => [
        stage,
        op,
        shader,
        `[${made.join(", ")}]`,
        medianMs.toFixed(3),
        percent(share),
      ]),
      [4, 5],
    ),
  ].join("\n");
  return { record: { profile: { network: name, input: shape, totalMs, shaders, launches } }, text };
}

/** Between the two nearest samples. */
function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  return sorted[below] + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

if (isMain(import.meta.url)) await runProgram(benchCommand());
