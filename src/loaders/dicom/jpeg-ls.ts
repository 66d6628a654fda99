/** Frames in JPEG-LS, lossless and near-lossless, by CharLS. */
import { InputError } from "../../bytes.ts";
import { codec } from "../codec.ts";
import { readJpegLayout } from "../jpeg-layout.ts";
import { checkCoded, checkRatio, type Decoded } from "./compressed.ts";
import { type Decoder, decodeWith } from "./embind.ts";
import type { PixelFormat } from "./pixel-format.ts";

const charls = codec<{ readonly JpegLSDecoder: new () => Decoder & { getInterleaveMode(): number } }>({
  package: "@cornerstonejs/codec-charls",
  reads: "JPEG-LS",
  load: async () => (await import("@cornerstonejs/codec-charls/decodewasmjs")).default,
  wasm: "@cornerstonejs/codec-charls/decodewasm",
  bundled: new URL("@cornerstonejs/codec-charls/decodewasm", import.meta.url),
});

/** @throws InputError where the frame is damaged, is not what the file's header says, or the package is not installed. */
export async function decodeJpegLs(bytes: Uint8Array, format: PixelFormat, name: string): Promise<Decoded> {
  const layout = readJpegLayout(bytes, name);
  if (layout.coding !== "JPEG-LS") throw new InputError(name, `holds a ${layout.coding} JPEG, its transfer syntax says JPEG-LS`);
  checkCoded(layout, format, name);
  checkRatio(bytes, format, name);
  return charls(name, ({ JpegLSDecoder }) => {
    const decoder = new JpegLSDecoder();
    const decoded = decodeWith(decoder, bytes.subarray(0, layout.end), format, { name, what: "JPEG-LS" });
    return decoded;
  });
}
