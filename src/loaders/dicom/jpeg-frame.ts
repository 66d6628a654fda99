/** Frames in lossy JPEG, by the decoder that JPEG files have. */
import { InputError } from "../../bytes.ts";
import { decodeJpeg } from "../jpeg.ts";
import { readJpegLayout } from "../jpeg-layout.ts";
import { checkCoded, type Decoded } from "./compressed.ts";
import type { PixelFormat } from "./pixel-format.ts";

/**
 * Samples of a frame in JPEG baseline (process 1) or extended (processes 2 and 4) of 8 bits.
 * @throws InputError where it is damaged, of 12 bits, or not what the file's header says.
 */
export async function decodeJpegFrame(bytes: Uint8Array, format: PixelFormat, name: string): Promise<Decoded> {
  const layout = readJpegLayout(bytes, name);
  checkCoded(layout, format, name);
  if (layout.precision !== 8) throw new InputError(name, `holds a lossy JPEG of ${layout.precision} bits, only 8 can be read`);
  const isUnmarked = layout.components === 3 && !layout.hasJfif && layout.adobeTransform === undefined;
  const { data, channels } = await decodeJpeg(isUnmarked ? marked(bytes, format.photometric === "RGB" ? 0 : 1) : bytes, name);
  return { bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), bytesPerSample: 1, isRgb: channels === 3 };
}

/** The same JPEG with Adobe's segment: without one a decoder would guess the colour transform that the DICOM header tells. */
function marked(bytes: Uint8Array, transform: 0 | 1): Uint8Array {
  const segment = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform];
  const result = new Uint8Array(bytes.length + segment.length);
  result.set(bytes.subarray(0, 2));
  result.set(segment, 2);
  result.set(bytes.subarray(2), 2 + segment.length);
  return result;
}
