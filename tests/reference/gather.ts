/** Elements by their indices along an axis; negative indices count from the end. */
import { at, generate, type Values } from "./values.ts";

const placeIn = (size: number, index: number): number => (index < 0 ? index + size : index);

export const gather = (x: Values, index: Values, axis: number): Values =>
  generate([...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)], (place) => {
    const inner = place.slice(axis, axis + index.shape.length);
    return at(x, [...place.slice(0, axis), placeIn(x.shape[axis], at(index, inner)), ...place.slice(axis + index.shape.length)]);
  });

export const gatherElements = (x: Values, index: Values, axis: number): Values =>
  generate(index.shape, (place) => at(x, place.with(axis, placeIn(x.shape[axis], at(index, place)))));
