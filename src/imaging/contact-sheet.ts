/** Many pictures on one sheet, each above its caption. */
import type { Image } from "../loaders/image.ts";
import { resize } from "./resize.ts";
import { toRgb } from "./rgb.ts";
import { drawText, fittingText, type Ink, LINE_HEIGHT } from "./text.ts";

export interface Tile {
  /** None where it cannot be shown; the caption stays. */
  readonly image?: Image;
  /** Lines under the picture; each is cut where it does not fit. */
  readonly caption: readonly { readonly text: string; readonly ink?: Ink }[];
}

export interface ContactSheetOptions {
  /** The side of the square that each picture is brought into, its aspect kept. */
  readonly size?: number;
  /** Drawn above everything. */
  readonly title?: string;
}

const MARGIN = 8;
const PAPER: Ink = [255, 255, 255];
const TEXT: Ink = [40, 40, 40];
const EMPTY: Ink = [225, 225, 225];

/**
 * An 8-bit RGB picture of the tiles, row by row. Pictures of 16 bits are shown from their least to their largest value.
 * @throws RangeError without tiles.
 */
export function contactSheet(rows: readonly (readonly Tile[])[], { size = 224, title }: ContactSheetOptions = {}): Image {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  if (columns === 0) throw new RangeError("contactSheet: there are no tiles");
  const captionLines = Math.max(...rows.flat().map(({ caption }) => caption.length));
  const head = title === undefined ? 0 : LINE_HEIGHT + MARGIN;
  const tile = { width: size + MARGIN, height: size + 4 + captionLines * LINE_HEIGHT + MARGIN };
  const sheet = blank(MARGIN + columns * tile.width, MARGIN + head + rows.length * tile.height);
  if (title !== undefined) drawText(sheet, fittingText(title, sheet.width - 2 * MARGIN), MARGIN, MARGIN, { level: TEXT });
  rows.forEach((tiles, row) => {
    tiles.forEach(({ image, caption }, column) => {
      const [x, y] = [MARGIN + column * tile.width, MARGIN + head + row * tile.height];
      fill(sheet, x, y, size, size, EMPTY);
      if (image) paste(sheet, image, x, y, size);
      caption.forEach(({ text, ink = TEXT }, line) => {
        drawText(sheet, fittingText(text, size), x, y + size + 4 + line * LINE_HEIGHT, { level: ink });
      });
    });
  });
  return sheet;
}

function blank(width: number, height: number): Image {
  const sheet: Image = { width, height, channels: 3, bitDepth: 8, data: new Uint8Array(width * height * 3) };
  fill(sheet, 0, 0, width, height, PAPER);
  return sheet;
}

function fill({ width, data }: Image, x: number, y: number, columns: number, rows: number, ink: Ink): void {
  for (let row = y; row < y + rows; row++) for (let column = x; column < x + columns; column++) data.set(ink, (row * width + column) * 3);
}

/** The picture as large as fits into the square, in its middle. */
function paste(sheet: Image, image: Image, x: number, y: number, size: number): void {
  const factor = size / Math.max(image.width, image.height);
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * factor)));
  const small = resize(toRgb(asBytes(image)), width, height, { filter: factor < 1 ? "area" : "bilinear" });
  const [left, top] = [x + Math.floor((size - width) / 2), y + Math.floor((size - height) / 2)];
  for (let row = 0; row < height; row++)
    sheet.data.set(small.data.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * sheet.width + left) * 3);
}

function asBytes(image: Image): Image {
  if (image.bitDepth === 8) return image;
  let [least, most] = [65535, 0];
  for (const value of image.data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = 255 / Math.max(1, most - least);
  return { ...image, bitDepth: 8, data: Uint8Array.from(image.data, (value) => Math.round((value - least) * scale)) };
}
