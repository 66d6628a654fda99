/** What is seen where a picture is hidden. */
import { InputError } from "../bytes.ts";
import { gaussianBlur } from "../imaging/gaussian-blur.ts";
import { toTensor } from "../imaging/normalise.ts";
import type { Image } from "../loaders/image.ts";
import type { InputDescription } from "../models/description.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** A grey level from 0 to 255, the mean that the network's input is centred by, or the picture blurred. */
export type Fill = number | "mean" | "blur";

/**
 * A fill as the network's input, for a picture at its size.
 * @throws InputError for a level that there is not.
 */
export function fillOf(fill: Fill, image: Image, wanted: InputDescription): Tensor {
  // The input is centred by the mean, so that the mean is 0.
  if (fill === "mean") return tensor([1, image.channels, image.height, image.width]);
  if (fill === "blur") return toTensor([gaussianBlur(image, BLUR * Math.min(image.width, image.height))], wanted);
  if (!(fill >= 0 && fill <= 255)) throw new InputError("fill", `must be mean, blur or a grey level from 0 to 255, got ${fill}`);
  const level = image.bitDepth === 16 ? Math.round(fill * 257) : Math.round(fill);
  return toTensor([{ ...image, data: image.data.map(() => level) }], wanted);
}

/** The deviation of a blur that leaves no detail, as a share of the side: 5 pixels at 224, as in RISE (Petsiuk et al. 2018). */
const BLUR = 5 / 224;
