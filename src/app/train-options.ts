/** What a training is set up with, as typed or as a configuration file has it. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../bytes.ts";
import { pseudoColours } from "../imaging/colour-names.ts";
import type { InputDescription } from "../models/description.ts";
import { nearestName } from "../models/nearest-name.ts";
import { systems } from "../systems/systems.ts";
import type { DistillationOptions } from "../training/losses.ts";
import type { LossName } from "../training/objective.ts";
import { lossNames } from "../training/objective.ts";
import type { OptimizerName } from "../training/optimizers/named.ts";
import { usualRates } from "../training/optimizers/named.ts";
import type { RateSchedule } from "../training/rates.ts";
import { recipes } from "../training/recipes.ts";
import type { Sampler } from "../training/sampler.ts";
import { condition, list, numberWithin } from "./arguments.ts";
import { type SharedOptions, wholeNumber } from "./command-line.ts";
import { elsewhere, trainDefaults as usual } from "./train-config.ts";

export interface TrainOptions extends SharedOptions {
  readonly arch: string;
  readonly init: string;
  readonly freeze: string;
  readonly frozenNorms: "fixed" | "drift";
  readonly size?: number;
  readonly resize?: InputDescription["resize"];
  readonly colour?: InputDescription["colour"];
  readonly pseudoColour?: InputDescription["pseudoColour"];
  readonly width?: number;
  readonly label?: string;
  readonly classes?: readonly string[];
  readonly mask?: string;
  readonly values?: readonly string[];
  readonly units?: readonly string[];
  readonly scaleValues: boolean;
  readonly clinical?: readonly string[];
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly merge?: Readonly<Record<string, readonly string[]>>;
  readonly allow?: readonly string[];
  readonly epochs: number;
  readonly batch: number;
  readonly accumulate: number;
  readonly optimizer: OptimizerName;
  readonly lr?: number;
  readonly schedule: RateSchedule;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly maxNorm?: number;
  readonly ema?: number;
  readonly loss?: LossName;
  readonly classWeights: "none" | "balanced" | Readonly<Record<string, number>>;
  readonly labelSmoothing: number;
  readonly sampler: Exclude<Sampler["kind"], "sequential">;
  readonly augment: string;
  readonly augmentAt: "input" | "source";
  readonly lungModel?: string;
  readonly lungMasks?: string;
  readonly copies?: number;
  readonly folds?: number;
  readonly system?: string;
  readonly member?: string;
  readonly variant?: string;
  readonly teacher?: string;
  readonly alpha: number;
  readonly temperature: number;
  readonly klReduction?: DistillationOptions["reduction"];
  readonly grid?: readonly string[];
  readonly seeds: number;
  readonly quick: boolean;
  readonly threshold?: number;
  readonly recompute: boolean;
  readonly patience?: number;
  readonly monitor?: string;
  readonly workers: number;
  readonly config?: string;
  readonly resume?: string;
  readonly out?: string;
  readonly json: boolean;
}

/** Adds all but those that every program takes. */
export function withTrainOptions(command: Command): Command {
  const positive = numberWithin(0, Number.POSITIVE_INFINITY);
  const share = numberWithin(0, 1);
  return command
    .option("--arch <name>", "the network, as torchvision names it", usual.arch)
    .option(
      "--init <file|random>",
      "a .safetensors file to start from, or random values; {member} stands for the member's name",
      usual.init,
    )
    .option("--size <pixels>", "width and height of the network's input; by default the network's own", wholeNumber(1))
    .addOption(
      new Option("--resize <rule>", "how films come to that size; by default as the start has it, else stretched").choices([
        "stretch",
        "letterbox",
        "shorter side",
      ]),
    )
    .addOption(
      new Option("--colour <kind>", "whether colour films keep their colour; by default as the start has it, else grey").choices([
        "grey",
        "rgb",
      ]),
    )
    .addOption(new Option("--pseudo-colour <map>", "the colours that grey levels are shown in").choices(pseudoColours))
    .option("--width <n>", "channels of a U-Net's first stage", wholeNumber(1))
    .option("--label <column>", "the manifest's column with the class", usual.label)
    .option("--classes <a,b,…>", "the classes in the order of the outputs; films of others are left out", list)
    .option("--mask <column>", "the column with the mask's path, for networks that segment", usual.mask)
    .option("--values <a,b,…>", "the columns with the numbers to predict, for networks that do", list)
    .option("--units <a,b,…>", "the units of those numbers, which the model answers with", list)
    .option(
      "--scale-values",
      "learns the numbers as shares of the training films' range; the model answers in their units",
      usual.scaleValues,
    )
    .option("--clinical <a,b,…>", "the columns with numbers to read beside films, such as age, for networks that do", list)
    .option("--where <column=a,b>", "only rows with one of these texts; may be repeated", condition)
    .option("--merge <class=a,b>", "a class made of others, * for all that are left; may be repeated", condition)
    .option("--allow <kinds>", "leaks between sets to live with: patient, group, bytes, picture, or all", list)
    .option("--epochs <n>", "how often all films are shown", wholeNumber(1), usual.epochs)
    .option("--batch <n>", "films a batch", wholeNumber(1), usual.batch)
    .option("--accumulate <n>", "batches a step", wholeNumber(1), usual.accumulate)
    .addOption(
      new Option("--optimizer <name>", "how weights follow their gradients").choices(Object.keys(usualRates)).default(usual.optimizer),
    )
    .option("--lr <x>", `learning rate; by default ${ratesText()}`, positive)
    .option(
      "--schedule <name>",
      "constant, cosine[:warm-up steps], one-cycle, step:EPOCHS:FACTOR, exponential:FACTOR or plateau[:FACTOR[:EPOCHS]]",
      schedule,
      usual.schedule,
    )
    .option("--momentum <x>", "of sgd; by default 0.9", share)
    .option("--weight-decay <x>", "of kernels and matrices; by default 0.01 for adamw", positive)
    .option("--max-norm <x>", "clips the norm of all gradients together", positive)
    .option("--ema <decay>", "evaluates a moving average of the weights, such as 0.999", share)
    .addOption(new Option("--loss <name>", "by default the first of the network's task").choices(Object.values(lossNames).flat()))
    .option(
      "--class-weights <rule>",
      "how much classes count in the loss: none, balanced, or class=weight,…",
      classWeights,
      usual.classWeights,
    )
    .option("--label-smoothing <x>", "the target's part that goes to all classes alike", share, usual.labelSmoothing)
    .addOption(
      new Option("--sampler <rule>", "in which order, and how often, films are shown")
        .choices(["shuffled", "weighted", "balanced", "oversampled"])
        .default(usual.sampler),
    )
    .addOption(
      new Option("--augment <recipe>", "what is done to films while training").choices(Object.keys(recipes)).default(usual.augment),
    )
    .addOption(
      new Option("--augment-at <size>", "whether films are changed at the network's size or at their own")
        .choices(["input", "source"])
        .default(usual.augmentAt),
    )
    .option(
      "--freeze <what>",
      "none, trunk (all but the last layer), lower (all but the last block and layer), or a regular expression of names",
      usual.freeze,
    )
    .option("--lung-model <name|file>", "films are seen with their lungs, which this model finds, as in Keidar 2021")
    .option("--lung-masks <column>", "the same, with the lungs from the manifest's column of masks")
    .option("--copies <n>", "changed copies of each training film, made once before training instead of in it; with lungs", wholeNumber(0))
    .addOption(
      new Option("--frozen-norms <mode>", "whether a frozen batch norm keeps its statistics")
        .choices(["fixed", "drift"])
        .default(usual.frozenNorms),
    )
    .option("--recompute", "computes activations twice instead of keeping them: less memory, a third more work", usual.recompute)
    .option("--patience <n>", "stops after so many epochs without a better one", wholeNumber(1))
    .option("--monitor <metric>", "what tells the best epoch; by default balancedAccuracy, dice or loss")
    .option("--workers <n>", "threads that decode and change films", wholeNumber(0), usual.workers)
    .option("--folds <n>", "cross-validation: so many trainings, each judged on the films it has not seen", wholeNumber(2))
    .option(
      "--teacher <file|network>",
      "a model file whose answers are learnt beside the classes; with --grid also a network to be trained first",
    )
    .option("--alpha <x>", "how much the teacher counts; the classes count the rest", share, usual.alpha)
    .option(
      "--temperature <T>",
      "what divides both networks' logits, to show how the teacher ranks the classes",
      positive,
      usual.temperature,
    )
    .addOption(new Option("--kl-reduction <rule>", "over what the divergence from the teacher is averaged").choices(["batchmean", "mean"]))
    .option("--grid <alpha:T,…>", "the network alone, and taught by every pair, from each of --seeds seeds", list)
    .option("--seeds <n>", "with --grid: so many seeds, from --seed on", wholeNumber(1), usual.seeds)
    .option("--system <name>", `the options of a published system (${Object.keys(systems).join(", ")}); what is typed wins`)
    .option("--member <name>", "which of the system's networks or tasks, several with commas or all; by default the first")
    .option("--variant <name>", "which of the system's ways to train it, several with commas or all; by default the first")
    .option("--quick", "the system in minutes: small films, few epochs, drawn films where none are given", usual.quick)
    .option("--threshold <p>", "from which probability a film is positive in the system's tables; by default the paper's", share)
    .option("--config <file>", "JSON with any of these options by their long names in camelCase; what is typed wins")
    .option("--resume <folder>", "goes on with a training that was stopped")
    .option("--out <folder>", "where everything is written; must be new or empty")
    .option("--json", "a summary as one JSON document on stdout", usual.json);
}

