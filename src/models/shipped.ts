/** The models that come with the package, by name. */
import { InputError } from "../bytes.ts";
import { nearestName } from "./nearest-name.ts";

/** Files of weights/, each NAME.safetensors with its card NAME.md. */
export const shippedModels = ["cxr-resnet18", "cxr-mobilenet-v2", "lungs-unet16"] as const;

/** The better of the two classifiers by its card. */
export const defaultModel = "cxr-resnet18";

/**
 * Where a shipped model's file is.
 * @throws InputError for an unknown name, with the nearest one.
 */
export function shippedModel(name: string): URL {
  if (shippedModels.some((shipped) => shipped === name)) return new URL(`../../weights/${name}.safetensors`, import.meta.url);
  const nearest = nearestName(name, shippedModels);
  throw new InputError(name, nearest ? `no such model, did you mean ${nearest}?` : `no such model, there are ${shippedModels.join(", ")}`);
}
