/** What a model file says of itself: network, classes, preprocessing, thresholds. Stored with the weights, never guessed. */
import { InputError } from "../bytes.ts";
import { type PseudoColour, pseudoColours } from "../imaging/colour-names.ts";
import type { Filter } from "../imaging/resize.ts";
import { type ClinicalValues, readClinicalValues } from "./clinical-values.ts";
import type { LungChannel } from "./film-and-lungs.ts";
import { readLungChannel } from "./lung-channel.ts";
import { type OutOfDistribution, readOutOfDistribution } from "./out-of-distribution/description.ts";
import { type Network, type NetworkOptions, networkNamed } from "./registry.ts";
import { readValueScaler, type ValueScaler } from "./value-scaler.ts";

/** How a picture becomes the network's input. */
export interface InputDescription {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** grey: the luma, repeated where there are three channels; rgb: colour pictures keep their colour. */
  readonly colour: "grey" | "rgb";
  /** The grey levels are shown in these colours, before the picture is brought to its size; colour is then rgb. */
  readonly pseudoColour?: PseudoColour;
  /** stretch to the size; letterbox with black bars; or bring the shorter side to `shorterSide` and crop the centre. */
  readonly resize: "stretch" | "letterbox" | "shorter side";
  readonly shorterSide: number;
  readonly filter: Filter;
  readonly antialias: boolean;
  /** What an 8-bit value is multiplied by, before mean and std. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The histogram is equalised at the network's size. */
  readonly equalize?: boolean;
  /** Each picture is brought to a mean of 0 and a deviation of 1 by its own; mean and std are then 0 and 1. */
  readonly standardise?: boolean;
  /** Films are equalised, fitted in and joined with their lungs to a picture of three channels. */
  readonly lungs?: LungChannel;
  /** What the network reads beside the film. */
  readonly clinical?: ClinicalValues;
}

/** What the network's output is put through to become scores. */
export type OutputRule = "softmax" | "sigmoid" | "none";

export interface ModelDescription {
  readonly arch: string;
  readonly task: "classification" | "segmentation" | "regression";
  readonly classes: readonly string[];
  readonly input: InputDescription;
  readonly output: OutputRule;
  /** The score from which a class counts as present, where the model has been given one. */
  readonly thresholds: Readonly<Record<string, number>>;
  readonly options: NetworkOptions;
  /** Of a regression: by what its outputs become values in their units; without one they are in them. */
  readonly valueScaler?: ValueScaler;
  /** Of a regression: the unit of each value, in the order of `classes`. */
  readonly units?: readonly string[];
  /** Which pictures it can judge, where the file says so. */
  readonly outOfDistribution?: OutOfDistribution;
  /** Everything the file says, as strings, for people. */
  readonly metadata: Readonly<Record<string, string>>;
}

const filters = ["nearest", "box", "bilinear", "bicubic", "lanczos", "area"] as const;
/** Those that are offered without antialias too (see `resize`). */
const plainFilters: readonly Filter[] = ["nearest", "bilinear", "area"];
const inputKeys = [
  "size",
  "channels",
  "colour",
  "pseudoColour",
  "resize",
  "shorterSide",
  "crop",
  "interpolation",
  "scale",
  "mean",
  "std",
  "equalize",
  "standardise",
  "lungs",
  "clinical",
];

/**
 * Reads the metadata of a model file.
 * @param foreign - what a network that is none of ours is for; its file brings the graph.
 * @throws InputError for a missing or unknown network, and for preprocessing or an output rule that is not known.
 */
