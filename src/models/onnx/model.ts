/** An ONNX file as a model that scores pictures: what it says of itself, or what its user says, and its graph for any batch. */
import { InputError, nameOf, type Source } from "../../bytes.ts";
import type { Precision } from "../../gpu/layout.ts";
import { topologicalOrder } from "../../graph/order.ts";
import { input, type Node } from "../../kernels/op.ts";
import { reshape } from "../../kernels/reshape.ts";
import type { OnnxModel } from "../../loaders/onnx/model.ts";
import { type ModelDescription, readDescription } from "../description.ts";
import type { LoadOptions } from "../model.ts";
import { type Outputs, scoresOf } from "../outputs.ts";
import { networks } from "../registry.ts";
import { type OnnxNetwork, onnxNetworkOf } from "./network.ts";

/**
 * The model of an ONNX file. Its `metadata_props` may hold what a model file's metadata does (task, classes, input, output, thresholds).
 * @throws InputError where nobody says how pictures are prepared or what the output means, or the graph takes or gives anything but maps.
 */
export async function onnxModel(
  bytes: Uint8Array,
  source: Source,
  options: LoadOptions,
): Promise<{ description: ModelDescription; outputs: (batch: number) => Outputs }> {
  const network = await onnxNetworkOf(bytes, source);
  const file = nameOf(source);
  const picture = pictureInput(network);
  // Built once for one picture, so that what cannot be computed is told before a device is opened.
  const described = describe(network, picture, options, file);
  const { channels, height, width } = described.input;
  const outputs = (batch: number): Outputs => {
    if (picture.batch !== undefined && batch !== picture.batch)
      throw new InputError(file, `takes ${picture.batch} ${picture.batch === 1 ? "picture" : "pictures"} a run, got ${batch}`);
    const raw = rawOutput(network, picture.name, input("pictures", [batch, channels, height, width]), file);
    return { raw, scores: scoresOf(raw, described) };
  };
  const { raw } = outputs(picture.batch ?? 1);
  checkOutput(raw, described, file);
  checkPrecision(raw, options.precision, file);
  return { description: described, outputs };
}

/** The input that takes pictures; sizes that the file leaves open are undefined. */
interface PictureInput {
  readonly name: string;
  readonly batch?: number;
  readonly sizes: readonly [channels?: number, height?: number, width?: number];
}

function pictureInput({ inputs, file }: OnnxNetwork): PictureInput {
  const [only, ...others] = inputs;
  if (!only || others.length > 0) throw new InputError(file, `takes ${inputs.length} inputs, a model for pictures takes one`);
  const { name, shape, type } = only;
  if (shape?.length !== 4 || (type !== "float32" && type !== "float16"))
    throw new InputError(
      file,
      `takes ${type ?? "no tensor"} [${shape?.join(", ") ?? "of any shape"}], pictures are float32 [batch, channels, height, width]`,
    );
  const [batch, channels, height, width] = shape.map((size) => (typeof size === "number" ? size : undefined));
  if (channels !== undefined && channels !== 1 && channels !== 3)
    throw new InputError(file, `takes pictures of ${channels} channels, 1 and 3 are known (are its channels last?)`);
  return { name, batch, sizes: [channels, height, width] };
}

function describe(network: OnnxNetwork, picture: PictureInput, options: LoadOptions, file: string): ModelDescription {
  const { metadata, graph } = network.model;
  const { arch, labels } = options;
  if (metadata.outOfDistribution !== undefined)
    throw new InputError(file, "has metadata outOfDistribution, of which an ONNX file cannot hold the values");
  if (arch) throw new InputError(file, `brings its own network, ${arch} is not asked for`);
  const inputText = options.input === undefined ? metadata.input : givenInput(options.input, picture, file);
  if (inputText === undefined)
    throw new InputError(
      file,
      `does not say how pictures become its input; say so by --input, such as '${exampleOf(picture)}', or --input imagenet`,
    );
  const own = labels ? { ...metadata, classes: JSON.stringify(labels) } : metadata;
  // One of our networks says by its name what it is for and what it gives.
  if (Object.hasOwn(networks, metadata.arch) && options.output === undefined)
    return fitting(readDescription({ ...own, input: inputText }, file), picture, file);
  const output = options.output ?? metadata.output ?? (endsInProbabilities(network.model) ? "probabilities" : undefined);
  if (output === undefined)
    throw new InputError(file, "does not say what its output holds; say so by --output softmax, sigmoid, probabilities or values");
  const isLogits = /softmax|sigmoid/.test(output);
  const shape = graph.outputs[0]?.shape;
  const usual = shape?.length === 4 && shape[2] !== 1 ? "segmentation" : output === "values" ? "regression" : "classification";
  const task = (["classification", "segmentation", "regression"] as const).find((known) => known === metadata.task) ?? usual;
  const classes = labels ? JSON.stringify(labels) : (metadata.classes ?? countedClasses(shape?.[1], file));
  const said = { ...metadata, arch: metadata.arch || graph.name || "onnx", task, classes, input: inputText, output };
  const description = readDescription(said, file, { task, output: isLogits ? "logits" : output === "values" ? "values" : "probabilities" });
  return fitting({ ...description, metadata: said }, picture, file);
}

