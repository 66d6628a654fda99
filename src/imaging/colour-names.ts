/** What the built-in colour maps are called; apart from their tables, which are large and seldom wanted. */
import type { ColourMap } from "./colour-map.ts";

export const colourMaps: readonly ColourMap[] = ["jet", "hot", "bone", "viridis", "inferno", "magma", "plasma", "turbo", "bwr", "hsv"];

/** A built-in map, or the same with its last colour for black. */
export type PseudoColour = ColourMap | `${ColourMap} reversed`;

export const pseudoColours: readonly PseudoColour[] = colourMaps.flatMap((name) => [name, `${name} reversed` as const]);
