/** Fully connected layer. */
import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { activationOf } from "./activation.ts";
import { channelSums } from "./channel-sums.ts";
import { conv2dProduct } from "./conv2d-product.ts";
import { transposedProduct } from "./conv2d-weight-gradient.ts";
import { activationCode, type EpilogueActivation } from "./epilogue.ts";
import { grid, MAX_WORKGROUPS } from "./grid.ts";
import { matmul } from "./matmul.ts";
import { apply, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { packFilters } from "./pack-filters.ts";
import { zeros } from "./zeros.ts";

interface LinearAttrs {
  readonly activation: EpilogueActivation;
}

/**
 * x [n, in] · weightᵀ + bias, for weight [out, in] and bias [out]: [n, out].
 * @throws ShapeError if the sizes do not fit.
 */
export const linear = (x: Node, weight: Node, bias?: Node): Node =>
  apply(op, [x, weight, bias ?? zeros(weight.shape[0])], { activation: "none" });

/** Rows of x up to which the weight is read as it is; more rows repay packing it for the product kernels. */
const FEW_ROWS = 8;

/** Rows of x that one invocation computes. */
const ROWS = 4;

/** Vectors of inputs from which several invocations share outputs where there is workgroup memory, and output vectors of a workgroup of those. */
const LANES_INPUTS = 64;
const LANES_BLOCKS = 2;

const op: Op<LinearAttrs> = {
  name: "linear",
  inputs: ["x", "weight", "bias"],
  shape([x, weight, bias]) {
    if (x.length !== 2 || weight.length !== 2) throw new ShapeError("linear", "input and weight must have 2 axes", [x, weight]);
    if (x[1] !== weight[1]) throw new ShapeError("linear", `input has ${x[1]} features, weight expects ${weight[1]}`, [x, weight]);
    if (bias.length !== 1 || bias[0] !== weight[0]) throw new ShapeError("linear", `bias must have ${weight[0]} elements`, [bias]);
    return [x[0], weight[0]];
  },
  absorb({ inputs, attrs }, user) {
    const activation = activationOf(user);
    return activation && attrs.activation === "none" ? apply(op, inputs, { activation }) : undefined;
  },
  lower({ inputs: [x, weight, bias], attrs: { activation }, shape }, profile) {
    const packed = packFilters(weight);
    const packedBytes = layoutOf(packed.shape).vectors * 16;
    if (shape[0] <= FEW_ROWS || packedBytes > profile.maxBindingBytes) return undefined;
    return conv2dProduct([x, packed, bias], {
      kernel: [1, 1],
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
      activation,
      outShape: shape,
    });
  },
  launches({ inputs: [x], attrs: { activation }, shape: [batch, outputs] }, profile) {
    const inBlocks = layoutOf(x.shape).blocks;
    const blocks = Math.ceil(outputs / 4);
    const step = blocksPerBinding(inBlocks, profile);
    const hasLanes = profile.class !== "software" && batch <= FEW_ROWS && inBlocks >= LANES_INPUTS;
    const launches: Launch[] = [];
    for (let first = 0; first < blocks; first += step) {
      const sliceBlocks = Math.min(step, blocks - first);
      const rowGroups = Math.ceil(batch / ROWS);
      const size = sliceBlocks * rowGroups;
      const rows = Math.min(outputs - first * 4, sliceBlocks * 4);
      const launch: Launch = {
        shader: "linear",
        entryPoint: batch === 1 ? "one_row" : "four_rows",
        bind: ["x", { value: "weight", firstVector: first * 4 * inBlocks, vectors: rows * inBlocks }, "bias", "y"],
        params: {
          batch,
          in_blocks: inBlocks,
          outputs,
          out_blocks: blocks,
          first_block: first,
          slice_blocks: sliceBlocks,
          activation: activationCode[activation],
        },
        workgroups: [Math.ceil(sliceBlocks / LANES_BLOCKS), rowGroups],
      };
      launches.push(
        hasLanes ? { ...launch, shader: "linear-lanes" } : { ...launch, params: { ...launch.params, size }, workgroups: grid(size) },
      );
    }
    return launches;
  },
  macs: ({ inputs: [, weight], shape }) => shape[0] * weight.shape[0] * weight.shape[1],
  gradient: ({ inputs: [x, weight] }, dy) => [matmul(dy, weight), transposedProduct(x, dy), channelSums(dy)],
};

/** Output vectors whose rows of the weight fit one binding, and workgroups one axis, in steps that keep every slice's offset aligned. */
function blocksPerBinding(inBlocks: number, { maxBindingBytes, offsetAlignmentBytes }: AdapterProfile): number {
  const blockBytes = inBlocks * 4 * 16;
  const fitting = Math.min(Math.floor(maxBindingBytes / blockBytes), MAX_WORKGROUPS * LANES_BLOCKS);
  const step = offsetAlignmentBytes / 16;
  return Math.max(1, fitting - (fitting % step));
}
