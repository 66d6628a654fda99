/** Filters turned by 180°, with inputs and outputs swapped: y[i, o, u, v] = weight[o, i, kh − 1 − u, kw − 1 − v] within each group. */
import { type Values, values } from "./values.ts";

export function rotateFilters(weight: Values, groups = 1): Values {
  const [outputs, groupInputs, height, width] = weight.shape;
  const groupOutputs = outputs / groups;
  const y = values([groupInputs * groups, groupOutputs, height, width]);
  let to = 0;
  for (let g = 0; g < groups; g++)
    for (let i = 0; i < groupInputs; i++)
      for (let o = 0; o < groupOutputs; o++)
        for (let u = height - 1; u >= 0; u--)
          for (let v = width - 1; v >= 0; v--)
            y.data[to++] = weight.data[(((g * groupOutputs + o) * groupInputs + i) * height + u) * width + v];
  return y;
}
