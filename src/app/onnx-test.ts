/** Runs cases of the ONNX backend test suite: `npx tsx src/app/onnx-test.ts FOLDERS…` */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { Command } from "commander";
import { InputError } from "../bytes.ts";
import { type Device, requestDevice } from "../gpu/device.ts";
import { runCase, type Verdict } from "../models/onnx/backend-case.ts";
import { exitCode, isMain, note, runProgram, type SharedOptions, withSharedOptions } from "./command-line.ts";
import { version } from "./version.ts";

interface OnnxTestOptions extends SharedOptions {
  readonly verbose: boolean;
  readonly json: boolean;
}

export const onnxTestCommand = (): Command =>
  withSharedOptions(new Command("onnx-test"))
    .description("Run cases of the ONNX backend test suite and count which pass.")
    .argument("<folders...>", "cases (model.onnx with test_data_set_*), folders of cases, or light_*.onnx files with their outputs")
    .option("--verbose", "also a line for each case that passes or is skipped", false)
    .option("--json", "one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Each output may differ from the case's by 1e-7 + 1e-3 of its size, as in ONNX's own runner; bfloat16 by two units, 2^-6;
whole numbers not at all.
A case is skipped where the model is refused: an operator that is not done, a type that is not computed with.

Examples:
  onnx-test node/                  every case of a folder
  onnx-test node/test_conv* --verbose

Exit codes: 0 all passed or skipped, 1 some failed, 2 usage, 3 no usable GPU.`,
    )
    .action(onnxTest);

interface CaseResult extends Verdict {
  readonly name: string;
}

async function onnxTest(folders: readonly string[], options: OnnxTestOptions): Promise<void> {
  let device: Promise<Device> | undefined;
  const openDevice = (): Promise<Device> => (device ??= opened(options));
  const results: CaseResult[] = [];
  for (const path of folders.flatMap(casesIn)) {
    const result = { name: nameOf(path), ...(await runCase(path, filesOf(path), openDevice)) };
    results.push(result);
    const isShown = result.verdict === "failed" || (options.verbose && !options.json);
    if (isShown && !options.json) process.stdout.write(`${result.verdict} ${result.name}${result.reason ? `: ${result.reason}` : ""}\n`);
  }
  if (results.length === 0) throw new InputError(folders.join(", "), "holds no cases of the ONNX backend test suite");
  const count = (verdict: Verdict["verdict"]): number => results.filter((result) => result.verdict === verdict).length;
  const totals = { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  if (options.json) process.stdout.write(`${JSON.stringify({ tool: "roentgen", version, totals, results }, undefined, 2)}\n`);
  else process.stdout.write(`${skipReasons(results)}${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
  (await device)?.destroy();
  if (totals.failed > 0) process.exitCode = exitCode.failed;
}

async function opened(options: OnnxTestOptions): Promise<Device> {
  const device = await requestDevice({ adapter: options.adapter });
  note(`on ${device.profile.description}`, options);
  return device;
}

/** Why cases were skipped, the most frequent reason first. */
function skipReasons(results: readonly CaseResult[]): string {
  const groups = new Map<string, string[]>();
  for (const { verdict, reason, name } of results)
    if (verdict === "skipped") groups.set(reason ?? "", [...(groups.get(reason ?? "") ?? []), name]);
  const sorted = [...groups].toSorted(([, a], [, b]) => b.length - a.length);
  return sorted.map(([reason, names]) => `skipped ${names.length}: ${reason} (${shortened(names)})\n`).join("");
}

const shortened = (names: readonly string[]): string => `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`;

/** The cases at a path: a folder with a model, a file of a light model, or those in a folder, however deep. */
function casesIn(path: string): string[] {
  if (!existsSync(path)) throw new InputError(path, "no such folder");
  if (!statSync(path).isDirectory()) return isLight(path) ? [path] : [];
  if (existsSync(join(path, "model.onnx"))) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((inner) => statSync(inner).isDirectory() || isLight(inner))
    .flatMap(casesIn);
}

const isLight = (path: string): boolean => /^light_.*\.onnx$/.test(basename(path));
const nameOf = (path: string): string => basename(path).replace(/\.onnx$/, "");

/** The files of a case: the model, and sets of inputs and outputs. A light model has the outputs alone. */
function filesOf(path: string) {
  if (isLight(path)) {
    const stem = path.replace(/\.onnx$/, "");
    return { model: path, sets: [{ inputs: undefined, outputs: numbered((index) => `${stem}_output_${index}.pb`) }] };
  }
  const folders = readdirSync(path).filter((name) => name.startsWith("test_data_set_"));
  const sets = folders.sort().map((folder) => ({
    inputs: numbered((index) => join(path, folder, `input_${index}.pb`)),
    outputs: numbered((index) => join(path, folder, `output_${index}.pb`)),
  }));
  return { model: join(path, "model.onnx"), sets };
}

function numbered(pathOf: (index: number) => string): string[] {
  const paths: string[] = [];
  while (existsSync(pathOf(paths.length))) paths.push(pathOf(paths.length));
  return paths;
}

if (isMain(import.meta.url)) await runProgram(onnxTestCommand());