export function readDescription(
  metadata: Readonly<Record<string, string>>,
  file: string,
  foreign?: Pick<Network, "task" | "output">,
): ModelDescription {
  const fail = (problem: string, options?: ErrorOptions): InputError => new InputError(file, problem, options);
  const { arch } = metadata;
  if (!arch) throw fail("has no metadata that names its network; say which it is (arch) and what its classes are (labels)");
  const network = foreign ?? networkOf(arch, fail);
  const task = metadata.task ?? network.task;
  if (task !== network.task) throw fail(`metadata calls its task ${task}, but ${arch} is for ${network.task}`);
  const classes = metadata.classes === undefined ? undefined : parsed(metadata, "classes", fail);
  if (!isStrings(classes) || classes.length === 0) throw fail("metadata classes must be a list of names");
  if (new Set(classes).size !== classes.length) throw fail(`metadata classes must differ, got ${classes.join(", ")}`);
  const input = readInput(parsed(metadata, "input", fail), fail);
  if (task === "segmentation" && input.resize === "shorter side")
    throw fail("metadata input crop leaves a segmentation without its borders, stretch or letterbox instead");
  const readsClinical = foreign === undefined && networkOf(arch, fail).readsClinical === true;
  if (readsClinical !== (input.clinical !== undefined))
    throw fail(
      readsClinical ? `metadata input has no clinical, which ${arch} reads` : `metadata input has clinical, which ${arch} does not read`,
    );
  const output = metadata.output === undefined ? defaultOutput(network) : readOutput(metadata.output, arch, network.output, fail);
  return {
    arch,
    task: network.task,
    classes,
    input,
    output,
    thresholds: readThresholds(metadata, classes, fail),
    options: { classes: classes.length, ...readOptions(metadata, foreign ? [] : networkOf(arch, fail).options, fail) },
    ...readValues(metadata, task, classes.length, fail),
    ...readDetection(metadata, task, output, fail),
    metadata,
  };
}

/** Only values have units. */
function readValues(
  metadata: Readonly<Record<string, string>>,
  task: Network["task"],
  count: number,
  fail: Fail,
): Pick<ModelDescription, "valueScaler" | "units"> {
  const said = ["valueScaler", "units"].find((key) => metadata[key] !== undefined);
  if (said === undefined) return {};
  if (task !== "regression") throw fail(`metadata ${said} is for regression, the task is ${task}`);
  const units = metadata.units === undefined ? undefined : parsed(metadata, "units", fail);
  if (units !== undefined && !(isStrings(units) && units.length === count)) throw fail(`metadata units must be a list of ${count} names`);
  return {
    ...(metadata.valueScaler !== undefined && {
      valueScaler: readValueScaler(parsed(metadata, "valueScaler", fail), count, "valueScaler", fail),
    }),
    ...(units !== undefined && { units }),
  };
}

/** Only classes have means and energies. */
function readDetection(
  metadata: Readonly<Record<string, string>>,
  task: Network["task"],
  output: OutputRule,
  fail: Fail,
): Pick<ModelDescription, "outOfDistribution"> {
  if (metadata.outOfDistribution === undefined) return {};
  if (task !== "classification") throw fail(`metadata outOfDistribution is for classification, the task is ${task}`);
  const outOfDistribution = readOutOfDistribution(parsed(metadata, "outOfDistribution", fail), fail);
  if (outOfDistribution.thresholds.energy !== undefined && output !== "softmax")
    throw fail(`metadata outOfDistribution energy is of logits for softmax, the output is ${output}`);
  return { outOfDistribution };
}

export type Fail = (problem: string, options?: ErrorOptions) => InputError;

function networkOf(arch: string, fail: Fail): Network {
  try {
    return networkNamed(arch);
  } catch (cause) {
    throw cause instanceof InputError ? fail(`metadata arch ${cause.message}`, { cause }) : cause;
  }
}

