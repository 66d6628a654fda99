/** The model that finds the lungs for one that sees film and lungs. */
import { InputError, nameOf, type Source } from "../bytes.ts";
import { type LungChannel, type LungFinder, lungFinder } from "./film-and-lungs.ts";
import type { Model } from "./model.ts";
import { shippedModel, shippedModels } from "./shipped.ts";

/** Owns what it loaded: call `destroy`. */
export interface OpenedFinder {
  readonly find: LungFinder;
  /** Where another model finds the lungs than in training. */
  readonly note?: string;
  destroy(): void;
}

/**
 * The finder that is given, or else the one of training where it comes with the package. Where nothing tells who finds the lungs, that is an
 * error of the first film.
 * @param file - of the model that sees the lungs.
 * @throws InputError for a model that draws no lungs, and where the one at hand has other values than in training.
 */
export async function openFinder(
  file: string,
  { finder }: LungChannel,
  given: Model | Source | undefined,
  load: (source: Source) => Promise<Model>,
): Promise<OpenedFinder> {
  const shipped = finder && shippedModels.some((name) => name === finder.name) ? shippedModel(finder.name) : undefined;
  const source = given ?? shipped;
  if (source === undefined) {
    const past = finder ? `in training it was ${finder.name}` : "it was trained on masks that were given";
    const find = () => Promise.reject(new InputError(file, `sees film and lungs, say which model finds the lungs; ${past}`));
    return { find, destroy: () => {} };
  }
  const isModel = typeof source === "object" && "segment" in source;
  const model = isModel ? source : await load(source);
  const destroy = () => {
    if (!isModel) model.destroy();
  };
  try {
    const find = lungFinder(model);
    const isSame = finder !== undefined && (await model.hash()) === finder.hash;
    if (isSame) return { find, destroy };
    if (given === undefined) throw new InputError(file, `was trained with another ${finder?.name} than the one that is here`);
    const name = isModel ? model.description.arch : nameOf(source);
    return { find, destroy, note: `its lungs are found by ${name}, in training by ${finder?.name ?? "masks that were given"}` };
  } catch (failure) {
    destroy();
    throw failure;
  }
}
