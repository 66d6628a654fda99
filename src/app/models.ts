/** The model that a command line asks for. */
import { existsSync, readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Source } from "../bytes.ts";
import type { Precision } from "../gpu/layout.ts";
import { type LoadOptions, loadModel, type Model } from "../models/model.ts";
import { defaultModel, shippedModel, shippedModels } from "../models/shipped.ts";
import { note, type SharedOptions } from "./command-line.ts";

export interface ModelOptions extends SharedOptions {
  readonly model?: string;
  readonly weights?: string;
  readonly arch?: string;
  readonly labels?: readonly string[];
  readonly precision: Precision;
}

/** Adds the options that choose a model. */
export function withModelOptions(command: Command): Command {
  return command
    .option("--model <name|file>", `a shipped model (${shippedModels.join(", ")}) or a .safetensors file`)
    .addOption(new Option("--weights <file>", "weights without a description of their own; needs --arch").conflicts("model"))
    .option("--arch <name>", "network of such weights, as torchvision names it")
    .option("--labels <a,b,…|file>", "their classes in the order of the outputs, or a file with one a line", readLabels)
    .addOption(new Option("--precision <type>", "how values are stored on the GPU; sums are f32").choices(["f32", "f16"]).default("f32"));
}

/** A list as typed, or from a file where there is one or it looks like one. */
function readLabels(text: string): string[] {
  const isFile = existsSync(text) || /[/\\]|\.txt$/.test(text);
  const labels = (isFile ? readLines(text) : text.split(",")).map((label) => label.trim()).filter(Boolean);
  if (labels.length === 0) throw new InvalidArgumentError("there are no labels.");
  return labels;
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
  load: Pick<LoadOptions, "decode" | "onProgress"> = {},
): Promise<{ model: Model; name: string }> {
  const { adapter, arch, labels, precision } = options;
  const name = options.weights ?? options.model ?? defaultModel;
  const model = await loadModel(options.weights ?? sourceOf(name), { adapter, arch, labels, precision, ...load });
  note(`${name} (${model.description.arch}) on ${model.device.profile.description}`, options);
  if (!model.description.metadata.input) note(`${name} does not describe its preprocessing; using the one published for ${arch}`, options);
  return { model, name };
}

/** A path where there is such a file or it looks like one, else a shipped model. */
export const sourceOf = (name: string): Source => (existsSync(name) || /[/\\]|\.safetensors$/.test(name) ? name : shippedModel(name));