function parsed(metadata: Readonly<Record<string, string>>, key: string, fail: Fail): unknown {
  if (metadata[key] === undefined) throw fail(`metadata has no ${key}`);
  try {
    return JSON.parse(metadata[key]);
  } catch (cause) {
    throw fail(`metadata ${key} is not JSON`, { cause });
  }
}

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === "string");
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((item) => Number.isFinite(item));
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function readInput(given: unknown, fail: Fail): InputDescription {
  if (!isRecord(given)) throw fail("metadata input must be an object");
  const unknown = Object.keys(given).filter((key) => !inputKeys.includes(key));
  if (unknown.length > 0) throw fail(`metadata input has unknown preprocessing ${unknown.join(", ")}`);
  const { channels, colour, resize = "stretch", crop, interpolation = "bilinear antialias", scale = 1 } = given;
  const sides = typeof given.size === "number" ? [given.size, given.size] : isNumbers(given.size) ? given.size : [];
  if (sides.length !== 2 || !sides.every((side) => Number.isInteger(side) && side > 0))
    throw fail(`metadata input size must be one or two positive integers, got ${JSON.stringify(given.size)}`);
  const [height, width] = sides;
  if (channels !== 1 && channels !== 3) throw fail(`metadata input channels must be 1 or 3, got ${String(channels)}`);
  const colours = channels === 1 ? [undefined, "grey"] : [undefined, "grey repeated", "rgb"];
  if (!colours.some((known) => known === colour))
    throw fail(`metadata input colour ${JSON.stringify(colour)} is not known for ${channels} channels`);
  if (resize !== "stretch" && resize !== "letterbox" && resize !== "shorter side")
    throw fail(`metadata input resize ${JSON.stringify(resize)} is not known`);
  if (crop !== undefined && crop !== "centre") throw fail(`metadata input crop ${JSON.stringify(crop)} is not known`);
  if ((resize === "shorter side") !== (crop === "centre"))
    throw fail(`metadata input must have both resize "shorter side" and crop "centre", or neither`);
  const mean = given.mean ?? Array(channels).fill(0);
  const std = given.std ?? Array(channels).fill(1);
  if (!isNumbers(mean) || !isNumbers(std) || mean.length !== channels || std.length !== channels || !std.every((value) => value > 0)) {
    throw fail(`metadata input mean and std must be ${channels} numbers each, std above 0`);
  }
  const shorterSide = given.shorterSide ?? Math.max(height, width);
  if (resize !== "shorter side" && given.shorterSide !== undefined)
    throw fail(`metadata input shorterSide is only for resize "shorter side"`);
  if (typeof shorterSide !== "number" || !Number.isInteger(shorterSide) || shorterSide < Math.max(height, width)) {
    throw fail(`metadata input shorterSide must be an integer of at least the size, got ${String(shorterSide)}`);
  }
  for (const key of ["equalize", "standardise"])
    if (![undefined, true, false].some((known) => known === given[key]))
      throw fail(`metadata input ${key} must be true or false, got ${JSON.stringify(given[key])}`);
  if (given.standardise && (given.mean !== undefined || given.std !== undefined))
    throw fail("metadata input has mean or std beside standardise, which takes the picture's own");
  const lungs = given.lungs === undefined ? undefined : readLungChannel(given.lungs, fail);
  if (lungs && (channels !== 3 || colour === "grey repeated" || resize !== "letterbox" || interpolation !== "area"))
    throw fail('metadata input lungs are of three channels "rgb", with resize "letterbox" and interpolation "area"');
  return {
    height,
    width,
    channels,
    colour: channels === 3 && colour !== "grey repeated" ? "rgb" : "grey",
    resize,
    shorterSide,
    ...readInterpolation(interpolation, fail),
    scale: readScale(scale, fail),
    mean,
    std,
    ...(given.equalize === true && { equalize: true }),
    ...(given.standardise === true && { standardise: true }),
    ...readPseudoColour(given, fail),
    ...(lungs && { lungs }),
    ...(given.clinical !== undefined && { clinical: readClinicalValues(given.clinical, fail) }),
  };
}

function readPseudoColour(
  { pseudoColour, colour, channels, equalize }: Record<string, unknown>,
  fail: Fail,
): Pick<InputDescription, "pseudoColour"> {
  if (pseudoColour === undefined) return {};
  const known = pseudoColours.find((name) => name === pseudoColour);
  if (!known) throw fail(`metadata input pseudoColour ${JSON.stringify(pseudoColour)} is not known`);
  if (channels !== 3 || (colour !== undefined && colour !== "rgb"))
    throw fail("metadata input pseudoColour is for 3 channels in colour rgb");
  if (equalize === true) throw fail("metadata input has pseudoColour beside equalize, which is for grey levels");
  return { pseudoColour: known };
}

function readInterpolation(given: unknown, fail: Fail): { filter: Filter; antialias: boolean } {
  const [name, word, ...rest] = typeof given === "string" ? given.split(" ") : [];
  const filter = filters.find((known) => known === name);
  const isOffered = word === "antialias" || (word === undefined && filter && plainFilters.includes(filter));
  if (!filter || rest.length > 0 || !isOffered) throw fail(`metadata input interpolation ${JSON.stringify(given)} is not known`);
  return { filter, antialias: word === "antialias" };
}

