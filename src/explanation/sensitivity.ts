/** How strongly the score depends on each pixel: a gradient by the network's input, brought to one number a pixel. */
import type { InputDescription } from "../models/description.ts";
import type { Tensor } from "../tensor.ts";
import type { HeatMap } from "./heat-map.ts";

/**
 * The magnitude of the score's change from black to white of a pixel, to first order, from a gradient [1, c, h, w] by the normalised
 * picture. A grey level that stands in several channels moves them all, so that their parts are summed; of colours the strongest counts
 * (Simonyan et al. 2014).
 */
export function sensitivity({ shape, data }: Tensor, { colour, scale, std }: InputDescription): HeatMap {
  const [, channels, height, width] = shape;
  const area = height * width;
  const factors = std.map((deviation) => (255 * scale) / deviation);
  const values = new Float32Array(area);
  for (let p = 0; p < area; p++) {
    let [sum, largest] = [0, 0];
    for (let c = 0; c < channels; c++) {
      const part = factors[c] * data[c * area + p];
      sum += part;
      largest = Math.max(largest, Math.abs(part));
    }
    values[p] = colour === "grey" ? Math.abs(sum) : largest;
  }
  return { width, height, values };
}
