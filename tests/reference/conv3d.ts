/** Convolution and transposed convolution of volumes, from the definitions. */
import type { Conv3dOptions, ConvTranspose3dOptions } from "../../src/kernels/conv3d.ts";
import { at, generate, type Values, values } from "./values.ts";

export function conv3d(x: Values, weight: Values, bias: Values | undefined, { stride, dilation, padding, groups }: Conv3dOptions): Values {
  const [outputs, inputs, ...kernel] = weight.shape;
  const sides = kernel.map((size, axis) => {
    const reach = dilation[axis] * (size - 1) + 1;
    return Math.floor((x.shape[axis + 2] + padding.before[axis] + padding.after[axis] - reach) / stride[axis]) + 1;
  });
  return generate([x.shape[0], outputs, ...sides], ([n, o, ...place]) => {
    const group = Math.floor(o / (outputs / groups));
    let sum = bias ? at(bias, [o]) : 0;
    generate([inputs, ...kernel], ([i, ...tap]) => {
      const from = tap.map((t, axis) => place[axis] * stride[axis] + t * dilation[axis] - padding.before[axis]);
      if (from.every((p, axis) => p >= 0 && p < x.shape[axis + 2]))
        sum += at(x, [n, group * inputs + i, ...from]) * at(weight, [o, i, ...tap]);
      return 0;
    });
    return sum;
  });
}

export function convTranspose3d(
  x: Values,
  weight: Values,
  bias: Values | undefined,
  { stride, dilation, padding, outputPadding, groups }: ConvTranspose3dOptions,
): Values {
  const [inputs, outputs, ...kernel] = weight.shape;
  const sides = kernel.map(
    (size, axis) =>
      (x.shape[axis + 2] - 1) * stride[axis] +
      dilation[axis] * (size - 1) +
      1 +
      outputPadding[axis] -
      padding.before[axis] -
      padding.after[axis],
  );
  const shape = [x.shape[0], outputs * groups, ...sides];
  const y = bias ? generate(shape, ([, o]) => at(bias, [o])) : values(shape);
  generate(x.shape, ([n, i, ...place]) => {
    const group = Math.floor(i / (inputs / groups));
    generate([outputs, ...kernel], ([o, ...tap]) => {
      const to = tap.map((t, axis) => place[axis] * stride[axis] + t * dilation[axis] - padding.before[axis]);
      if (to.every((p, axis) => p >= 0 && p < sides[axis])) {
        const index = [n, group * outputs + o, ...to];
        y.data[index.reduce((offset, position, axis) => offset * shape[axis] + position, 0)] +=
          at(x, [n, i, ...place]) * at(weight, [i, o, ...tap]);
      }
      return 0;
    });
    return 0;
  });
  return y;
}