/** @throws InputError where pictures are prepared for other sizes than the graph's. */
function fitting(description: ModelDescription, { sizes: [channels, height, width] }: PictureInput, file: string): ModelDescription {
  const wanted = description.input;
  for (const [name, size, given] of [
    ["channels", channels, wanted.channels],
    ["rows", height, wanted.height],
    ["columns", width, wanted.width],
  ] as const)
    if (size !== undefined && size !== given)
      throw new InputError(file, `takes pictures of ${size} ${name}, its preprocessing gives ${given}`);
  return description;
}

/** "imagenet" stands for torchvision's preprocessing at the graph's size. */
function givenInput(text: string, { sizes: [channels = 3, height = 224, width = 224] }: PictureInput, file: string): string {
  if (text !== "imagenet") return text;
  if (channels !== 3) throw new InputError(file, "takes pictures of 1 channel, ImageNet's have 3");
  const shorterSide = Math.round((Math.max(height, width) * 256) / 224);
  const resize = { resize: "shorter side", shorterSide, crop: "centre", interpolation: "bilinear antialias" };
  return JSON.stringify({
    size: [height, width],
    channels,
    ...resize,
    scale: "1/255",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  });
}

const exampleOf = ({ sizes: [channels = 3, height = 224, width = 224] }: PictureInput): string =>
  JSON.stringify({ size: height === width ? height : [height, width], channels, scale: "1/255" });

const countedClasses = (count: number | string | undefined, file: string): string => {
  if (typeof count !== "number") throw new InputError(file, "does not name its classes; name them by --labels");
  return JSON.stringify(Array.from({ length: count }, (_, index) => `class ${index}`));
};

/** Whether the node that gives the output is a softmax or a sigmoid. */
function endsInProbabilities({ graph: { nodes, outputs } }: OnnxModel): boolean {
  let name = outputs[0]?.name;
  for (let step = 0; step <= nodes.length; step++) {
    const last = nodes.find((node) => node.outputs.includes(name));
    if (!last || last.op === "Softmax" || last.op === "Sigmoid") return last !== undefined;
    if (last.op !== "Identity" && last.op !== "Reshape" && last.op !== "Flatten" && last.op !== "Squeeze") return false;
    [name] = last.inputs;
  }
  return false;
}

/** The one output: scores [batch, classes], or maps; a map of one pixel holds scores. */
function rawOutput(network: OnnxNetwork, name: string, pictures: Node, file: string): Node {
  const outputs = [...network.build(new Map([[name, { node: pictures }]]))];
  const [[, value], ...others] = outputs;
  if (others.length > 0)
    throw new InputError(file, `gives ${outputs.map(([output]) => output).join(", ")}: a model for pictures gives one output`);
  if (value.kind === "host") throw new InputError(file, "gives an output that does not depend on its input");
  const { node } = value;
  return node.shape.length === 4 && node.shape[2] === 1 && node.shape[3] === 1 ? reshape(node, node.shape.slice(0, 2)) : node;
}

function checkOutput({ shape }: Node, { classes, task, input: { height, width } }: ModelDescription, file: string): void {
  const [, outputs, ...sides] = shape;
  const isMap = sides.length === 2 && sides[0] === height && sides[1] === width;
  if (outputs !== classes.length || (task === "segmentation" ? !isMap : shape.length !== 2))
    throw new InputError(file, `gives [${shape.join(", ")}], ${task} of ${classes.length} classes is not of that shape`);
}

/** Half precision holds whole numbers up to 2048, and places may be past that. */
function checkPrecision(raw: Node, precision: Precision | undefined, file: string): void {
  const hasPlaces = topologicalOrder([raw]).some(({ op: { name } }) => name === "gather" || name === "argExtreme");
  if (precision === "f16" && hasPlaces) throw new InputError(file, "computes with places of values, which needs precision f32");
}
