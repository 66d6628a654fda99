/** WebP pictures, decoded by libwebp. */
import { InputError } from "../bytes.ts";
import { codec } from "./codec.ts";
import { checkSize, type Image } from "./image.ts";

/** libwebp as @jsquash/webp wraps it: always RGBA. */
interface LibWebP {
  decode(file: Uint8Array): { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray } | null;
}

const libWebP = codec<LibWebP>({
  package: "@jsquash/webp",
  reads: "WebP",
  load: async () => (await import("@jsquash/webp/codec/dec/webp_dec.js")).default,
  wasm: "@jsquash/webp/codec/dec/webp_dec.wasm",
  bundled: new URL("@jsquash/webp/codec/dec/webp_dec.wasm", import.meta.url),
});

/** Pixels that any file may have, and that it may have for each of its bytes: a lossless WebP may claim any size in a few bytes. */
const FREE_PIXELS = 2 ** 22;
const MOST_PIXELS_A_BYTE = 1000;

/**
 * A WebP's pixels: RGB, or RGBA where the file says that it has alpha.
 * @throws InputError where the file is cut off or damaged, is animated, too large, or the package is not installed.
 */
export async function decodeWebP(bytes: Uint8Array, name: string): Promise<Image> {
  const { width, height, hasAlpha, end } = readHeader(bytes, name);
  checkSize(width, height, name);
  if (width * height > Math.max(FREE_PIXELS, MOST_PIXELS_A_BYTE * bytes.length))
    throw new InputError(name, `is a damaged WebP: ${bytes.length} bytes are too few for ${width} × ${height}`);
  const rgba = await libWebP(name, (module) => module.decode(bytes.subarray(0, end)));
  if (!rgba || rgba.width !== width || rgba.height !== height) throw new InputError(name, "is a damaged WebP");
  const channels = hasAlpha ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; to < data.length; from += 4) for (let c = 0; c < channels; c++) data[to++] = rgba.data[from + c];
  return { width, height, channels, bitDepth: 8, data };
}

/** The size that the first chunk tells (WebP container specification). */
function readHeader(bytes: Uint8Array, name: string) {
  const damaged = (problem: string): InputError => new InputError(name, `is a damaged WebP: ${problem}`);
  if (bytes.length < 30) throw damaged(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) throw damaged(`it should have ${end} bytes, got ${bytes.length} (is it cut off?)`);
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  if (kind === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, hasAlpha: false, end };
  if (kind === "VP8L") {
    const packed = view.getUint32(21, true);
    return { width: (packed & 0x3fff) + 1, height: ((packed >> 14) & 0x3fff) + 1, hasAlpha: ((packed >> 28) & 1) === 1, end };
  }
  if (kind !== "VP8X") throw damaged("it begins with no picture");
  const flags = bytes[20];
  if (flags & 2) throw new InputError(name, "is an animated WebP, which cannot be read");
  const size = (at: number): number => 1 + view.getUint16(at, true) + 65536 * bytes[at + 2];
  return { width: size(24), height: size(27), hasAlpha: (flags & 16) !== 0, end };
}
