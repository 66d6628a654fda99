/** A value repeated along axes of size 1 to a larger shape. */
import { broadcastAt } from "./numpy-broadcast.ts";
import { generate, type Values } from "./values.ts";

export const expand = (x: Values, shape: readonly number[]): Values => generate(shape, (index) => broadcastAt(x, index));
