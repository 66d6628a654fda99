/** A model as people use it, that can also say where it looked. */
import type { Source } from "../bytes.ts";
import { type LoadOptions, loadModel as load, type Model as Scorer } from "../models/model.ts";
import type { Picture } from "../models/picture.ts";
import type { Explainer, ExplainOptions, Explanation } from "./explainer.ts";

/** Owns GPU memory: call `destroy`, or declare it with `await using`'s synchronous form, `using`. */
export interface Model extends Scorer {
  /**
   * Where in a picture the model sees what it says; see `explainer`, which explains several classes at once.
   * @throws InputError for a picture that cannot be read or is the same everywhere, a class or layer that there is not, options that do not
   * fit the method or the picture.
   * @throws DeviceError if the GPU fails.
   * @example
   * const { map, label } = await model.explain("samples/phantom.png", { method: "grad-cam", label: "covid" });
   */
  explain(picture: Picture, options?: ExplainOptions): Promise<Explanation>;
}

/** Loads a model, as `loadModel` of models/model.ts says. */
export async function loadModel(source: Source, options?: LoadOptions): Promise<Model> {
  const model = await load(source, options);
  // Loaded when it is first asked for: a page that only wants scores need not have it.
  let explains: Promise<Explainer> | undefined;
  const explain = async (picture: Picture, options?: ExplainOptions): Promise<Explanation> => {
    explains ??= import("./explainer.ts").then(({ explainer }) => explainer(model));
    return (await explains).explain(picture, options);
  };
  const destroy = (): void => {
    explains?.then((ready) => ready.destroy()).catch(() => {});
    model.destroy();
  };
  return {
    ...model,
    // Changes when the model opens another one.
    get device() {
      return model.device;
    },
    explain,
    destroy,
    [Symbol.dispose]: destroy,
  };
}
