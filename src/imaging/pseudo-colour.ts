/** Films in the colours of a built-in map, as a network may be shown them. */
import type { Image } from "../loaders/image.ts";
import { applyColourMap, colourTable } from "./colour-map.ts";
import { colourMaps, type PseudoColour } from "./colour-names.ts";
import { toGrey } from "./grey.ts";

/** The picture's grey levels in colours; three channels of 8 bits. */
export function pseudoColoured(picture: Image, colours: PseudoColour): Image {
  const name = colourMaps.find((map) => colours === map || colours === `${map} reversed`);
  if (name === undefined) throw new RangeError(`pseudo-colour: there is no map ${colours}, there are ${colourMaps.join(", ")}`);
  return applyColourMap(toGrey(picture), colourTable(name, { reversed: colours !== name }));
}
