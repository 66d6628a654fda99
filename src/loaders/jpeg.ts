/** JPEG files of 8 bits, decoded to the bits that libjpeg-turbo gives, in every runtime alike. */
import { InputError } from "../bytes.ts";
import { codec } from "./codec.ts";
import type { FilmDescription, Image } from "./image.ts";
import { type JpegLayout, readJpegLayout } from "./jpeg-layout.ts";

/** MozJPEG's decoder as @jsquash/jpeg wraps it: always RGBA; `turn` applies Exif's orientation. */
interface MozJpeg {
  decode(file: Uint8Array, turn: boolean): { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray } | null;
}

const mozJpeg = codec<MozJpeg>({
  package: "@jsquash/jpeg",
  reads: "JPEG",
  load: async () => (await import("@jsquash/jpeg/codec/dec/mozjpeg_dec.js")).default,
  wasm: "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm",
  bundled: new URL("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm", import.meta.url),
});

/**
 * A JPEG's pixels: grey stays one channel, colour becomes RGB. Exif's orientation is not applied, as Pillow and torchvision do not,
 * but noted. Colour profiles are ignored.
 * @throws InputError where the file is not a JPEG, is cut off or damaged, is too large, or is not of 8 bits in grey or RGB.
 */
export async function decodeJpeg(bytes: Uint8Array, name: string): Promise<Image> {
  const layout = readJpegLayout(bytes, name);
  checkCoding(layout, name);
  const { width, height, components } = layout;
  const rgba = await decode(bytes.subarray(0, layout.end), name);
  if (rgba.width !== width || rgba.height !== height)
    throw new InputError(name, `is a damaged JPEG: it says ${width} × ${height} and holds ${rgba.width} × ${rgba.height}`);
  const channels = components === 1 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; to < data.length; from += 4) for (let c = 0; c < channels; c++) data[to++] = rgba.data[from + c];
  const notes = notesOf(layout);
  const facts = layout.quality === undefined ? {} : { facts: { jpegQuality: layout.quality } };
  return { width, height, channels, bitDepth: 8, data, ...(notes.length > 0 && { notes }), ...facts };
}

function checkCoding({ coding, precision, components }: JpegLayout, name: string): void {
  const kind = coding === "sequential" || coding === "progressive" ? undefined : coding === "JPEG-LS" ? coding : `${coding} JPEG`;
  if (kind) throw new InputError(name, `holds ${kind} pixels; only sequential and progressive JPEG can be read outside of DICOM`);
  if (precision !== 8) throw new InputError(name, `is a JPEG of ${precision} bits, only 8 can be read`);
  if (components !== 1 && components !== 3)
    throw new InputError(name, `is a JPEG of ${components} colours (CMYK has 4), only grey and RGB can be read`);
}

async function decode(bytes: Uint8Array, name: string) {
  const damaged = (problem: string, options?: ErrorOptions): InputError => new InputError(name, `is a damaged JPEG: ${problem}`, options);
  return mozJpeg(name, (module, said) => {
    let rgba: ReturnType<MozJpeg["decode"]>;
    try {
      rgba = module.decode(bytes, false);
    } catch (cause) {
      throw damaged(said.at(-1) ?? "it cannot be decoded", { cause });
    }
    // libjpeg fills what is missing with grey and goes on; a film with invented pixels must not be scored.
    const complaint = said.find((line) => /^(Corrupt JPEG data|Premature end)/.test(line));
    if (!rgba || complaint) throw damaged(complaint ?? "it cannot be decoded");
    return rgba;
  });
}

const notesOf = ({ orientation }: JpegLayout): string[] =>
  orientation === undefined ? [] : [`its Exif orientation ${orientation} is not applied`];

/** What the file says of itself; no pixel is decoded. */
export function describeJpeg(bytes: Uint8Array, name: string): FilmDescription {
  const { width, height, components, precision, coding, orientation, quality } = readJpegLayout(bytes, name);
  return {
    format: "JPEG",
    width,
    height,
    channels: components,
    bits: precision,
    coding,
    ...(quality !== undefined && { quality }),
    orientation: orientation ?? "as stored",
  };
}
