/** A film beside the maps that were made of it, on one sheet. */
import type { Explanation } from "../explanation/explainer.ts";
import { inEightBits, overlay } from "../explanation/overlay.ts";
import { type Panel, sheet } from "../explanation/sheet.ts";
import { type ColourMap, colourTable } from "../imaging/colour-map.ts";
import type { Image } from "../loaders/image.ts";

export interface CaptionedMap {
  readonly caption: string;
  readonly explanation: Explanation;
}

export interface MapSheetOptions {
  /** Of maps without signs; those with signs are blue, white and red. */
  readonly colours: ColourMap;
  /** A mask whose parts are outlined in white. */
  readonly outline?: Image;
  /** Other pictures between the film and the maps. */
  readonly beside?: readonly Panel[];
  readonly columns?: number;
}

/** The maps over the film, each from nothing to its own strongest. */
export function mapSheet(
  film: Image,
  maps: readonly CaptionedMap[],
  { colours, outline, beside = [], columns = 5 }: MapSheetOptions,
): Image {
  const tableOf = (isSigned: boolean) => colourTable(isSigned ? "bwr" : colours);
  const panels: Panel[] = [
    { image: inEightBits(film), caption: "film" },
    ...beside,
    ...maps.map(({ caption, explanation: { levels } }) => ({
      image: overlay(film, levels, { table: tableOf(levels.isSigned), outline }),
      caption,
    })),
  ];
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, i) => panels.slice(i * columns, (i + 1) * columns));
  const isSigned = maps.every(({ explanation }) => explanation.levels.isSigned);
  return sheet(rows, { table: tableOf(isSigned), low: isSigned ? "against" : "0", high: "strongest" }, SIDE);
}

/** Pixels of each panel: captions fit, and a film of 64 pixels is seen. */
const SIDE = 224;
