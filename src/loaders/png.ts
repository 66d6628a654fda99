/** PNG files: decoded to the channels and bits they hold, encoded from any `Image`, by pngjs. */
import { PNG } from "pngjs";
import { InputError } from "../bytes.ts";
import type { Image } from "./image.ts";
import { type PngLayout, readPngLayout } from "./png-layout.ts";

/**
 * A PNG's pixels. Grey stays one channel and 16 bits stay 16; 1, 2 and 4 bits are scaled to 8, a palette becomes RGB.
 * Alpha is there only where the file has it, as a channel or as a transparent colour. Gamma and colour profiles are ignored.
 * @throws InputError where the file is not a PNG, is cut off or damaged, or is too large.
 */
export function decodePng(bytes: Uint8Array, name: string): Image {
  const layout = readPngLayout(bytes, name);
  try {
    checkStream(bytes, layout);
    const { data } = PNG.sync.read(toBuffer(bytes.subarray(0, layout.end)), { skipRescale: layout.bitDepth === 16 });
    return reduce(data, layout);
  } catch (cause) {
    throw new InputError(name, `is a damaged PNG: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * Under Node, pngjs overlooks errors of zlib and returns whatever lay in memory (an empty stream decodes to a picture),
 * so the stream is inflated and measured first. The browser build of pngjs reports the same errors by itself.
 */
function checkStream(bytes: Uint8Array, { pixelBytes, idat }: PngLayout): void {
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (!zlib) return;
  const stream = new Uint8Array(idat.reduce((length, [begin, end]) => length + end - begin, 0));
  let position = 0;
  for (const [begin, end] of idat) {
    stream.set(bytes.subarray(begin, end), position);
    position += end - begin;
  }
  let length = 0;
  try {
    length = zlib.inflateSync(stream, { maxOutputLength: pixelBytes }).length;
  } catch (cause) {
    throw cause instanceof RangeError ? new Error(`its pixels take more than ${pixelBytes} bytes`, { cause }) : cause;
  }
  if (length !== pixelBytes) throw new Error(`its pixels should take ${pixelBytes} bytes, got ${length}`);
}

/** The bytes as pngjs's own kind of Buffer, which in a browser nobody else has: the pixels of an empty picture, 4 bytes each. */
function toBuffer(bytes: Uint8Array) {
  const { data } = new PNG({ width: Math.ceil(bytes.length / 4), height: 1 });
  data.set(bytes);
  return data.subarray(0, bytes.length);
}

/** Which of pngjs's red, green, blue and alpha make up a picture of 1, 2, 3 or 4 channels. */
const kept = { 1: [0], 2: [0, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3] } as const;

/** pngjs expands everything to RGBA and blackens transparent pixels; this takes both back. */
function reduce(rgba: Uint8Array | Uint16Array, layout: PngLayout): Image {
  const { width, height } = layout;
  const channels = channelsOf(layout);
  const bitDepth = layout.bitDepth === 16 ? 16 : 8;
  const data = bitDepth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  const transparent = transparentColor(layout);
  let position = 0;
  for (let pixel = 0; pixel < rgba.length; pixel += 4) {
    const hidden = transparent && rgba[pixel + 3] === 0;
    for (const channel of kept[channels]) data[position++] = hidden && channel < 3 ? transparent[channel] : rgba[pixel + channel];
  }
  return { width, height, channels, bitDepth, data };
}

function channelsOf({ color, transparency }: PngLayout): Image["channels"] {
  if (color === "grey") return transparency ? 2 : 1;
  if (color === "grey + alpha") return 2;
  return color === "rgb + alpha" || transparency ? 4 : 3;
}

/** The colour that tRNS makes transparent in a grey or RGB picture, as red, green and blue in the decoded range. */
function transparentColor({ color, bitDepth, transparency }: PngLayout): readonly number[] | undefined {
  if (!transparency || (color !== "grey" && color !== "rgb")) return undefined;
  const scale = bitDepth < 8 ? 255 / (2 ** bitDepth - 1) : 1;
  const sample = (at: number) => ((transparency[at] << 8) | transparency[at + 1]) * scale;
  return color === "grey" ? [sample(0), sample(0), sample(0)] : [sample(0), sample(2), sample(4)];
}

const colorTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** A PNG file of the picture's own channels and bits. */
export function encodePng({ width, height, channels, bitDepth, data }: Image): Uint8Array<ArrayBuffer> {
  // pngjs makes room for 4 bytes a pixel: two rows of it hold four channels of 16 bits.
  const png = new PNG({ width, height: bitDepth === 16 ? 2 * height : height });
  png.height = height;
  png.data.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const colorType = colorTypes[channels];
  return new Uint8Array(PNG.sync.write(png, { bitDepth, colorType, inputColorType: colorType, inputHasAlpha: channels % 2 === 0 }));
}
