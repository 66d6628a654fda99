/** Filters in the order in which convolution kernels read them. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, type Node, type Op } from "./op.ts";
import { unrotated } from "./rotate-filters.ts";

interface PackAttrs {
  /** Weight is [in, out, kh, kw], as transposed convolutions have it, instead of [out, in, kh, kw]. */
  readonly transposed: boolean;
  /** The last tap comes first. */
  readonly reversed: boolean;
  /** Taps are spread by this dilation over a larger kernel with zeros between. */
  readonly spread: readonly [number, number];
  /** Input channels are padded with zeros to a multiple of four; depthwise kernels, with one a filter, want it as it is. */
  readonly padInputs: boolean;
}

/**
 * Packs weight [out, in, kh, kw] (or [out, in]) as [taps, out, ceil4(in)], which lies in memory as [tap][ceil4(in)][ceil4(out)]. Rotated
 * filters are packed from what they were.
 */
export function packFilters(
  weight: Node,
  { transposed = false, spread = [1, 1], padInputs = true }: Partial<Omit<PackAttrs, "reversed">> = {},
): Node {
  const original = transposed ? undefined : unrotated(weight);
  if (original) return apply(op, [original], { transposed: true, reversed: true, spread, padInputs });
  return apply(op, [weight], { transposed, reversed: false, spread, padInputs });
}

const op: Op<PackAttrs> = {
  name: "packFilters",
  inputs: ["weight"],
  shape([[first, second, height = 1, width = 1]], { transposed, spread, padInputs }) {
    const [outputs, inputs] = transposed ? [second, first] : [first, second];
    return [((height - 1) * spread[0] + 1) * ((width - 1) * spread[1] + 1), outputs, padInputs ? Math.ceil(inputs / 4) * 4 : inputs];
  },
  launches({ inputs: [weight], attrs: { transposed, reversed, spread }, shape }) {
    const [first, second, kernelHeight = 1, kernelWidth = 1] = weight.shape;
    // [in][ceil4(out)] already.
    if (transposed && shape[0] === 1 && shape[2] === first) return [];
    const { blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: "pack-filters",
        entryPoint: transposed ? "conv_transpose" : "conv",
        bind: ["weight", "y"],
        params: {
          size: vectors,
          outputs: shape[1],
          out_blocks: blocks,
          inputs: transposed ? first : second,
          in_rows: shape[2],
          kernel_height: kernelHeight,
          kernel_width: kernelWidth,
          spread_width: (kernelWidth - 1) * spread[1] + 1,
          dilation_y: spread[0],
          dilation_x: spread[1],
          reversed: reversed ? 1 : 0,
        },
        workgroups: grid(vectors),
      },
    ];
  },
};
