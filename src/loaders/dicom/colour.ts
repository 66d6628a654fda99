/** Stored values of a colour picture as RGB. */
import { InputError } from "../../bytes.ts";
import { type DicomFile, lookUp, lookUpTable } from "./data-set.ts";
import type { Frame } from "./frame.ts";
import type { PixelFormat } from "./pixel-format.ts";
import type { Samples } from "./samples.ts";

/** Red, green and blue of every pixel, in 8 bits: more are shifted out, as for grey films. */
export function toRgb(file: DicomFile, { samples, photometric }: Frame, { bitsStored }: PixelFormat): Uint8Array {
  if (photometric === "PALETTE COLOR") return fromPalette(file, samples);
  if (photometric === "RGB") {
    const scale = bitsStored > 8 ? 2 ** (8 - bitsStored) : 255 / (2 ** bitsStored - 1);
    return Uint8Array.from(samples, (value) => (bitsStored > 8 ? Math.floor(value * scale) : Math.round(value * scale)));
  }
  if (photometric !== "YBR_FULL") throw new InputError(file.name, `has ${photometric} pixels outside of JPEG 2000, where they cannot be`);
  return fromYbr(samples);
}

/** Y, Cb and Cr of full range as RGB (PS3.3 C.7.6.3.1.2), rounded to the nearest. */
function fromYbr(samples: Samples): Uint8Array {
  const rgb = new Uint8ClampedArray(samples.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const [y, cb, cr] = [samples[i], samples[i + 1] - 128, samples[i + 2] - 128];
    rgb[i] = Math.floor(y + 1.402 * cr + 0.5);
    rgb[i + 1] = Math.floor(y - ((0.114 * 1.772) / 0.587) * cb - ((0.299 * 1.402) / 0.587) * cr + 0.5);
    rgb[i + 2] = Math.floor(y + 1.772 * cb + 0.5);
  }
  return new Uint8Array(rgb.buffer);
}

/** Each value's entries in the three tables (PS3.3 C.7.9). */
function fromPalette({ dataSet, name }: DicomFile, samples: Samples): Uint8Array {
  if (dataSet.elements.x00281221) throw new InputError(name, "has a segmented palette, which cannot be read");
  const tables = [1, 2, 3].map((color) =>
    lookUpTable(dataSet, { descriptor: `x0028110${color}`, data: `x0028120${color}`, isSigned: false, name }),
  );
  const rgb = new Uint8Array(3 * samples.length);
  for (const [c, table] of tables.entries()) {
    const shift = Math.max(table.bits - 8, 0);
    for (let i = 0; i < samples.length; i++) rgb[3 * i + c] = lookUp(table, samples[i]) >> shift;
  }
  return rgb;
}
