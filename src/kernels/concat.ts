/** Values laid side by side. */
import { layoutOf } from "../gpu/layout.ts";
import { grid } from "./grid.ts";
import { apply, inputName, type Launch, type Node, type Op, ShapeError } from "./op.ts";
import { slice } from "./slice.ts";

/**
 * The values one after another along an axis; their other axes agree. Along the channels, where offsets are multiples of four, the plan
 * lets the values be written in place and nothing is copied.
 * @throws ShapeError if there are none, or their other axes differ.
 */
export const concat = (values: readonly Node[], axis = 1): Node => apply(op, values, { axis });

interface ConcatAttrs {
  readonly axis: number;
}

const op: Op<ConcatAttrs> = {
  name: "concat",
  inputs: [],
  sliced: ["y"],
  shape(shapes, { axis }) {
    if (shapes.length === 0) throw new ShapeError("concat", "there is nothing to lay side by side");
    const [first, ...rest] = shapes;
    if (axis < 0 || axis >= first.length || first.length > 4) throw new ShapeError("concat", `there is no axis ${axis}`, [first]);
    for (const shape of rest) {
      if (shape.length !== first.length || shape.some((size, at) => at !== axis && size !== first[at])) {
        throw new ShapeError("concat", `sizes differ beside axis ${axis}`, [first, shape]);
      }
    }
    return first.map((size, at) => (at === axis ? shapes.reduce((sum, shape) => sum + shape[at], 0) : size));
  },
  joinsChannels: ({ inputs, attrs: { axis } }) => axis === channelAxis(inputs[0]),
  launches({ inputs, attrs: { axis }, shape }) {
    const [, , outHeight = 1, outWidth = 1] = shape;
    const ends = runningSums(inputs.map((input) => input.shape[axis]));
    return inputs.map((input, index): Launch => {
      const start = ends[index] - input.shape[axis];
      const { batch, channels, blocks, area, vectors } = layoutOf(input.shape);
      const [, , height = 1, width = 1] = input.shape;
      const alongChannels = axis === channelAxis(input);
      const isLast = index === inputs.length - 1;
      const byVector = !alongChannels || (start % 4 === 0 && (isLast || channels % 4 === 0));
      const lanes = isLast ? Math.ceil(ends[index] / 4) * 4 - start : channels;
      const size = byVector ? vectors : batch * area * lanes;
      const starts = { start_n: 0, start_c: 0, start_h: 0, start_w: 0 };
      const names = ["start_n", "start_c", "start_h", "start_w"] as const;
      return {
        shader: "concat",
        entryPoint: byVector ? "vectors" : "elements",
        bind: [inputName(op, index), "y"],
        params: {
          size,
          blocks,
          height,
          width,
          lanes,
          channels,
          out_height: outHeight,
          out_width: outWidth,
          ...starts,
          [alongChannels ? "start_c" : names[axis]]: start,
        },
        workgroups: grid(size),
      };
    });
  },
  gradient({ inputs, attrs: { axis } }, dy) {
    const sizes = inputs.map(({ shape }) => shape[axis]);
    return runningSums(sizes).map((end, index) => slice(dy, axis, end - sizes[index], end));
  },
};

const channelAxis = ({ shape }: Node): number => (shape.length === 1 ? 0 : 1);

function runningSums(sizes: readonly number[]): number[] {
  let sum = 0;
  return sizes.map((size) => (sum += size));
}
