/** The model that a command line asks for. */
import { existsSync, readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Source } from "../bytes.ts";
import type { Precision } from "../gpu/layout.ts";
import { type LoadOptions, loadModel, type Model } from "../models/model.ts";
import { defaultModel, shippedModel, shippedModels } from "../models/shipped.ts";
import { labelList, labelsAmong } from "./arguments.ts";
import { note, type SharedOptions } from "./command-line.ts";

export interface ModelOptions extends SharedOptions {
  readonly model?: string;
  readonly weights?: string;
  readonly arch?: string;
  readonly labels?: readonly string[];
  readonly input?: string;
  readonly output?: LoadOptions["output"];
  readonly lungModel?: string;
  readonly precision: Precision;
}

/** Adds the options that choose a model; with `several` --model may be repeated, and is a list. */
export function withModelOptions(command: Command, { several = false }: { readonly several?: boolean } = {}): Command {
  const which = `a shipped model (${shippedModels.join(", ")}), a file (.onnx too), or an id of the hub (hf:…)`;
  const model = new Option("--model <name|file>", several ? `${which}; repeated, all of them together` : which);
  return command
    .addOption(several ? model.argParser((name, names: readonly string[] = []) => [...names, name]) : model)
    .addOption(
      new Option(
        "--weights <file>",
        "weights of any format (safetensors, PyTorch, Keras, TensorFlow.js, NumPy, hf:…), with --arch",
      ).conflicts("model"),
    )
    .option("--arch <name>", "network of such weights, as torchvision names it")
    .option("--labels <a,b,…|file>", "their classes in the order of the outputs, or a file with one a line", readLabels)
    .option("--input <json|imagenet>", "how an ONNX file that does not say wants its pictures: size, channels, scale, mean, std, …")
    .addOption(
      new Option("--output <rule>", "what the output of an ONNX file that does not say is put through, or holds").choices([
        "softmax",
        "sigmoid",
        "probabilities",
        "values",
      ]),
    )
    .option("--lung-model <name|file>", "who finds the lungs, for a model that sees film and lungs; by default who did in training")
    .addOption(new Option("--precision <type>", "how values are stored on the GPU; sums are f32").choices(["f32", "f16"]).default("f32"));
}

/** A list as typed, or from a file where there is one or it looks like one. */
export function readLabels(text: string): string[] {
  const isFile = existsSync(text) || /[/\\]|\.txt$/.test(text);
  return isFile ? labelsAmong(readLines(text)) : labelList(text);
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch (cause) {
    throw new InvalidArgumentError(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Loads what the options ask for, and says on stderr what runs where. */
export async function openModel(
  options: ModelOptions,
  load: Pick<LoadOptions, "decode" | "onProgress" | "answerAll" | "device"> = {},
): Promise<{ model: Model; name: string }> {
  const { adapter, arch, labels, input, output, lungModel, precision } = options;
  const name = options.weights ?? options.model ?? defaultModel;
  const onDownload = downloadProgress(options);
  const model = await loadModel(options.weights ?? sourceOf(name), {
    adapter,
    arch,
    labels,
    input,
    output,
    lungs: lungModel === undefined ? undefined : sourceOf(lungModel),
    precision,
    onDownload,
    ...load,
  });
  note(`${name} (${model.description.arch}) on ${model.device.profile.description}`, options);
  if (!model.description.metadata.input)
    note(`${name} does not describe its preprocessing; using the one published for ${model.description.arch}`, options);
  return { model, name };
}

/** Whether a name that is no file is meant as one: a path, or with an ending of weights. */
const isFile = (name: string): boolean => /[/\\]|\.(safetensors|onnx|pth?|bin|h5|hdf5|keras|np[yz]|json)$/.test(name);

/** A path where there is such a file or it looks like one, else a shipped model. */
export const sourceOf = (name: string): Source => (existsSync(name) || isFile(name) ? name : shippedModel(name));

/** Tells on stderr how far a file of the hub has come: once for every tenth of it. */
export function downloadProgress(options: SharedOptions): (id: string, loaded: number, total: number) => void {
  let told = "";
  return (id, loaded, total) => {
    const text = `${id}: ${Math.floor((10 * loaded) / Math.max(1, total)) * 10} % of ${(total / 2 ** 20).toFixed(1)} MiB`;
    if (text !== told) note(text, options);
    told = text;
  };
}
