/** Weights of any format as a model file of ours: `npx tsx src/app/convert.ts IN --out OUT.safetensors` */
import { Command, Option } from "commander";
import { InputError, readBytes } from "../bytes.ts";
import { requestDevice } from "../gpu/device.ts";
import { formatTable } from "../graph/print.ts";
import { compile } from "../graph/program.ts";
import { WeightsError } from "../loaders/names.ts";
import { readNpzArrays } from "../loaders/npz.ts";
import { readSafetensors, type Writable, writeSafetensors } from "../loaders/safetensors.ts";
import { toFloat32 } from "../loaders/stored-tensor.ts";
import { readWeights, type WeightsFile } from "../loaders/weights-file.ts";
import { readZip } from "../loaders/zip.ts";
import { type Described, describeWeights } from "../models/describe.ts";
import { isOfDetector } from "../models/out-of-distribution/detector.ts";
import { outputsOf } from "../models/outputs.ts";
import { checkFinite, toTensors, weightsFrom } from "../models/weights.ts";
import type { Tensor } from "../tensor.ts";
import { writeWhole } from "../training/write-file.ts";
import { isMain, note, runProgram, type SharedOptions, withSharedOptions } from "./command-line.ts";
import { downloadProgress, readLabels } from "./models.ts";
import { isThere } from "./output-files.ts";
import { version } from "./version.ts";

