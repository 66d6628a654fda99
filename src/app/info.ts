/** The adapter, the networks and models there are, and what one of them costs: `npx tsx src/app/info.ts [MODEL]` */
import { Command, Option } from "commander";
import { InputError, nameOf, readBytes, type Source } from "../bytes.ts";
import { requestDevice } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import type { Precision } from "../gpu/layout.ts";
import { type AdapterProfile, leastProfile } from "../gpu/profile.ts";
import { formatLaunches, formatSummary, formatTable, macsOf, summaryOf } from "../graph/print.ts";
import { input } from "../kernels/op.ts";
import { identityOf } from "../loaders/dicom/identity.ts";
import { describeFilm, isPicture } from "../loaders/image.ts";
import { readSafetensors } from "../loaders/safetensors.ts";
import { readWeights } from "../loaders/weights-file.ts";
import { describeWeights } from "../models/describe.ts";
import { readDescription } from "../models/description.ts";
import type { Unsupported } from "../models/onnx/unsupported.ts";
import { type NetworkOptions, networkNamed, networks } from "../models/registry.ts";
import { shippedModel, shippedModels } from "../models/shipped.ts";
import { declaredWeights } from "../models/weights.ts";
import { sizeOf } from "../tensor.ts";
import { isMain, note, runProgram, type SharedOptions, wholeNumber, withSharedOptions } from "./command-line.ts";
import { downloadProgress, sourceOf } from "./models.ts";
import { version } from "./version.ts";

interface InfoOptions extends SharedOptions {
  readonly arch?: string;
  readonly size?: number;
  readonly batch: number;
  readonly classes?: number;
  readonly precision: Precision;
  readonly launches: boolean;
  readonly patient: boolean;
  readonly json: boolean;
}

/** What is printed: a record for --json, or the same as text. */
interface Report {
  readonly record: object;
  readonly text: string;
}

