/** Values laid one after the other along an axis. */
import { at, generate, type Values } from "./values.ts";

export function concat(parts: readonly Values[], axis = 1): Values {
  const size = parts.reduce((sum, part) => sum + part.shape[axis], 0);
  return generate(parts[0].shape.with(axis, size), (index) => {
    let position = index[axis];
    let part = 0;
    while (position >= parts[part].shape[axis]) position -= parts[part++].shape[axis];
    return at(parts[part], index.with(axis, position));
  });
}
