/** Pictures with more or less contrast. */
import type { Image } from "../loaders/image.ts";
import { mapValues } from "./map-values.ts";

/** Every value's distance from middle grey times `factor`: above 1 is more contrast. */
export const contrast = (image: Image, factor: number): Image => mapValues(image, (value) => 0.5 + (value - 0.5) * factor);
