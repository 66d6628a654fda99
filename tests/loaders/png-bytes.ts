/** PNG files made chunk by chunk, so that tests can make any of them, broken ones included. */
import { crc32, deflateSync } from "node:zlib";

export const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A chunk: length, type, contents, checksum. */
export function chunk(type: string, contents: ArrayLike<number> = []): Uint8Array {
  const bytes = Buffer.alloc(contents.length + 12);
  bytes.writeUInt32BE(contents.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(contents, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), contents.length + 8);
  return bytes;
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. */
  readonly colorType: number;
  readonly bitDepth: number;
  /** Samples in the file's own range, row by row, channels interleaved. */
  readonly samples: readonly number[];
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
  readonly interlaced?: boolean;
}

const samplesPerPixel: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function header({ width, height, colorType, bitDepth, interlaced = false }: Omit<Drawing, "samples">): Uint8Array {
  const contents = Buffer.alloc(13);
  contents.writeUInt32BE(width, 0);
  contents.writeUInt32BE(height, 4);
  contents.set([bitDepth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  return chunk("IHDR", contents);
}

/** The rows before compression: a filter byte each, then the samples in as few bits as they take. */
export function rows(drawing: Drawing): Uint8Array {
  const passes = drawing.interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  const { width, height, bitDepth, samples } = drawing;
  const count = samplesPerPixel[drawing.colorType];
  const bytes: number[] = [];
  for (const [x0, y0, dx, dy] of passes) {
    for (let y = y0; y < height && x0 < width; y += dy) {
      let bits = "";
      for (let x = x0; x < width; x += dx) {
        for (let c = 0; c < count; c++) bits += samples[(y * width + x) * count + c].toString(2).padStart(bitDepth, "0");
      }
      bytes.push(0, ...(bits.match(/.{1,8}/g) ?? []).map((eight) => Number.parseInt(eight.padEnd(8, "0"), 2)));
    }
  }
  return Uint8Array.from(bytes);
}

export function png(drawing: Drawing, pixels: Uint8Array = deflateSync(rows(drawing))): Uint8Array {
  const half = pixels.length >> 1; // two IDAT chunks, as large files have
  return join(
    signature,
    header(drawing),
    ...(drawing.palette ? [chunk("PLTE", drawing.palette)] : []),
    ...(drawing.transparency ? [chunk("tRNS", drawing.transparency)] : []),
    chunk("IDAT", pixels.subarray(0, half)),
    chunk("IDAT", pixels.subarray(half)),
    chunk("IEND"),
  );
}
