/** What a PNG's chunks say before any pixel is decoded: size, colour, and whether the file is whole. */
import { InputError } from "../bytes.ts";
import { crc32 } from "./crc32.ts";
import { beginning, checkSize } from "./image.ts";

/** A PNG's header, and where its parts lie. */
export interface PngLayout {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample in the file: 1, 2, 4, 8 or 16. */
  readonly bitDepth: number;
  readonly color: "grey" | "rgb" | "palette" | "grey + alpha" | "rgb + alpha";
  /** The contents of tRNS: alphas of a palette, or the one colour that is transparent. */
  readonly transparency?: Uint8Array;
  /** Bytes of the inflated pixels, filter bytes included. */
  readonly pixelBytes: number;
  /** Begin and end of the contents of each IDAT chunk. */
  readonly idat: readonly (readonly [number, number])[];
  /** Where the last chunk ends; what follows is no part of the picture. */
  readonly end: number;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Deflate's best ratio, so that a short file cannot make us allocate for the size it claims. */
const MAX_DEFLATE_RATIO = 1032;

const colors = new Map<number, { color: PngLayout["color"]; samples: number; bitDepths: readonly number[] }>([
  [0, { color: "grey", samples: 1, bitDepths: [1, 2, 4, 8, 16] }],
  [2, { color: "rgb", samples: 3, bitDepths: [8, 16] }],
  [3, { color: "palette", samples: 1, bitDepths: [1, 2, 4, 8] }],
  [4, { color: "grey + alpha", samples: 2, bitDepths: [8, 16] }],
  [6, { color: "rgb + alpha", samples: 4, bitDepths: [8, 16] }],
]);

/**
 * Walks the chunks from the signature to IEND and checks each checksum.
 * @throws InputError where the file is not a PNG, is cut off or damaged, or its picture is empty or too large.
 */
export function readPngLayout(bytes: Uint8Array, name: string): PngLayout {
  if (bytes.length === 0) throw new InputError(name, "is empty");
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) throw new InputError(name, `is not a PNG: begins with ${beginning(bytes)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const idat: [number, number][] = [];
  let header: ReturnType<typeof readHeader> | undefined;
  let transparency: Uint8Array | undefined;
  let end = SIGNATURE.length;
  for (let type = ""; type !== "IEND"; ) {
    const start = end;
    const begin = start + 8;
    const stop = begin <= bytes.length ? begin + view.getUint32(start) : begin;
    end = stop + 4;
    if (end > bytes.length)
      throw new InputError(name, `is a PNG cut off at byte ${bytes.length}, inside a chunk that begins at byte ${start}`);
    type = String.fromCharCode(...bytes.subarray(start + 4, begin));
    if (view.getUint32(stop) !== crc32(bytes.subarray(start + 4, stop))) {
      throw new InputError(name, `is a damaged PNG: the checksum of the ${JSON.stringify(type)} chunk at byte ${start} does not match`);
    }
    if (!header && type !== "IHDR") throw new InputError(name, `is a damaged PNG: the first chunk is ${JSON.stringify(type)}, not "IHDR"`);
    if (header && type === "IHDR") throw new InputError(name, "is a damaged PNG: it has two headers");
    if (type === "IHDR") header = readHeader(new DataView(bytes.buffer, bytes.byteOffset + begin, stop - begin), name);
    else if (type === "tRNS") transparency = bytes.subarray(begin, stop);
    else if (type === "IDAT") idat.push([begin, stop]);
  }
  if (!header) throw new InputError(name, "is a damaged PNG: it has no header");
  const compressed = idat.reduce((sum, [begin, stop]) => sum + stop - begin, 0);
  if (header.pixelBytes > MAX_DEFLATE_RATIO * compressed) {
    throw new InputError(name, `is a damaged PNG: ${compressed} bytes of pixel data are too few for ${header.width} × ${header.height}`);
  }
  return { ...header, transparency, idat, end };
}

function readHeader(view: DataView, name: string) {
  if (view.byteLength !== 13) throw new InputError(name, `is a damaged PNG: its header has ${view.byteLength} bytes, not 13`);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [bitDepth, colorType, compression, filter, interlace] = [8, 9, 10, 11, 12].map((at) => view.getUint8(at));
  checkSize(width, height, name);
  const kind = colors.get(colorType);
  if (!kind?.bitDepths.includes(bitDepth)) {
    throw new InputError(name, `is a damaged PNG: no such pixels, got colour type ${colorType} with ${bitDepth} bits`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new InputError(
      name,
      `is a damaged PNG: unknown coding, got compression ${compression}, filter ${filter}, interlace ${interlace}`,
    );
  }
  const pixelBytes = (interlace ? interlacedSizes(width, height) : [{ width, height }])
    .filter((pass) => pass.width > 0)
    .reduce((sum, pass) => sum + pass.height * (1 + Math.ceil((pass.width * kind.samples * bitDepth) / 8)), 0);
  return { width, height, bitDepth, color: kind.color, pixelBytes };
}

/** The seven pictures of Adam7: which column and row each begins at, and its steps. */
function interlacedSizes(width: number, height: number) {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  return passes.map(([x, y, dx, dy]) => ({
    width: Math.max(0, Math.ceil((width - x) / dx)),
    height: Math.max(0, Math.ceil((height - y) / dy)),
  }));
}