export const infoCommand = (): Command =>
  withSharedOptions(new Command("info"))
    .description("Show the adapter, the networks and models, or what one of them is and costs.")
    .argument(
      "[model]",
      `a shipped model (${shippedModels.join(", ")}), a file of weights, an .onnx file, an id of the hub (hf:…), or a film`,
    )
    .option("--arch <name>", "a network by its name; no weights are needed")
    .option("--size <pixels>", "side of the pictures, instead of the network's own", wholeNumber(1))
    .option("--batch <n>", "pictures a run", wholeNumber(1), 1)
    .option("--classes <n>", "number of classes, instead of the network's own", wholeNumber(1))
    .addOption(new Option("--precision <type>", "how values are stored on the GPU").choices(["f32", "f16"]).default("f32"))
    .option("--launches", "also every launch, in order", false)
    .option("--patient", "of a DICOM film, also whose it is", false)
    .option("--json", "one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  info                                    the adapter, the networks, the shipped models
  info cxr-resnet18                       a model: its card, graph, multiply–adds and memory
  info --arch resnet50 --batch 8          a network, planned for this adapter
  info --arch unet --size 512 --launches  with every launch
  info film.dcm                           a film: how its pixels are stored, not whose it is
  info model.onnx --size 224              an ONNX file: its graph and what of it cannot be computed
  info --json | jq .adapter.limits

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU.`,
    )
    .action(info);

async function info(model: string | undefined, options: InfoOptions): Promise<void> {
  const { record, text } = await report(model, options);
  process.stdout.write(`${options.json ? JSON.stringify({ tool: "roentgen", version, ...record }, undefined, 2) : text}\n`);
}

async function report(model: string | undefined, options: InfoOptions): Promise<Report> {
  if (model === undefined && options.arch === undefined) return overview(options);
  const source = model === undefined ? undefined : sourceOf(model);
  if (source !== undefined && !/^hf:|\.(safetensors|onnx)$/.test(String(source))) {
    const bytes = await readBytes(source);
    if (isPicture(bytes)) return filmReport(bytes, nameOf(source), options);
  }
  return model?.endsWith(".onnx") ? onnxReport(model, options) : subjectReport(model, options);
}

async function filmReport(bytes: Uint8Array, name: string, { patient }: InfoOptions): Promise<Report> {
  const film = await describeFilm(bytes, name);
  const identity = patient && film.format === "DICOM" ? identityOf(bytes, name) : undefined;
  const rows = (said: object): string =>
    formatTable(
      [],
      Object.entries(said).map(([key, value]) => [key, String(value)]),
    );
  return {
    record: { film: { name, ...film }, patient: identity },
    text: [rows(film), ...(identity ? ["", rows(identity)] : [])].join("\n"),
  };
}

async function overview({ adapter: choice }: InfoOptions): Promise<Report> {
  const device = await requestDevice({ adapter: choice });
  const { profile, gpu } = device;
  const adapter = { ...profile, features: [...gpu.features].sort(), limits: limitsOf(gpu) };
  device.destroy();
  const known = Object.keys(networks).map(networkRecord);
  const models = await Promise.all(shippedModels.map(modelRecord));
  const text = [
    heading("Adapter"),
    formatTable(
      [],
      Object.entries({ ...profile, features: adapter.features.join(" "), ...adapter.limits }).map(([name, value]) => [name, String(value)]),
    ),
    "",
    heading("Networks"),
    formatTable(
      ["name", "task", "input", "classes", "parameters", "M MACs"],
      known.map(({ name, task, input: shape, classes, parameters, macs }) => [
        name,
        task,
        shape.join(" × "),
        String(classes),
        parameters.toLocaleString("en-US"),
        Math.round(macs / 1e6).toLocaleString("en-US"),
      ]),
      [3, 4, 5],
    ),
    "",
    heading("Models"),
    formatTable(
      ["name", "network", "task", "classes"],
      models.map(({ name, arch = "not installed", task = "", classes = [] }) => [name, arch, task, classes.join(", ")]),
    ),
  ];
  return { record: { adapter, networks: known, models }, text: text.join("\n") };
}

const heading = (title: string): string => `${title}\n${"─".repeat(title.length)}`;

function limitsOf({ limits }: GPUDevice): Record<string, number> {
  const values: Record<string, number> = {};
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") values[name] = value;
  }
  return values;
}

/** A network at its own size, a picture a run. */
function networkRecord(name: string) {
  const { build, task, channels, size, classes } = networks[name];
  const weights = declaredWeights();
  const output = build(weights, input("pictures", [1, channels, size, size]));
  const parameters = weights.trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { name, task, input: [channels, size, size], classes, parameters, macs: macsOf([output]) };
}

async function modelRecord(name: string): Promise<{ name: string; arch?: string; task?: string; classes?: readonly string[] }> {
  try {
    const { arch, task, classes } = readDescription(await metadataOf(shippedModel(name)), name);
    return { name, arch, task, classes };
  } catch (error) {
    if (error instanceof InputError) return { name };
    throw error;
  }
}

const metadataOf = async (source: Source): Promise<Readonly<Record<string, string>>> =>
  readSafetensors(await readBytes(source), nameOf(source)).metadata;

/** What is looked at: a network, and the model file that asks for it. */
interface Subject {
  readonly arch: string;
  readonly options: NetworkOptions;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly model?: { readonly name: string; readonly metadata: Readonly<Record<string, string>>; readonly card?: string };
}

async function subjectReport(model: string | undefined, options: InfoOptions): Promise<Report> {
  const { batch, precision, size, classes, launches } = options;
  const subject = model === undefined ? networkSubject(options) : await modelSubject(model, options);
  const { task, build } = networkNamed(subject.arch);
  const [channels, height, width] = subject.input;
  const shape = [batch, channels, size ?? height, size ?? width];
  const weights = declaredWeights();
  const output = build(weights, input("pictures", shape), { ...subject.options, ...(classes !== undefined && { classes }) });
  const profile = await adapterProfile(options);
  const summary = summaryOf({ output }, { profile, precision, parameters: weights.trainable });
  const network = { arch: subject.arch, task, input: shape, output: output.shape, precision };
  const adapter = { class: profile.class, description: profile.description };
  const text = [
    ...(subject.model ? [modelText(subject.model), ""] : []),
    `${subject.arch}: ${task}, [${shape.join(", ")}] → [${output.shape.join(", ")}], ${precision}, on ${profile.description}`,
    "",
    formatSummary(summary),
    ...(launches ? ["", formatLaunches(summary)] : []),
  ];
  const { nodes, totals } = summary;
  const record = { adapter, model: subject.model, network, nodes, totals, launches: launches ? summary.launches : undefined };
  return { record, text: text.join("\n") };
}

/** What an ONNX file holds, and what becomes of it here. */
async function onnxReport(file: string, options: InfoOptions): Promise<Report> {
  const { onnxSummary } = await import("../models/onnx/summary.ts");
  const { batch, precision, size, launches } = options;
  const profile = await adapterProfile(options);
  const { summary, ...onnx } = await onnxSummary(file, { batch, size, precision, profile });
  const values = (list: typeof onnx.inputs): string =>
    list.map(({ name, type, shape }) => `${name} ${type} [${shape.join(", ")}]`).join(", ");
  const described = Object.entries(onnx.metadata).map(([key, value]) => [key, value]);
  const text = [
    `${file}: ONNX, operator set ${onnx.opset}, by ${onnx.producer || "an unnamed exporter"}`,
    "",
    formatTable(
      [],
      [["inputs", values(onnx.inputs)], ["outputs", values(onnx.outputs)], ["operators", onnx.operators.join(", ")], ...described],
    ),
    "",
    ...(summary
      ? [formatSummary(summary), ...(launches ? ["", formatLaunches(summary)] : [])]
      : [
          `${onnx.unsupported.length} of its nodes cannot be computed`,
          "",
          formatTable(["operator", "node", "problem"], unsupportedRows(onnx)),
        ]),
  ];
  const adapter = { class: profile.class, description: profile.description };
  const { nodes, totals } = summary ?? {};
  return { record: { adapter, onnx, nodes, totals, launches: launches ? summary?.launches : undefined }, text: text.join("\n") };
}

const unsupportedRows = ({ unsupported }: { readonly unsupported: readonly Unsupported[] }): string[][] =>
  unsupported.map(({ operator, node, problem }) => [operator, node, problem]);

/** The model's card, or what its file says where there is none. */
const modelText = ({ card, metadata }: NonNullable<Subject["model"]>): string =>
  card?.trimEnd() ?? formatTable([], Object.entries(metadata));

function networkSubject({ arch = "" }: InfoOptions): Subject {
  const { channels, size } = networkNamed(arch);
  return { arch, options: {}, input: [channels, size, size] };
}

async function modelSubject(typed: string, options: InfoOptions): Promise<Subject> {
  const source = sourceOf(typed);
  const { arch } = options;
  const read = await readWeights(source, { arch, onProgress: downloadProgress(options) });
  const model = { name: typed, metadata: read.metadata, card: await cardOf(source) };
  const { description } = describeWeights(read, typed, { arch });
  const { channels, height, width } = description.input;
  return { arch: description.arch, options: description.options, input: [channels, height, width], model };
}

/** The text of NAME.md beside NAME.safetensors, where there is one. */
async function cardOf(source: Source): Promise<string | undefined> {
  const path = source instanceof URL ? source.href : String(source);
  if (!path.endsWith(".safetensors")) return undefined;
  const beside = path.replace(/\.safetensors$/, ".md");
  try {
    return new TextDecoder().decode(await readBytes(source instanceof URL ? new URL(beside) : beside));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The adapter to plan for; where there is none, and none of a kind was asked for, the least that WebGPU asks of one. */
async function adapterProfile(options: InfoOptions): Promise<AdapterProfile> {
  try {
    const device = await requestDevice({ adapter: options.adapter });
    device.destroy();
    return device.profile;
  } catch (error) {
    if (!(error instanceof DeviceError) || options.adapter !== "auto") throw error;
    note(`${error.message}; planned for ${leastProfile.description}`, options);
    return leastProfile;
  }
}

if (isMain(import.meta.url)) await runProgram(infoCommand());
