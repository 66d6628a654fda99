/** The square root of each element. */
import { type Values, values } from "./values.ts";

export const squareRoot = (x: Values): Values => values(x.shape, x.data.map(Math.sqrt));
