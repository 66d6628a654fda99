/** Gamma curves. */
import type { Image } from "../loaders/image.ts";
import { mapValues } from "./map-values.ts";

/** Every value as a share of white to the power of `exponent`: below 1 lightens the dark parts, black and white stay. */
export const gamma = (image: Image, exponent: number): Image => mapValues(image, (value) => value ** exponent);
