/** A choice between two values, element by element. */
import { broadcastAt, broadcastTo } from "./numpy-broadcast.ts";
import { generate, type Values } from "./values.ts";

export const where = (condition: Values, a: Values, b: Values): Values =>
  generate(broadcastTo([condition.shape, a.shape, b.shape]), (index) => broadcastAt(broadcastAt(condition, index) !== 0 ? a : b, index));
