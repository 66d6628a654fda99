/** Frames in lossless JPEG (process 14), by jpeg-lossless-decoder-js. */
import { InputError } from "../../bytes.ts";
import { isMissing, missingPackage } from "../codec.ts";
import { readJpegLayout } from "../jpeg-layout.ts";
import { checkCoded, type Decoded } from "./compressed.ts";
import type { PixelFormat } from "./pixel-format.ts";

/** @throws InputError where the frame is damaged, is not what the file's header says, or the package is not installed. */
export async function decodeJpegLossless(bytes: Uint8Array, format: PixelFormat, name: string): Promise<Decoded> {
  const layout = readJpegLayout(bytes, name);
  const { width, height, components, precision, coding, pointTransform } = layout;
  checkCoded(layout, format, name);
  if (coding !== "lossless") throw new InputError(name, `holds a ${coding} JPEG, its transfer syntax says lossless`);
  if (pointTransform !== 0)
    throw new InputError(name, `holds a lossless JPEG with a point transform of ${pointTransform}, only 0 can be read`);
  if (components === 3 && precision !== 8)
    throw new InputError(name, `holds a lossless JPEG in colours of ${precision} bits, only 8 can be read`);
  // No sample takes less than a bit.
  if (width * height * components > 8 * bytes.length)
    throw new InputError(name, `is a damaged DICOM file: ${bytes.length} bytes of pixels are too few for ${width} × ${height}`);
  const Decoder = await load(name);
  const decoder = new Decoder();
  let samples: Uint8Array | Uint16Array | null;
  try {
    samples = decoder.decode(new Uint8Array(bytes.subarray(0, layout.end)).buffer, 0, layout.end);
  } catch (cause) {
    throw new InputError(name, "holds a damaged lossless JPEG", { cause });
  }
  // Where pixels end early, the decoder stops before the last row, or reads on behind the end.
  if (!samples || decoder.yLoc < height || (decoder.stream?.index ?? 0) > layout.end)
    throw new InputError(name, "holds a damaged lossless JPEG: it ends before its last pixel");
  const decoded = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return { bytes: decoded, bytesPerSample: samples.BYTES_PER_ELEMENT === 1 ? 1 : 2, isRgb: false };
}

async function load(name: string) {
  try {
    return (await import("jpeg-lossless-decoder-js")).Decoder;
  } catch (cause) {
    throw isMissing(cause) ? missingPackage({ package: "jpeg-lossless-decoder-js", reads: "lossless JPEG" }, name, cause) : cause;
  }
}
