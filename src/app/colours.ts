/** The colours that a command line asks for. */
import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { InputError } from "../bytes.ts";
import { type ColourTable, colourTable, readColourTable } from "../imaging/colour-map.ts";
import { colourMaps } from "../imaging/colour-names.ts";

/** A built-in map, reversed where its name ends in _r as in Matplotlib, or a file with a line of red, green and blue for each of 256 levels. */
export function readColours(text: string): ColourTable {
  const reversed = text.endsWith("_r");
  const name = colourMaps.find((known) => known === (reversed ? text.slice(0, -2) : text));
  if (name) return colourTable(name, { reversed });
  try {
    return readColourTable(readFileSync(text, "utf8"), text);
  } catch (cause) {
    if (cause instanceof InputError) throw new InvalidArgumentError(cause.message);
    throw new InvalidArgumentError(`no such map or file, there are ${colourMaps.join(", ")}, each also as NAME_r.`);
  }
}
