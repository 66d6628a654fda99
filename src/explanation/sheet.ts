/** Pictures side by side: the film, and what several classes or several models see in it. */
import type { ColourTable } from "../imaging/colour-map.ts";
import { resize } from "../imaging/resize.ts";
import { toRgb } from "../imaging/rgb.ts";
import { drawText, LINE_HEIGHT, textWidth } from "../imaging/text.ts";
import type { Image } from "../loaders/image.ts";

export interface Panel {
  /** Up to 8 bits a channel. */
  readonly image: Image;
  readonly caption: string;
}

/** The colours of a map and the values at their ends. */
export interface ScaleBar {
  readonly table: ColourTable;
  readonly low: string;
  readonly high: string;
}

const GAP = 8;

/**
 * Rows of panels under their captions, all as high as `height`, and the scale under them. A caption that is wider than its panel is cut
 * off at the end.
 */
export function sheet(rows: readonly (readonly Panel[])[], bar: ScaleBar, height = 320): Image {
  const scaled = rows.map((row) => row.map(({ image, caption }) => ({ image: fitted(image, height), caption })));
  const widths = scaled.map((row) => row.reduce((sum, { image }) => sum + image.width + GAP, GAP));
  const width = Math.max(...widths);
  const rowHeight = LINE_HEIGHT + height + GAP;
  const total = GAP + scaled.length * rowHeight + 2 * LINE_HEIGHT + GAP;
  const paper: Image = { width, height: total, channels: 3, bitDepth: 8, data: new Uint8Array(3 * width * total).fill(24) };
  for (const [r, row] of scaled.entries()) {
    let x = GAP;
    const y = GAP + r * rowHeight;
    for (const { image, caption } of row) {
      drawText(paper, caption.slice(0, Math.floor(image.width / textWidth(" "))), x, y);
      paste(paper, image, x, y + LINE_HEIGHT);
      x += image.width + GAP;
    }
  }
  drawBar(paper, bar, GAP, total - 2 * LINE_HEIGHT - GAP);
  return paper;
}

function fitted(image: Image, height: number): Image {
  const rgb = toRgb(image);
  const width = Math.max(1, Math.round((image.width * height) / image.height));
  return image.height === height ? rgb : resize(rgb, width, height);
}

function paste(paper: Image, image: Image, x: number, y: number): void {
  const row = 3 * image.width;
  for (let j = 0; j < image.height; j++) paper.data.set(image.data.subarray(j * row, (j + 1) * row), 3 * ((y + j) * paper.width + x));
}

/** The table from left to right, 256 pixels or what there is, between the values of its ends. */
function drawBar(paper: Image, { table, low, high }: ScaleBar, x: number, y: number): void {
  const start = x + textWidth(`${low} `);
  const length = Math.max(16, Math.min(256, paper.width - start - textWidth(` ${high}`) - GAP));
  drawText(paper, low, x, y + 2);
  drawText(paper, high, start + length + textWidth(" "), y + 2);
  for (let i = 0; i < length; i++) {
    const level = Math.round((255 * i) / (length - 1));
    for (let j = 0; j < LINE_HEIGHT; j++)
      if (start + i < paper.width) paper.data.set(table.subarray(3 * level, 3 * level + 3), 3 * ((y + j) * paper.width + start + i));
  }
}
