/** Frames in JPEG 2000, high-throughput ones too, by OpenJPEG. */
import { InputError } from "../../bytes.ts";
import { codec } from "../codec.ts";
import { type CodedSize, checkCoded, checkRatio, type Decoded } from "./compressed.ts";
import { type Decoder, decodeWith } from "./embind.ts";
import type { PixelFormat } from "./pixel-format.ts";

const openJpeg = codec<{ readonly J2KDecoder: new () => Decoder }>({
  package: "@cornerstonejs/codec-openjpeg",
  reads: "JPEG 2000",
  load: async () => (await import("@cornerstonejs/codec-openjpeg/decodewasmjs")).default,
  wasm: "@cornerstonejs/codec-openjpeg/decodewasm",
  bundled: new URL("@cornerstonejs/codec-openjpeg/decodewasm", import.meta.url),
});

/** 16,384² in tiles of 256²; OpenJPEG allocates for each that a header claims. */
const MAX_TILES = 4096;

/** @throws InputError where the frame is damaged, is not what the file's header says, or the package is not installed. */
export async function decodeJpeg2000(bytes: Uint8Array, format: PixelFormat, name: string): Promise<Decoded> {
  checkCoded(readSize(bytes, name), format, name);
  checkRatio(bytes, format, name);
  return openJpeg(name, ({ J2KDecoder }) => decodeWith(new J2KDecoder(), bytes, format, { name, what: "JPEG 2000" }));
}

/** The SIZ segment (ITU-T T.800 A.5.1), which begins every codestream; some files wrap theirs in the boxes of a JP2. */
function readSize(bytes: Uint8Array, name: string): CodedSize {
  const begin = bytes.findIndex((_, i) => bytes[i] === 0xff && bytes[i + 1] === 0x4f && bytes[i + 2] === 0xff && bytes[i + 3] === 0x51);
  const damaged = new InputError(name, "holds a damaged JPEG 2000: it has no valid size");
  if (begin < 0 || begin + 45 > bytes.length) throw damaged;
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin, bytes.length - begin);
  const [right, bottom, left, top, tileWidth, tileHeight, tileLeft, tileTop] = Array.from({ length: 8 }, (_, i) =>
    view.getUint32(8 + 4 * i),
  );
  const components = view.getUint16(40);
  if (components === 0 || 42 + 3 * components > view.byteLength || tileWidth === 0 || tileHeight === 0) throw damaged;
  const tiles = Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight);
  if (tiles > MAX_TILES) throw new InputError(name, `holds a JPEG 2000 in ${tiles} tiles, at most ${MAX_TILES} are read`);
  for (let c = 0; c < components; c++) {
    if (view.getUint8(43 + 3 * c) !== 1 || view.getUint8(44 + 3 * c) !== 1)
      throw new InputError(name, "holds a JPEG 2000 with subsampled colours, which cannot be read");
  }
  return { width: right - left, height: bottom - top, components, precision: (view.getUint8(42) & 127) + 1 };
}
