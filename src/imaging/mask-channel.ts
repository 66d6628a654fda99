/** A film and its mask as one picture of three channels. */
import type { Image } from "../loaders/image.ts";

/** What a channel holds. */
export type Channel = "image" | "mask" | "zero";

/** What red, green and blue hold; to be stored with every model that is trained on such pictures. */
export type ChannelOrder = readonly [Channel, Channel, Channel];

/** Keidar 2021 writes (image, mask, zero) in the order blue, green, red and reads it as red, green, blue, so that its networks see this. */
export const keidarOrder: ChannelOrder = ["zero", "mask", "image"];

/**
 * The picture with the channels in this order.
 * @throws RangeError where the two are not grey pictures of one size and depth, or the order lacks one of them.
 */
export function withMask(image: Image, mask: Image, order: ChannelOrder): Image {
  const { width, height, bitDepth } = image;
  const fits = mask.width === width && mask.height === height && mask.bitDepth === bitDepth && image.channels === 1 && mask.channels === 1;
  if (!fits) {
    const describe = (of: Image) => `${of.width} × ${of.height} × ${of.channels} of ${of.bitDepth} bits`;
    throw new RangeError(`mask channel: two grey pictures of one size are needed, got ${describe(image)} and ${describe(mask)}`);
  }
  if (!order.includes("image") || !order.includes("mask")) {
    throw new RangeError(`mask channel: the order must have an image and a mask, got ${order.join(", ")}`);
  }
  const sources = order.map((channel) => (channel === "zero" ? undefined : channel === "image" ? image.data : mask.data));
  const data = bitDepth === 16 ? new Uint16Array(width * height * 3) : new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = sources[i % 3]?.[Math.floor(i / 3)] ?? 0;
  return { width, height, channels: 3, bitDepth, data };
}
