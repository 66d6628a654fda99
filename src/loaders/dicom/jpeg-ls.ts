/** Frames in JPEG-LS, lossless and near-lossless, by CharLS. */
import { InputError } from "../../bytes.ts";
import { codec } from "../codec.ts";
import { readJpegLayout } from "../jpeg-layout.ts";
import { checkCoded, checkRatio, type Decoded } from "./compressed.ts";
import { type Decoder, decodeWith } from "./embind.ts";
import type { PixelFormat } from "./pixel-format.ts";

const charls = codec<{ readonly JpegLSDecoder: new () => Decoder }>({
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
  const decoded = await charls(name, ({ JpegLSDecoder }) =>
    decodeWith(new JpegLSDecoder(), bytes.subarray(0, layout.end), format, { name, what: "JPEG-LS" }),
  );
  // A scan for each colour gives a plane for each.
  return layout.scans === 1 ? decoded : { ...decoded, bytes: sideBySide(decoded, layout.components) };
}

function sideBySide({ bytes, bytesPerSample }: Decoded, components: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  const plane = bytes.length / components;
  for (let to = 0; to < result.length; to++) {
    const sample = Math.floor(to / bytesPerSample);
    const from = (sample % components) * plane + Math.floor(sample / components) * bytesPerSample;
    result[to] = bytes[from + (to % bytesPerSample)];
  }
  return result;
}
