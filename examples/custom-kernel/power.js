/** An op of one's own: a record beside a shader, exactly as the library's own ops are. */
import { apply, grid, layoutOf } from "../../dist/roentgen.browser.js";

/** |x|^exponent, element by element. */
export const power = (x, exponent) => apply(op, [x], { exponent });

const op = {
  name: "power",
  inputs: ["x"],
  shape: ([x]) => x,
  launches({ attrs: { exponent }, shape }) {
    // In GPU memory the channels lie last, padded to vectors of four.
    const { channels, blocks, vectors } = layoutOf(shape);
    return [
      {
        shader: new URL("./power.wgsl", import.meta.url),
        bind: ["x", "y"],
        params: { size: vectors, channels, blocks, exponent },
        workgroups: grid(vectors),
      },
    ];
  },
};
