/** Decoders of @cornerstonejs: C++ classes behind Emscripten's embind, all used the same way. */
import { InputError } from "../../bytes.ts";
import { checkCoded, type Decoded } from "./compressed.ts";
import type { PixelFormat } from "./pixel-format.ts";

/** What those classes share: bytes in and out lie in the module's memory, and are gone with `delete`. */
export interface Decoder {
  getEncodedBuffer(bytes: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): { readonly width: number; readonly height: number; readonly bitsPerSample: number; readonly componentCount: number };
  delete(): void;
}

/** A frame put through a decoder. `what` is what it should be, for messages. */
export function decodeWith(
  decoder: Decoder,
  bytes: Uint8Array,
  format: PixelFormat,
  { name, what }: { name: string; what: string },
): Decoded {
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
  } catch (cause) {
    // C++ exceptions arrive as numbers, aborts as errors with a stack of WebAssembly: neither tells a person more.
    throw new InputError(name, `holds a damaged ${what}`, { cause });
  }
  const { width, height, bitsPerSample: precision, componentCount: components } = decoder.getFrameInfo();
  checkCoded({ width, height, components, precision }, format, name);
  const decoded = decoder.getDecodedBuffer().slice();
  decoder.delete();
  return { bytes: decoded, bytesPerSample: precision <= 8 ? 1 : 2, isRgb: false };
}
