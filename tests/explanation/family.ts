/** The published networks with weights that need no file. */
import { nodeNamed } from "../../src/graph/order.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, type Node } from "../../src/kernels/op.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { declaredWeights, weightsFrom } from "../../src/models/weights.ts";
import { sizeOf, type Tensor } from "../../src/tensor.ts";
import { weight } from "../compute.ts";
import { generated } from "../generator.ts";

/** ROENTGEN_TESTS=all takes VGG with its matrices of 400 MB, and lets weights grow fresh part by part. */
export const isThorough = process.env.ROENTGEN_TESTS === "all";

/** Beyond so many elements a tensor repeats its beginning. */
const DRAWN = 2 ** 20;

/**
 * What builds a network with the weights of the generator that the stored results of PyTorch are made by. VGG gets, unless all is tested,
 * an average of its features and one linear layer in the place of its three.
 */
export function familyNetwork(arch: string, classes: number): (x: Node) => Node {
  const { build, channels } = networkNamed(arch);
  const declared = declaredWeights();
  build(declared, input("x", [1, channels, 64, 64]), { classes });
  const isShortened = arch.startsWith("vgg") && !isThorough;
  const isUsed = (name: string): boolean => !isShortened || name.startsWith("features.");
  const tensors = declared.values.flatMap(({ attrs: { name, shape } }) => (isUsed(name) ? [[name, drawn(name, shape)] as const] : []));
  const weights = weightsFrom(new Map(tensors));
  return (x) => {
    const logits = build(weights, x, { classes });
    if (!isShortened) return logits;
    const features = globalAvgPool(nodeNamed([logits], "features"));
    return linear(features, weight("head.weight", [classes, features.shape[1]]));
  };
}

function drawn(name: string, shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  if (size <= DRAWN) return generated(name, shape);
  // The bound of the values follows from the inputs of an output, so that the drawn part has as many of those.
  const inputs = size / shape[0];
  const part = generated(name, [Math.max(1, Math.floor(DRAWN / inputs)), inputs]).data;
  const data = new Float32Array(size);
  for (let start = 0; start < size; start += part.length) data.set(part.subarray(0, Math.min(part.length, size - start)), start);
  return { shape, data };
}
