/** The gradient by the pixels, averaged over noisy copies of the picture. */
import { InputError } from "../bytes.ts";
import { gradients } from "../graph/gradient.ts";
import { randomNormal } from "../imaging/noise.ts";
import { sumTo } from "../kernels/broadcast.ts";
import { input } from "../kernels/op.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { BATCH, type Method, same, seedOf } from "./method.ts";
import { fittingBatch } from "./network.ts";
import { sensitivity } from "./sensitivity.ts";

/** SmoothGrad (Smilkov et al. 2017). */
export const smoothGradient: Method = {
  title: "Smooth gradient",
  takes: ["samples", "noise", "seed"],
  isSigned: () => false,
  shown: 0.99,
  async begin({ model, device, picture, options, program: programOf, onProgress }) {
    const { samples = 50, noise = 0.15, seed = 0 } = options;
    if (!Number.isInteger(samples) || samples < 1) throw new InputError("samples", `must be a positive integer, got ${samples}`);
    if (!(noise > 0 && noise <= 10))
      throw new InputError("noise", `must be above 0 and at most 10 times the picture's range, got ${noise}`);
    const graph = fittingBatch(model, Math.min(BATCH, samples), device.profile);
    const { raw, scores, pictures, batch } = graph;
    const seeds = input("seed", raw.shape);
    const program = await programOf(`smooth ${batch}`, () => ({
      scores,
      sum: sumTo(gradients(raw, [pictures], seeds)[0], picture.shape),
    }));
    const plain = tensor(pictures.shape);
    for (let n = 0; n < batch; n++) plain.data.set(picture.data, n * picture.data.length);
    const first = await program.run({ pictures: plain, seed: seedOf(raw, []) });
    return {
      scores: first.scores.data.subarray(0, raw.shape[1]),
      async mapOf(label) {
        const sum = new Float64Array(picture.data.length);
        for (let done = 0; done < samples; done += batch) {
          // Copies past the last have no seed, and so no gradient.
          const asked = Array<number>(Math.min(batch, samples - done)).fill(label);
          const copies = noisyCopies(picture, done, batch, noise, seed);
          const { data } = (await program.run({ pictures: copies, seed: seedOf(raw, asked) })).sum;
          for (let i = 0; i < sum.length; i++) sum[i] += data[i];
          onProgress?.(Math.min(samples, done + batch), samples);
        }
        const mean = tensor(
          picture.shape,
          Float32Array.from(sum, (value) => value / samples),
        );
        return same(sensitivity(mean, model.description.input));
      },
    };
  },
};

/**
 * Noisy copies `first`, `first` + 1, … of a picture [1, c, h, w], as a batch: normal noise whose deviation
 * is `noise` times the picture's range. What a copy gets follows from the seed and its number alone.
 */
export function noisyCopies({ shape, data }: Tensor, first: number, count: number, noise: number, seed: number): Tensor {
  const deviation = noise * rangeOf(data);
  const copies = new Float32Array(count * data.length);
  for (let n = 0; n < count; n++) {
    const stream = Math.imul(seed, 1009) + first + n;
    for (let i = 0; i < data.length; i++) copies[n * data.length + i] = data[i] + deviation * randomNormal(stream, i);
  }
  return tensor([count, ...shape.slice(1)], copies);
}

function rangeOf(data: Float32Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  return high - low;
}