/** A number, or a fraction such as "1/255". */
function readScale(given: unknown, fail: Fail): number {
  const text = typeof given === "string" || typeof given === "number" ? String(given) : "";
  const [, top, bottom = "1"] = /^([^/]+)(?:\/([^/]+))?$/.exec(text) ?? [];
  const scale = Number(top) / Number(bottom);
  if (!Number.isFinite(scale) || scale <= 0)
    throw fail(`metadata input scale must be a positive number or fraction, got ${JSON.stringify(given)}`);
  return scale;
}

/** The rule named in the file's words: "logits; probability = sigmoid; …". */
function readOutput(given: string, arch: string, output: Network["output"], fail: Fail): OutputRule {
  const named = (["softmax", "sigmoid"] as const).filter((rule) => given.includes(rule));
  const isPlain = named.length === 0 && /\b(probabilities|values)\b/.test(given);
  if (!isPlain && named.length !== 1)
    throw fail(`metadata output ${JSON.stringify(given)} names no known rule (softmax, sigmoid, probabilities, values)`);
  if (isPlain === (output === "logits")) throw fail(`metadata output ${JSON.stringify(given)} does not fit ${arch}, which gives ${output}`);
  return isPlain ? "none" : named[0];
}

/** How a network's raw output becomes scores, as its authors do it. */
function defaultOutput({ output, task }: Pick<Network, "task" | "output">): OutputRule {
  if (output !== "logits") return "none";
  return task === "segmentation" ? "sigmoid" : "softmax";
}

function readThresholds(metadata: Readonly<Record<string, string>>, classes: readonly string[], fail: Fail): Record<string, number> {
  if (metadata.thresholds === undefined) return {};
  const given = parsed(metadata, "thresholds", fail);
  if (!isRecord(given)) throw fail("metadata thresholds must be an object");
  const thresholds: Record<string, number> = {};
  for (const [label, value] of Object.entries(given)) {
    if (!classes.includes(label)) throw fail(`metadata has a threshold for ${label}, which is not among its classes`);
    if (typeof value !== "number" || !(value >= 0 && value <= 1)) throw fail(`metadata threshold of ${label} must be between 0 and 1`);
    thresholds[label] = value;
  }
  return thresholds;
}

/** How each option is written. */
const optionKinds = {
  width: "positive integer",
  widthMultiplier: "positive number",
  epsilon: "positive number",
  bilinear: "true or false",
  convBias: "true or false",
  samePadding: "true or false",
  v1: "true or false",
} as const;

/** Options of the network's builder; one that it does not take would be passed over, and the scores would be wrong. */
function readOptions(metadata: Readonly<Record<string, string>>, taken: Network["options"], fail: Fail): NetworkOptions {
  const options: Record<string, number | boolean> = {};
  for (const [key, kind] of Object.entries(optionKinds)) {
    const text = metadata[key];
    if (text === undefined) continue;
    if (!taken.some((known) => known === key)) throw fail(`metadata ${key} is no option of ${metadata.arch}`);
    const value = kind === "true or false" ? text === "true" : Number(text);
    const fits =
      typeof value === "boolean"
        ? text === "true" || text === "false"
        : value > 0 && Number.isFinite(value) && (kind !== "positive integer" || Number.isInteger(value));
    if (!fits) throw fail(`metadata ${key} must be ${kind === "true or false" ? kind : `a ${kind}`}, got ${text}`);
    options[key] = value;
  }
  return options;
}

/** The metadata of a network whose file has none: preprocessing as its authors publish it, classes as given. */
export function publishedMetadata(arch: string, classes: readonly string[]): Record<string, string> {
  const { task, channels, size, isImagenet, isStandardised } = networkNamed(arch);
  const imagenet = { shorterSide: 256, resize: "shorter side", crop: "centre", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const input = { size, channels, interpolation: "bilinear antialias", scale: "1/255", ...(isImagenet ? imagenet : { resize: "stretch" }) };
  const standardised = isStandardised ? { ...input, equalize: true, standardise: true } : input;
  return { arch, task, classes: JSON.stringify(classes), input: JSON.stringify(standardised) };
}
