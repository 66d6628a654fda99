/** Pseudo-colour: grey levels as colours. */
import { InputError } from "../bytes.ts";
import type { Image } from "../loaders/image.ts";
import { colourTables } from "./colour-tables.ts";

/** The colours of 256 grey levels: red, green and blue of each after the other. */
export type ColourTable = Uint8Array;

/** A channel as corners (place, value) from 0 to 1, joined by straight lines. */
type Corners = readonly (readonly [number, number])[];

/** Maps made of straight lines, as Matplotlib draws them. */
const drawn = {
  jet: [
    [
      [0, 0],
      [0.35, 0],
      [0.66, 1],
      [0.89, 1],
      [1, 0.5],
    ],
    [
      [0, 0],
      [0.125, 0],
      [0.375, 1],
      [0.64, 1],
      [0.91, 0],
      [1, 0],
    ],
    [
      [0, 0.5],
      [0.11, 1],
      [0.34, 1],
      [0.65, 0],
      [1, 0],
    ],
  ],
  hot: [
    [
      [0, 0.0416],
      [0.365079, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [0.365079, 0],
      [0.746032, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [0.746032, 0],
      [1, 1],
    ],
  ],
  bone: [
    [
      [0, 0],
      [0.746032, 0.652778],
      [1, 1],
    ],
    [
      [0, 0],
      [0.365079, 0.319444],
      [0.746032, 0.777778],
      [1, 1],
    ],
    [
      [0, 0],
      [0.365079, 0.444444],
      [1, 1],
    ],
  ],
  bwr: [
    [
      [0, 0],
      [0.5, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [0.5, 1],
      [1, 0],
    ],
    [
      [0, 1],
      [0.5, 1],
      [1, 0],
    ],
  ],
  hsv: [
    [
      [0, 1],
      [0.15873, 1],
      [0.174603, 0.96875],
      [0.333333, 0.03125],
      [0.349206, 0],
      [0.666667, 0],
      [0.68254, 0.03125],
      [0.84127, 0.96875],
      [0.857143, 1],
      [1, 1],
    ],
    [
      [0, 0],
      [0.15873, 0.9375],
      [0.174603, 1],
      [0.507937, 1],
      [0.666667, 0.0625],
      [0.68254, 0],
      [1, 0],
    ],
    [
      [0, 0],
      [0.333333, 0],
      [0.349206, 0.0625],
      [0.507937, 1],
      [0.84127, 1],
      [0.857143, 0.9375],
      [1, 0.09375],
    ],
  ],
} as const satisfies Record<string, readonly [Corners, Corners, Corners]>;

/** A built-in map; bwr is blue, white and red. */
export type ColourMap = keyof typeof drawn | keyof typeof colourTables;

/** The table of a built-in map, byte for byte Matplotlib's; reversed, its last colour is black's. */
export function colourTable(name: ColourMap, { reversed = false }: { readonly reversed?: boolean } = {}): ColourTable {
  const table = isDrawn(name) ? drawnTable(name) : storedTable(name);
  return reversed ? reverseTable(table) : table;
}

/** The same colours in the other order. */
export const reverseTable = (table: ColourTable): ColourTable =>
  Uint8Array.from(table, (_, i) => table[table.length - 3 * (Math.floor(i / 3) + 1) + (i % 3)]);

/**
 * A user's own table: 256 lines of three whole numbers from 0 to 255, with commas or blanks between them.
 * @throws InputError for anything else.
 */
export function readColourTable(text: string, name: string): ColourTable {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length !== 256) throw new InputError(name, `a colour table has 256 lines of red, green and blue, got ${lines.length}`);
  const rows = lines.map((line) =>
    line
      .trim()
      .split(/[\s,;]+/)
      .map(Number),
  );
  const wrong = rows.findIndex((row) => row.length !== 3 || !row.every((value) => Number.isInteger(value) && value >= 0 && value <= 255));
  if (wrong >= 0)
    throw new InputError(name, `line ${wrong + 1} must be three whole numbers from 0 to 255, got ${JSON.stringify(lines[wrong])}`);
  return Uint8Array.from(rows.flat());
}

/** A grey picture in colours, three channels of 8 bits; of 16 bits the upper eight choose. */
export function applyColourMap({ width, height, channels, bitDepth, data }: Image, table: ColourTable): Image {
  if (channels !== 1) throw new RangeError(`colour map: a picture of one channel is needed, got ${channels}`);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const level = bitDepth === 16 ? data[i] >> 8 : data[i];
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = table[3 * level + c];
  }
  return { width, height, channels: 3, bitDepth: 8, data: rgb };
}

/**
 * Density slices: three windows of the grey levels, each spread over one channel, so that soft, middle and dense parts have colours of
 * their own. A window is the share of white that becomes black, and the one that becomes full red, green or blue.
 */
export function densitySlices(image: Image, windows: readonly [Window, Window, Window]): Image {
  return applyColourMap(
    image,
    Uint8Array.from({ length: 768 }, (_, i) => {
      const [low, high] = windows[i % 3];
      return Math.floor(Math.min(1, Math.max(0, (Math.floor(i / 3) / 255 - low) / (high - low))) * 255 + 0.5);
    }),
  );
}

/** From, to, as shares of white. */
export type Window = readonly [number, number];

/** Three overlapping thirds. */
export const threeWindows: readonly [Window, Window, Window] = [
  [0, 0.5],
  [0.25, 0.75],
  [0.5, 1],
];

const isDrawn = (name: ColourMap): name is keyof typeof drawn => name in drawn;

/** Step by step as Matplotlib computes it, since many values lie halfway between two bytes. */
const drawnTable = (name: keyof typeof drawn): ColourTable =>
  Uint8Array.from({ length: 768 }, (_, i) => Math.floor(valueAt(drawn[name][i % 3], Math.floor(i / 3)) * 255 + 0.5));

function valueAt(corners: Corners, level: number): number {
  const place = 255 * (level * (1 / 255));
  const next = Math.max(
    1,
    corners.findIndex(([corner]) => corner * 255 >= place),
  );
  const [[from, low], [to, high]] = [corners[next - 1], corners[next]];
  return ((place - from * 255) / (to * 255 - from * 255)) * (high - low) + low;
}

const storedTable = (name: Exclude<ColourMap, keyof typeof drawn>): ColourTable =>
  Uint8Array.from(atob(colourTables[name].join("")), (character) => character.charCodeAt(0));
