/** Grey pictures as colour ones. */
import type { Image } from "../loaders/image.ts";

/** Three channels: grey is repeated, alpha is dropped. */
export function toRgb({ width, height, channels, bitDepth, data }: Image): Image {
  const size = width * height * 3;
  const rgb = bitDepth === 16 ? new Uint16Array(size) : new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const channel = i % 3;
    rgb[i] = data[((i - channel) / 3) * channels + (channels < 3 ? 0 : channel)];
  }
  return { width, height, channels: 3, bitDepth, data: rgb };
}