const ratesText = (): string =>
  Object.entries(usualRates)
    .map(([name, rate]) => `${rate} ${name}`)
    .join(", ");

function classWeights(text: string): TrainOptions["classWeights"] {
  if (text === "none" || text === "balanced") return text;
  const entries = list(text).map((part) => {
    const [, name, weight] = /^([^=]+)=([^=]+)$/.exec(part) ?? [];
    if (name === undefined || !(Number(weight) > 0))
      throw new InvalidArgumentError("it reads none, balanced or class=weight,class=weight.");
    return [name, Number(weight)] as const;
  });
  return Object.fromEntries(entries);
}

function schedule(text: string): RateSchedule {
  const [kind, ...parts] = text.split(":");
  const numbers = parts.map(Number);
  const [first, second] = numbers;
  const fits = (least: number, most: number) => numbers.length >= least && numbers.length <= most && numbers.every((n) => n >= 0);
  if (kind === "constant" && fits(0, 0)) return { kind };
  if (kind === "one-cycle" && fits(0, 0)) return { kind };
  if (kind === "cosine" && fits(0, 1)) return first === undefined ? { kind } : { kind, warmupSteps: first };
  if (kind === "step" && fits(2, 2) && first > 0) return { kind, stepSize: first, gamma: second };
  if (kind === "exponential" && fits(1, 1)) return { kind, gamma: first };
  if (kind === "plateau" && fits(0, 2))
    return { kind, ...(first !== undefined && { factor: first }), ...(second !== undefined && { patience: second }) };
  throw new InvalidArgumentError(
    "it reads constant, cosine[:STEPS], one-cycle, step:EPOCHS:FACTOR, exponential:FACTOR or plateau[:FACTOR[:EPOCHS]].",
  );
}

