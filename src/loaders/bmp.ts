/** BMP pictures: uncompressed, of 8 bits with a palette, or of 24 or 32. */
import { InputError } from "../bytes.ts";
import { checkSize, type Image } from "./image.ts";

/**
 * A BMP's pixels: RGB; grey where it has a palette of greys. The fourth byte of 32 bits is dropped, as it rarely means alpha.
 * @throws InputError where the file is cut off or damaged, or its pixels are of a kind that is not read.
 */
export function decodeBmp(bytes: Uint8Array, name: string): Image {
  const damaged = (problem: string): InputError => new InputError(name, `is a damaged BMP: ${problem}`);
  if (bytes.length < 54) throw damaged(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [begin, headerBytes, signedHeight, bits, compression] = [
    view.getUint32(10, true),
    view.getUint32(14, true),
    view.getInt32(22, true),
    view.getUint16(28, true),
    view.getUint32(30, true),
  ];
  // Rows go up, unless the height is negative.
  const [width, height] = [view.getInt32(18, true), Math.abs(signedHeight)];
  if (headerBytes < 40) throw new InputError(name, "is a BMP of OS/2, which cannot be read");
  if (width < 0) throw damaged(`its width is ${width}`);
  checkSize(width, height, name);
  if (compression !== 0 || (bits !== 8 && bits !== 24 && bits !== 32))
    throw new InputError(name, `is a BMP of ${bits} bits in coding ${compression}; only 8, 24 and 32 bits in coding 0 can be read`);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (begin + stride * height > bytes.length)
    throw damaged(`its pixels end at byte ${begin + stride * height}, the file has ${bytes.length} (is it cut off?)`);
  const palette = bits === 8 ? readPalette(view, 14 + headerBytes, begin, damaged) : undefined;
  const isGrey = palette?.every(([red, green, blue]) => red === green && green === blue) ?? false;
  const channels = isGrey ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const row = begin + stride * (signedHeight < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const at = row + (x * bits) / 8;
      const color = palette ? palette[bytes[at]] : [bytes[at + 2], bytes[at + 1], bytes[at]];
      if (!color) throw damaged(`a pixel has the colour ${bytes[at]}, its palette has ${palette?.length}`);
      for (let c = 0; c < channels; c++) data[to++] = color[c];
    }
  }
  return { width, height, channels, bitDepth: 8, data };
}

/** Red, green and blue of each value; the file stores blue first, and a byte that is not used. */
function readPalette(view: DataView, at: number, end: number, damaged: (problem: string) => InputError): (readonly number[])[] {
  const count = view.getUint32(46, true) || 256;
  if (count > 256 || at + 4 * count > end || end > view.byteLength)
    throw damaged(`its palette of ${count} colours does not fit before its pixels`);
  return Array.from({ length: count }, (_, i) => [2, 1, 0].map((c) => view.getUint8(at + 4 * i + c)));
}
