/** y = x · factor + offset */
import { type Values, values } from "./values.ts";

export const scale = (x: Values, factor: number, offset = 0): Values =>
  values(
    x.shape,
    x.data.map((x) => x * factor + offset),
  );
