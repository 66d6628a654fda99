/** TIFF films: grey, RGB or a palette, of 8 or 16 bits, plain or in one of the three common lossless codings. */
import { InputError } from "../bytes.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { inflateUpTo } from "./inflate.ts";
import { unpackBits } from "./pack-bits.ts";
import { readTiffPage, type TiffPage } from "./tiff-layout.ts";
import { decodeLzw } from "./tiff-lzw.ts";

/**
 * The pixels of a page, the first unless `options.frame` names another. A film whose zero is white is inverted, a palette becomes RGB
 * of 8 bits; an orientation is noted and not applied.
 * @throws InputError where the file is cut off or damaged, its pixels are of a kind that is not read, or there is no such page.
 */
export function decodeTiff(bytes: Uint8Array, name: string, { frame }: DecodeOptions): Image {
  const page = readTiffPage(bytes, name, frame ?? 1);
  const { width, height, samplesPerPixel, bits, isTiled, pieceWidth, pieceHeight } = page;
  const row = width * samplesPerPixel;
  const samples = bits === 16 ? new Uint16Array(row * height) : new Uint8Array(row * height);
  const across = Math.ceil(width / pieceWidth);
  for (const [i, [begin, end]] of page.pieces.entries()) {
    const [left, top] = [(i % across) * pieceWidth, Math.floor(i / across) * pieceHeight];
    const rows = isTiled ? pieceHeight : Math.min(pieceHeight, height - top);
    const piece = samplesOf(decodePiece(bytes.subarray(begin, end), rows, page, name), page);
    const [wide, stride] = [Math.min(pieceWidth, width - left) * samplesPerPixel, pieceWidth * samplesPerPixel];
    for (let y = 0; y < Math.min(rows, height - top); y++)
      samples.set(piece.subarray(y * stride, y * stride + wide), (top + y) * row + left * samplesPerPixel);
  }
  const notes = notesOf(page, frame);
  return { width, height, ...meant(samples, page), ...(notes.length > 0 && { notes }) };
}

/** A piece's bytes; all of them, or none. */
function decodePiece(coded: Uint8Array, rows: number, { pieceWidth, samplesPerPixel, bits, coding }: TiffPage, name: string): Uint8Array {
  const wanted = (rows * pieceWidth * samplesPerPixel * bits) / 8;
  const damaged = (problem: string, options?: ErrorOptions): InputError => new InputError(name, `is a damaged TIFF: ${problem}`, options);
  const result = coding === "none" ? coded.slice(0, wanted) : new Uint8Array(wanted);
  let filled = result.length;
  if (coding === "PackBits") filled = unpackBits(coded, result, 0, 1, wanted);
  else if (coding === "LZW") filled = decodeLzw(coded, result);
  else if (coding === "deflate") {
    let chunks: Uint8Array[] | undefined;
    try {
      chunks = inflateUpTo(coded, wanted, "zlib");
    } catch (cause) {
      throw damaged("its pixels cannot be inflated", { cause });
    }
    if (!chunks) throw damaged(`a piece should have ${wanted} bytes, and inflates to more`);
    filled = 0;
    for (const chunk of chunks) {
      result.set(chunk, filled);
      filled += chunk.length;
    }
  }
  if (filled < wanted) throw damaged(`a piece should have ${wanted} bytes, got ${filled}`);
  return result;
}

/** A piece's samples, each added to its neighbour where differences are stored (TIFF 6.0 section 14). */
function samplesOf(bytes: Uint8Array, { bits, isBigEndian, isPredicted, pieceWidth, samplesPerPixel }: TiffPage): Uint8Array | Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = bits === 8 ? bytes : Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, !isBigEndian));
  const row = pieceWidth * samplesPerPixel;
  if (isPredicted) for (let i = 0; i < samples.length; i++) if (i % row >= samplesPerPixel) samples[i] += samples[i - samplesPerPixel];
  return samples;
}

/** Samples as what they mean. */
function meant(
  samples: Uint8Array | Uint16Array,
  { bits, meaning, samplesPerPixel, palette }: TiffPage,
): Pick<Image, "channels" | "bitDepth" | "data"> {
  if (palette) {
    const data = new Uint8Array(3 * samples.length);
    for (let i = 0; i < data.length; i++) data[i] = palette[256 * (i % 3) + samples[Math.floor(i / 3)]] >> 8;
    return { channels: 3, bitDepth: 8, data };
  }
  const white = 2 ** bits - 1;
  if (meaning === "white is zero") for (let i = 0; i < samples.length; i += samplesPerPixel) samples[i] = white - samples[i];
  return { channels: samplesPerPixel, bitDepth: bits, data: samples };
}

function notesOf({ pages, orientation }: TiffPage, frame: number | undefined): string[] {
  return [
    ...(pages > 1 && frame === undefined ? [`of its ${pages} pages the first is read`] : []),
    ...(orientation === undefined ? [] : [`its orientation ${orientation} is not applied`]),
  ];
}
