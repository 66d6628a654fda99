/** Explanations of a model's scores: pictures in, maps out; programs are compiled once a method and kept. */
import { InputError } from "../bytes.ts";
import { DeviceError } from "../gpu/device-error.ts";
import type { ModelDescription } from "../models/description.ts";
import type { Model } from "../models/model.ts";
import { inputsOf, type Picture, pictureName, type Ready } from "../models/picture.ts";
import { programCache } from "../models/program-cache.ts";
import { withClinical } from "./clinical.ts";
import { type HeatMap, isFlat, type Levels, magnitude, toLevels, zeroLevel } from "./heat-map.ts";
import type { Begun, Maps, Method, MethodOptions, Work } from "./method.ts";
import type { MethodName } from "./methods.ts";
import { checkContrast, checkOptions, labelIndex, methodNamed, telling } from "./refuse.ts";

export interface ExplainOptions extends MethodOptions {
  readonly method?: MethodName;
  /** The class, or the predicted value, to explain; by default the class with the highest score, or the first value. */
  readonly label?: string;
  /** Called as a method that takes many runs gets on. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A map of what in a picture speaks for a class. */
export interface Explanation {
  readonly method: MethodName;
  readonly label: string;
  /** The score that is explained. */
  readonly score: number;
  /** Of a regression's value; "" where the model file does not say it. */
  readonly unit?: string;
  /** The map of the network that was weighed, where one was. */
  readonly layer?: string;
  /** As computed: a value for each cell of the layer's map, or each pixel of the network's input. */
  readonly cells: HeatMap;
  /** At the size of the network's input. */
  readonly map: HeatMap;
  /** At the picture's own size; where a centre crop has cut it off, 0. White is the highest magnitude. */
  readonly levels: Levels;
  /** The value that is shown as the strongest: below the highest where single pixels stick out. */
  readonly shownLimit: number;
  /** What needs to be said of the map or of how the picture was read. */
  readonly notes?: readonly string[];
}

/** Owns GPU memory beside the model's: call `destroy`, or declare it with `using`. */
export interface Explainer {
  /**
   * Where in a picture a model sees what it says.
   * @throws InputError for a picture that cannot be read or is the same everywhere, a class or layer that there is not, options that do not
   * fit the method or the picture.
   * @throws DeviceError if the GPU fails.
   */
  explain(picture: Picture, options?: ExplainOptions): Promise<Explanation>;
  /** The same for several classes; what they share is computed once. */
  explainAll(picture: Picture, labels: readonly string[], options?: Omit<ExplainOptions, "label">): Promise<Explanation[]>;
  destroy(): void;
  [Symbol.dispose](): void;
}

/** Programs kept at once. */
const MAX_PROGRAMS = 2;

/** What of a model explanations use. */
export type Explainable = Pick<Model, "outputs" | "read" | "description" | "device">;

/**
 * Explains a model, which must not be destroyed before its explainer. Gradients are computed in f32, whatever the model's precision: halves
 * lose small ones.
 */
export function explainer(model: Explainable): Explainer {
  const { description } = model;
  const programs = programCache(() => model.device, { size: MAX_PROGRAMS });
  let isDestroyed = false;
  let queue: Promise<unknown> = Promise.resolve();

  /** Explanations of some classes, or of the first; one picture at a time, so that no program is given up while it runs. */
  const explainSome = (picture: Picture, labels: readonly string[], options: ExplainOptions): Promise<Explanation[]> => {
    const turn = queue.then(async () => {
      if (isDestroyed) throw new DeviceError("the explainer was destroyed");
      const { method: name = "grad-cam", label: _, onProgress, ...given } = options;
      const method = methodNamed(name);
      checkOptions(name, method, given);
      if (description.task === "segmentation")
        throw new InputError(description.arch, "is a segmentation model: its masks show what it sees, and there is no score to explain");
      const indices = labels.map((label) => labelIndex(label, description));
      const ready = await model.read(picture);
      checkContrast(ready, pictureName(picture));
      const { image } = ready.prepared;
      const { pictures, clinical } = inputsOf([ready], description.input);
      const program: Work["program"] = async (key, outputs) => withClinical(await programs.get(key, outputs), clinical);
      const work = { model, device: model.device, image, picture: pictures, options: given, program };
      const begun = await telling(description.arch, () => method.begin({ ...work, first: indices[0], onProgress }));
      checkScores(begun.scores, description);
      const found: Explanation[] = [];
      const usual = description.task === "regression" ? 0 : highest(begun.scores);
      for (const index of indices.length > 0 ? indices : [usual]) {
        const maps = await begun.mapOf(index);
        checkFinite(maps, description);
        found.push(explanationOf(maps, ready, { name, method, index, begun, options: given, description }));
      }
      return found;
    });
    queue = turn.catch(() => {});
    return turn;
  };

  const destroy = (): void => {
    isDestroyed = true;
    programs.destroy();
  };
  return {
    explain: async (picture, options = {}) => (await explainSome(picture, options.label === undefined ? [] : [options.label], options))[0],
    explainAll: (picture, labels, options = {}) => explainSome(picture, labels, options),
    destroy,
    [Symbol.dispose]: destroy,
  };
}

function checkScores(scores: Float32Array, { arch }: ModelDescription): void {
  if (!scores.every(Number.isFinite)) throw new DeviceError(`${arch} gave an output that is not a number`);
}

function checkFinite({ cells, map }: Maps, { arch }: ModelDescription): void {
  if (!cells.values.every(Number.isFinite) || !map.values.every(Number.isFinite))
    throw new DeviceError(`${arch} gave a map that is not a number`);
}

const highest = (scores: Float32Array): number => scores.reduce((best, score, index) => (score > scores[best] ? index : best), 0);

interface Context {
  readonly name: MethodName;
  readonly method: Method;
  readonly index: number;
  readonly begun: Begun;
  readonly options: MethodOptions;
  readonly description: ModelDescription;
}

function explanationOf(
  { cells, map }: Maps,
  { image, findings, prepared }: Ready,
  { name, method, index, begun, options, description }: Context,
): Explanation {
  const label = description.classes[index];
  const isSigned = method.isSigned(options);
  const atInput = toLevels(map, magnitude(map), isSigned);
  const levels = { ...atInput, image: prepared.restore(atInput.image, zeroLevel(isSigned)) };
  const notes = [...(image.notes ?? []), ...findings.map(({ message }) => message), ...silence(cells, label, method, begun.layer)];
  return {
    method: name,
    label,
    score: begun.scores[index],
    ...(description.task === "regression" && { unit: description.units?.[index] ?? "" }),
    ...(begun.layer !== undefined && { layer: begun.layer }),
    cells,
    map,
    levels,
    shownLimit: magnitude(map, method.shown) || atInput.limit,
    ...(notes.length > 0 && { notes }),
  };
}

/** What to say of a map that shows nothing. */
function silence(cells: HeatMap, label: string, { title }: Method, layer: string | undefined): string[] {
  if (cells.width * cells.height === 1) return [`${layer} is a single cell at this size, so that ${title} can show no place`];
  if (!isFlat(cells)) return [];
  const where = layer === undefined ? "nothing in the picture" : `nothing in ${layer}`;
  const what = cells.values[0] === 0 ? "0" : "the same";
  return [`the map of ${title} is ${what} everywhere: ${where} speaks for ${label} more in one place than in another`];
}
