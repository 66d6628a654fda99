/** What is trained: a network with its values, and what its file will say of it. */
import { InputError, type Source } from "../bytes.ts";
import type { Node } from "../kernels/op.ts";
import { type ClinicalValues, readClinicalValues } from "../models/clinical-values.ts";
import { type InputDescription, type ModelDescription, readDescription } from "../models/description.ts";
import type { LungChannel } from "../models/film-and-lungs.ts";
import { rawOutput } from "../models/outputs.ts";
import { type Network, type NetworkOptions, networkNamed } from "../models/registry.ts";
import { initialisedWeights, type Weights, weightsFrom } from "../models/weights.ts";
import type { Tensor } from "../tensor.ts";
import { readStart, type StartReport, startFrom } from "./start.ts";

export interface Trainee {
  readonly description: ModelDescription;
  /** All that the network asks for: `values` is complete. */
  readonly weights: Weights;
  /** What became of the values of the file that it starts from, where it does from one. */
  readonly start?: StartReport;
}

export interface TraineeOptions {
  /** The network, as `networks` has it. */
  readonly arch: string;
  /** In the order of the outputs. */
  readonly classes: readonly string[];
  /** Width and height of the network's input; by default the network's own. */
  readonly size?: number;
  /** How films come to that size; by default as the start has it, else stretched. */
  readonly resize?: InputDescription["resize"];
  /** Whether colour films keep their colour; by default as the start has it, else grey. Of networks with three channels. */
  readonly colour?: InputDescription["colour"];
  /** The colours that grey levels are shown in; by default as the start has it, else none. */
  readonly pseudoColour?: InputDescription["pseudoColour"];
  /** Films are seen with their lungs: the dataset holds the pictures already (see `keidarPictures`). By default as the start has it. */
  readonly lungs?: LungChannel;
  /** What the network reads beside films, where it does. */
  readonly clinical?: ClinicalValues;
  /**
   * A model file whose values are the start, or fresh values. A last layer that does not fit, or was for other classes, is drawn anew, and so
   * are the layers above a trunk where the file is of the trunk alone; how pictures are prepared comes from the file, where it says so.
   */
  readonly init?: Source | "random";
  /** Of what is drawn. */
  readonly seed?: number;
  /** What else the network's builder takes. */
  readonly options?: Omit<NetworkOptions, "classes">;
}

/**
 * A network to be trained.
 * @throws InputError for an unknown network, a number of classes or a colour that it cannot have, and a file that is damaged.
 * @throws WeightsError for a file of another network.
 */
export async function newTrainee(given: TraineeOptions): Promise<Trainee> {
  const { arch, classes, size, resize, colour, pseudoColour, lungs, clinical, init = "random", seed = 0, options = {} } = given;
  const network = networkNamed(arch);
  if ((colour === "rgb" || lungs) && network.channels !== 3)
    throw new InputError(arch, `sees ${network.channels} channel, ${lungs ? "film and lungs take" : "colour takes"} three`);
  if (lungs && (colour === "grey" || pseudoColour !== undefined || (resize !== undefined && resize !== "letterbox")))
    throw new InputError(
      arch,
      "sees film and lungs, which are letterboxed and in colours of their own: resize and colours cannot be chosen",
    );
  const file = init === "random" ? undefined : await readStart(init, arch);
  const metadata = metadataOf(
    arch,
    network,
    classes,
    { size: size ?? network.size, resize, colour, pseudoColour, lungs, clinical },
    options,
    file?.metadata ?? {},
  );
  const description = readDescription(metadata, arch);
  const start = file && startFrom(file, network, classes, seed);
  const trainee = { description, weights: start?.weights ?? initialisedWeights(seed) };
  const outputs = outputOf(trainee, 1).shape[1];
  if (outputs !== classes.length)
    throw new InputError(arch, `has ${outputs} ${outputs === 1 ? "output" : "outputs"}, got ${classes.length} classes`);
  if (!file || !start) return trainee;
  start.weights.verify(file.name);
  return { ...trainee, start: start.report() };
}

/** A trainee whose values are given, as from a checkpoint. */
export function traineeFrom(metadata: Readonly<Record<string, string>>, values: ReadonlyMap<string, Tensor>, subject: string): Trainee {
  const weights = weightsFrom(values);
  const trainee = { description: readDescription(metadata, subject), weights };
  outputOf(trainee, 1);
  weights.verify(subject);
  return trainee;
}

/** The network's output for a batch, on the inputs that `rawOutput` says. */
export const outputOf = ({ description, weights }: Trainee, batch: number): Node => rawOutput(description, weights, batch);

/** What the file will say: preprocessing is the start's own where it tells it, else films stretched and, for three channels, ImageNet's numbers. */
function metadataOf(
  arch: string,
  { task, channels, isImagenet }: Network,
  classes: readonly string[],
  {
    size,
    resize,
    colour,
    pseudoColour,
    lungs,
    clinical,
  }: { readonly size: number } & Pick<TraineeOptions, "resize" | "colour" | "pseudoColour" | "lungs" | "clinical">,
  options: Omit<NetworkOptions, "classes">,
  start: Readonly<Record<string, string>>,
): Record<string, string> {
  const said = { rgb: "rgb", grey: "grey repeated" } as const;
  const numbers = isImagenet
    ? { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
    : { mean: Array(channels).fill(0), std: Array(channels).fill(1) };
  const fresh = {
    channels,
    ...(channels === 3 && { colour: said.grey }),
    resize: "stretch",
    interpolation: "bilinear antialias",
    scale: "1/255",
    ...numbers,
  };
  const begun: unknown = start.input === undefined ? fresh : JSON.parse(start.input);
  const own = {
    ...(typeof begun === "object" ? begun : {}),
    ...(colour && channels === 3 && { colour: said[colour] }),
    ...(pseudoColour && { colour: said.rgb, pseudoColour }),
    size,
  };
  const sized = resize === undefined ? own : { ...own, ...sizingBy(resize) };
  // As published: no mean is taken off, and nothing is divided by a deviation.
  const input = lungs ? { size, channels, colour: said.rgb, resize: "letterbox", interpolation: "area", scale: "1/255", lungs } : sized;
  return {
    ...Object.fromEntries(Object.entries(options).map(([key, value]) => [key, String(value)])),
    arch,
    task,
    classes: JSON.stringify(classes),
    input: JSON.stringify({ ...input, ...(clinical && { clinical: rangesKept(begun, clinical, arch) }) }),
  };
}

/** A start that reads the same numbers has learnt them by its own ranges. */
function rangesKept(begun: unknown, clinical: ClinicalValues, arch: string): ClinicalValues {
  const { clinical: given }: { readonly clinical?: unknown } = typeof begun === "object" && begun !== null ? begun : {};
  if (given === undefined) return clinical;
  const known = readClinicalValues(given, (problem) => new InputError(arch, problem));
  return known.names.join() === clinical.names.join() ? known : clinical;
}

/** What says how films come to their size, in the place of what the start says of it. */
const sizingBy = (resize: InputDescription["resize"]) => ({
  resize,
  shorterSide: undefined,
  crop: resize === "shorter side" ? "centre" : undefined,
});
