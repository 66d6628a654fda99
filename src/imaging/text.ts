/** Text in pictures, in a font of 5 × 8 pixels that needs no file: the same pixels on every machine. */
import type { Image } from "../loaders/image.ts";

/** A colour, 0 to 255. */
export type Ink = readonly [red: number, green: number, blue: number];

/** A character's cell: 5 × 8 pixels and one column between two. */
const CELL = { width: 6, height: 8 } as const;

/**
 * The characters from space to ~, each as eight rows from the top, a digit of base 32 a row whose bits are its five pixels. The eighth row is
 * below the line.
 */
const GLYPHS = [
  "00000000 44444040 aaa00000 aavavaa0 4fke5u40 op248j30 cik8lid0 44800000 24888420 84222480 04lel400 044v4400",
  "00000c48 000v0000 00000cc0 01248g00 ehjlphe0 4c4444e0 eh1248v0 v2421he0 26aiv220 vgu11he0 68guhhe0 v1248880",
  "ehhehhe0 ehhf12c0 0cc0cc00 0cc0c480 248g8420 00v0v000 84212480 eh124040 ehnlnge0 ehhvhhh0 uhhuhhu0 ehggghe0",
  "sihhhis0 vgguggv0 vgguggg0 ehgnhhf0 hhhvhhh0 e44444e0 72222ic0 hikokih0 ggggggv0 hrllhhh0 hhpljhh0 ehhhhhe0",
  "uhhuggg0 ehhhlid0 uhhukih0 fgge11u0 v4444440 hhhhhhe0 hhhhha40 hhhllla0 hha4ahh0 hhha4440 v1248gv0 e88888e0",
  "0g842100 e22222e0 4ah00000 000000v0 84200000 00e1fhf0 ggmphhu0 00egghe0 11djhhf0 00ehvge0 698s8880 00fhhf1e",
  "ggmphhh0 40c444e0 206222ic ggikoki0 c44444e0 00qllhh0 00mphhh0 00ehhhe0 00uhhugg 00fhhf11 00mpggg0 00ege1u0",
  "88s88960 00hhhjd0 00hhha40 00hhlla0 00ha4ah0 00hhhf1e 00v248v0 24484420 44444440 84424480 008l2000",
].flatMap((line) => line.split(" "));

/** Pixels from one line to the next, at scale 1. */
export const LINE_HEIGHT = 10;

/** Pixels that a text takes along its line, the gap after its last character included. */
export const textWidth = (text: string, scale = 1): number => text.length * CELL.width * scale;

export interface TextOptions {
  /** Pixels a side of each of the font's. */
  readonly scale?: number;
  /** What pixels of the text are set to: one value for every channel, or a colour for the three of an RGB picture. */
  readonly level?: number | Ink;
}

/**
 * Draws a text onto a picture, in place, its top left corner at (x, y). What lies outside of the picture is left out; characters that the
 * font lacks become "?".
 */
export function drawText({ width, height, channels, data }: Image, text: string, x: number, y: number, options: TextOptions = {}): void {
  const { scale = 1, level = 255 } = options;
  const pixel = typeof level === "number" ? new Array<number>(channels).fill(level) : level;
  Array.from(text).forEach((character, place) => {
    const glyph = GLYPHS[character.charCodeAt(0) - 32] ?? GLYPHS["?".charCodeAt(0) - 32];
    for (let row = 0; row < CELL.height * scale; row++) {
      const bits = Number.parseInt(glyph[Math.floor(row / scale)], 32);
      for (let column = 0; column < 5 * scale; column++) {
        const [px, py] = [x + place * CELL.width * scale + column, y + row];
        const isInk = (bits >> (4 - Math.floor(column / scale))) & 1;
        if (isInk && px >= 0 && px < width && py >= 0 && py < height) data.set(pixel, (py * width + px) * channels);
      }
    }
  });
}

/** The text, or its beginning and "..", so that it takes at most so many pixels. */
export function fittingText(text: string, width: number, scale = 1): string {
  const most = Math.max(0, Math.floor((width / scale + 1) / CELL.width));
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 2))}..`.slice(0, most);
}
