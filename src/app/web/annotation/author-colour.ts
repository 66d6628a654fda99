/** The colour that a person's marks have, over the film and in lists. */
import { classColour } from "../../../imaging/palette.ts";
import { isConsensus } from "./annotation.ts";

/** Those of the palette that can be seen on a dark film, and on white. */
const PLACES = [4, 5, 1, 2, 3, 0];

/** @param people - everyone, in an order that does not change with the film. */
export function authorColour(author: string, people: readonly string[]): string {
  if (isConsensus(author)) return "rgb(255 255 255)";
  const place = people.filter((one) => !isConsensus(one)).indexOf(author);
  return `rgb(${classColour(PLACES[Math.max(0, place) % PLACES.length]).join(" ")})`;
}