/**
 * Takes options from a configuration; those that were typed stay. Values are as typed, lists may be lists, and records as `config.json` has
 * them.
 * @returns where the films are, if it says so.
 * @throws InputError for what is no configuration, an unknown option, or a value that does not fit.
 */
export function takeConfig(command: Command, text: string, name: string): string | undefined {
  const config = parsed(text, name);
  for (const [key, value] of Object.entries(config)) {
    if (key === "data") continue;
    const option = command.options.find((candidate) => candidate.attributeName() === key);
    if (!option || elsewhere.includes(key)) throw new InputError(name, unknownOption(command, key));
    if (command.getOptionValueSource(key) === "cli" || value === null) continue;
    command.setOptionValueWithSource(key, valueFor(option, value, name), "config");
  }
  return typeof config.data === "string" ? config.data : undefined;
}

function parsed(text: string, name: string): Readonly<Record<string, unknown>> {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new InputError(name, "is not JSON", { cause });
  }
  if (typeof config === "object" && config !== null && !Array.isArray(config)) return { ...config };
  throw new InputError(name, "must be an object of options");
}

function unknownOption({ options }: Command, key: string): string {
  const names = options.map((option) => option.attributeName()).filter((name) => !elsewhere.includes(name));
  const nearest = nearestName(key, names);
  return `there is no option ${key}${nearest ? `, did you mean ${nearest}?` : `, there are ${names.join(", ")}`}`;
}

/** A value as the command line would have read it. */
function valueFor(option: Option, value: unknown, name: string): unknown {
  // What `configOf` wrote of an option that is more than a text or a number.
  if (typeof value === "object" && !Array.isArray(value)) return value;
  const typed = Array.isArray(value) ? value.join(",") : String(value);
  if (option.argChoices && !option.argChoices.includes(typed))
    throw new InputError(name, `${option.attributeName()} must be one of ${option.argChoices.join(", ")}, got ${typed}`);
  if (!option.parseArg) return typeof value === "boolean" ? value : typed;
  try {
    return option.parseArg(typed, undefined);
  } catch (cause) {
    throw new InputError(name, `${option.attributeName()} ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