interface ConvertOptions extends SharedOptions {
  readonly out: string;
  readonly arch?: string;
  readonly labels?: readonly string[];
  readonly dtype: "f32" | "f16";
  readonly to?: "safetensors" | "onnx";
  readonly check?: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** What became of a name: one line of the report. */
interface Row {
  readonly from?: string;
  readonly to?: string;
  readonly fate: "taken" | "renamed" | "ignored" | "missing" | "unexpected" | "mis-shaped";
  readonly about: string;
}

/** How far the outputs are from those of a vector, as a share of their mean magnitude. */
interface Check {
  readonly output: "output" | "scores";
  readonly difference: number;
  readonly tolerance: number;
}

export const convertCommand = (): Command =>
  withSharedOptions(new Command("convert"))
    .description("Write weights of any format as a model file, and tell what became of every name.")
    .argument("<weights>", "safetensors, PyTorch, Keras, TensorFlow.js, NumPy or ONNX file, or an id of the hub (hf:timm/resnet50.tv_in1k)")
    .requiredOption("--out <file>", "the .safetensors or .onnx file to write")
    .addOption(new Option("--to <format>", "the format, where the file's ending does not tell").choices(["safetensors", "onnx"]))
    .option("--arch <name>", "the network, where the file does not tell")
    .option("--labels <a,b,…|file>", "the classes in the order of the outputs, or a file with one a line", readLabels)
    .addOption(new Option("--dtype <type>", "how values are stored").choices(["f32", "f16"]).default("f32"))
    .option("--check <npz>", "arrays `input` and `output` (or `scores`, after softmax or sigmoid) that the network must reproduce")
    .option("--force", "overwrite", false)
    .option("--json", "one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  convert resnet50.pth --arch resnet50 --labels names.txt --out resnet50.safetensors
  convert model.keras --out mobilenet.safetensors --dtype f16
  convert hf:timm/resnet50.tv_in1k --out resnet50.safetensors
  convert weights/cxr-resnet18.safetensors --to onnx --out cxr-resnet18.onnx
  convert lungs.hdf5 --arch lung_unet --out lungs.safetensors --check vector.npz

Nothing in a file is run. Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU (for --check).`,
    )
    .action(convert);

async function convert(source: string, options: ConvertOptions): Promise<void> {
  const { out, arch, labels, dtype, check, force } = options;
  if (!force && (await isThere(out))) throw overwrites(out);
  const read = await readWeights(source, { arch, onProgress: downloadProgress(options) });
  for (const text of read.notes) note(`${source}: ${text}`, options);
  const described = arch === undefined && read.metadata.arch === undefined ? undefined : describeWeights(read, source, { arch, labels });
  if (!described)
    note(`${source}: no network is named (--arch), so its names are not checked and the result does not describe itself`, options);
  const toOnnx = (options.to ?? (/\.onnx$/i.test(out) ? "onnx" : "safetensors")) === "onnx";
  if (toOnnx && !described) throw new InputError(source, "names no network (--arch), which an ONNX file is made of");
  if (toOnnx && described?.description.outOfDistribution)
    note(`${source}: what tells pictures that are no films is left out, ONNX has no place for it`, options);
  if (toOnnx && dtype === "f16") throw new InputError(out, "would store f16, but ONNX files are written as f32");
  const bytes = encoded(read, described, source, options);
  const rows = report(read, described);
  const faults = rows.filter(({ fate }) => fate === "missing" || fate === "unexpected" || fate === "mis-shaped");
  const result =
    faults.length === 0 && check !== undefined
      ? await compare(readSafetensors(bytes, out).tensors, described, source, { ...options, check })
      : undefined;
  print(source, read, described, rows, result, options);
  if (faults.length > 0)
    throw new InputError(source, `${faults.length} values do not fit ${described?.description.arch}; nothing was written`);
  if (result && !(result.difference <= result.tolerance))
    throw new InputError(
      check ?? "",
      `the outputs differ by ${result.difference.toExponential(1)}, at most ${result.tolerance} is allowed; nothing was written`,
    );
  const written = toOnnx && described ? await onnxOf(described, toTensors(read.tensors)) : bytes;
  // Reading and checking take a while: somebody else may have written it since.
  if (!force && (await isThere(out))) throw overwrites(out);
  await writeWhole(out, written);
  note(`${out}: ${read.tensors.size} values, ${(bytes.length / 2 ** 20).toFixed(1)} MiB, ${dtype}`, options);
}

const overwrites = (path: string): InputError => new InputError(path, "exists already, and nothing is overwritten without --force");

/** The file's bytes. @throws InputError where a value is no number, or too large for the type. */
function encoded({ tensors }: WeightsFile, described: Described | undefined, source: string, { dtype }: ConvertOptions): Uint8Array {
  const values = toTensors(tensors);
  for (const [name, tensor] of values) {
    if (isOfDetector(name)) continue;
    checkFinite(name, tensor);
    const largest = tensor.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (dtype === "f16" && largest >= 65520) throw new InputError(source, `${name} holds ${largest}, which f16 cannot; use --dtype f32`);
  }
  const origin = `converted from ${source.replace(/^.*[/\\]/, "")} by roentgen ${version}`;
  const metadata = described ? { ...described.metadata, origin } : {};
  // What a detector stores keeps its type: its thresholds were fixed with it.
  const stored = [...tensors].filter(([name]) => isOfDetector(name));
  return writeSafetensors(new Map<string, Writable>([...values, ...stored]), { dtype: dtype === "f16" ? "F16" : "F32", metadata });
}

/** The network with its values as an ONNX model; its metadata says what the model file's would, but for what has no place in ONNX. */
async function onnxOf({ description, metadata: all }: Described, values: ReadonlyMap<string, Tensor>): Promise<Uint8Array> {
  const { onnxBytes } = await import("../models/onnx/export.ts");
  const { outOfDistribution: _, ...metadata } = all;
  return onnxBytes({ output: outputsOf(description, weightsFrom(values), 1).raw }, { metadata });
}

/** Every name of the file, then what the network misses. */
function report({ names, tensors }: WeightsFile, described: Described | undefined): Row[] {
  const { missing, unexpected, misshaped } = described ? differences(tensors, described) : { missing: [], unexpected: [], misshaped: [] };
  const rows = names.map(({ from, to, ignored }): Row => {
    const stored = to === undefined ? undefined : tensors.get(to);
    if (to === undefined || !stored) return { from, fate: "ignored", about: ignored ?? "" };
    const wrong = misshaped.find(({ name }) => name === to);
    const shape = `[${stored.shape.join(", ")}] ${stored.dtype}`;
    if (wrong) return { from, to, fate: "mis-shaped", about: `${shape}, the network has [${wrong.expected.join(", ")}]` };
    if (unexpected.includes(to)) return { from, to, fate: "unexpected", about: shape };
    return { from, to, fate: from === to ? "taken" : "renamed", about: shape };
  });
  return [...rows, ...missing.map((to): Row => ({ to, fate: "missing", about: "not in the file" }))];
}

/** What of the values does not fit the network. */
function differences(
  tensors: WeightsFile["tensors"],
  { description }: Described,
): Pick<WeightsError, "missing" | "unexpected" | "misshaped"> {
  // Shapes are all that is compared: the values would be copied for nothing.
  const shapes = new Map([...tensors].map(([name, { shape }]): [string, Tensor] => [name, { shape, data: new Float32Array(0) }]));
  const weights = weightsFrom(shapes);
  outputsOf(description, weights, 1);
  try {
    weights.verify();
  } catch (error) {
    if (error instanceof WeightsError) return error;
    throw error;
  }
  return { missing: [], unexpected: [], misshaped: [] };
}

/** PyTorch's results are met to 10⁻⁵ by f32 and 10⁻² by f16 (see the golden tests), other libraries' to a little less. */
const TOLERANCES = { f32: 1e-3, f16: 3e-2 };

/** Runs the network, with the values as they will be stored, on the vector's input. */
async function compare(
  stored: WeightsFile["tensors"],
  described: Described | undefined,
  source: string,
  { check, dtype, adapter }: ConvertOptions & { readonly check: string },
): Promise<Check> {
  if (!described) throw new InputError(source, "names no network to check (--arch)");
  const arrays = readNpzArrays(readZip(await readBytes(check), check), check);
  const input = arrays.get("input");
  const output = arrays.has("output") ? "output" : "scores";
  const wanted = arrays.get(output);
  if (!input || !wanted)
    throw new InputError(check, `must hold the arrays input and output (or scores), got ${[...arrays.keys()].join(", ") || "none"}`);
  const { channels } = described.description.input;
  if (input.shape.length !== 4 || input.shape[1] !== channels)
    throw new InputError(check, `input must be [batch, ${channels}, height, width], got [${input.shape.join(", ")}]`);
  const clinical = arrays.get("clinical");
  if ((clinical !== undefined) !== (described.description.input.clinical !== undefined))
    throw new InputError(check, `${clinical ? "holds" : "lacks"} the array clinical, of what the network reads beside pictures`);
  const [batch, , height, width] = input.shape;
  const description = { ...described.description, input: { ...described.description.input, height, width } };
  const { raw, scores } = outputsOf(description, weightsFrom(toTensors(stored)), batch);
  const device = await requestDevice({ adapter });
  try {
    using program = await compile(device, { y: output === "output" ? raw : scores }, { strict: true });
    const inputs = toTensors(new Map(Object.entries({ pictures: input, ...(clinical && { clinical }) })));
    const { y } = await program.run(Object.fromEntries(inputs));
    return { output, difference: relativeDifference(y.data, toFloat32(wanted), check), tolerance: TOLERANCES[dtype] };
  } finally {
    device.destroy();
  }
}

function relativeDifference(got: Float32Array, wanted: Float32Array, check: string): number {
  if (got.length !== wanted.length) throw new InputError(check, `has ${wanted.length} outputs, the network ${got.length}`);
  const mean = wanted.reduce((sum, value) => sum + Math.abs(value), 0) / wanted.length;
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0) / mean;
}

function print(
  source: string,
  { format, notes }: WeightsFile,
  described: Described | undefined,
  rows: readonly Row[],
  check: Check | undefined,
  { out, json, dtype }: ConvertOptions,
): void {
  const arch = described?.description.arch;
  if (json) {
    const document = {
      tool: "roentgen",
      version,
      source,
      format,
      out,
      dtype,
      arch,
      metadata: described?.metadata,
      notes,
      names: rows,
      check,
    };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  const counts = new Map<string, number>();
  for (const { fate } of rows) counts.set(fate, (counts.get(fate) ?? 0) + 1);
  const table = formatTable(
    ["in the file", "in the network", "", "shape"],
    rows.map(({ from = "", to = "", fate, about }) => [from, to, fate, about]),
  );
  const summary = `${format}${arch ? `, ${arch}` : ""}: ${[...counts].map(([fate, count]) => `${count} ${fate}`).join(", ")}`;
  const checked = check ? `\n${check.output}: differs by ${check.difference.toExponential(1)} of the mean magnitude` : "";
  process.stdout.write(`${table}\n\n${summary}${checked}\n`);
}

if (isMain(import.meta.url)) await runProgram(convertCommand());
