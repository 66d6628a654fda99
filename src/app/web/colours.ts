/** The pseudo-colours that a film can be shown in, by the names of a menu. */
import { type ColourTable, colourTable, densitySlices, threeWindows } from "../../imaging/colour-map.ts";
import { colourMaps } from "../../imaging/colour-names.ts";

const GREY = "grey";
const DENSITY_SLICES = "density slices";

export const colourNames: readonly string[] = [GREY, ...colourMaps, DENSITY_SLICES];

/** The table of a name; undefined for grey. */
export function coloursNamed(name: string): ColourTable | undefined {
  if (name === DENSITY_SLICES) return slices();
  const map = colourMaps.find((known) => known === name);
  return map && colourTable(map);
}

/** Of a picture of every grey level. */
function slices(): ColourTable {
  const ramp = Uint8Array.from({ length: 256 }, (_, level) => level);
  const { data } = densitySlices({ width: 256, height: 1, channels: 1, bitDepth: 8, data: ramp }, threeWindows);
  return Uint8Array.from(data);
}
