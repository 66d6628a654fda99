/** Class activation maps of networks that end in an average over the pixels. */
import { InputError } from "../bytes.ts";
import { conv2d } from "../kernels/conv2d.ts";
import type { Node } from "../kernels/op.ts";
import { reshape } from "../kernels/reshape.ts";
import { enlarged, heatMapOf, type Method } from "./method.ts";
import { networkGraph } from "./network.ts";

/**
 * The maps of all classes (Zhou et al. 2016), [n, classes, h, w], of a network whose logits are a linear layer over the averages of its
 * last map: that layer applied to every pixel, without its bias, so that a class's map has its logit less the bias as its mean. Where the logits
 * are averages themselves, as in SqueezeNet, what they are averages of. Undefined for other networks.
 */
export function classActivationMaps(logits: Node): Node | undefined {
  if (isAverage(logits)) return logits.inputs[0];
  const [pooled, weight] = logits.inputs;
  if (logits.op.name !== "linear" || !isAverage(pooled)) return undefined;
  return conv2d(pooled.inputs[0], reshape(weight, [...weight.shape, 1, 1]));
}

const isAverage = ({ op }: Node): boolean => op.name === "globalAvgPool";

/** All classes in one run; values below 0 speak against the class. */
export const cam: Method = {
  title: "CAM",
  takes: [],
  isSigned: () => true,
  shown: 1,
  async begin({ model, picture, program: programOf }) {
    const { raw, scores, pictures } = networkGraph(model, 1);
    const maps = classActivationMaps(raw);
    if (!maps)
      throw new InputError(
        model.description.arch,
        "has no class activation maps, which need an average over the last map and one linear layer after it; grad-cam does without",
      );
    const program = await programOf("CAM", () => ({ scores, ...enlarged(maps, pictures) }));
    const results = await program.run({ pictures: picture });
    return {
      scores: results.scores.data,
      mapOf: async (label) => ({ cells: heatMapOf(results.cells, label), map: heatMapOf(results.map, label) }),
    };
  },
};
