/** Lighter and darker pictures. */
import type { Image } from "../loaders/image.ts";
import { mapValues } from "./map-values.ts";

/** Every value times `factor`: above 1 is lighter, what would be above white is white. */
export const brightness = (image: Image, factor: number): Image => mapValues(image, (value) => value * factor);
