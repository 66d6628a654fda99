/** Every operator that is computed here, by its name: one row each, in the file of its family. */
import type { Operators } from "../operator.ts";
import { activations } from "./activations.ts";
import { arithmetic } from "./arithmetic.ts";
import { constants } from "./constants.ts";
import { control } from "./control.ts";
import { convolutions } from "./convolution.ts";
import { normalizations } from "./normalization.ts";
import { pools } from "./pooling.ts";
import { products } from "./products.ts";
import { quantization } from "./quantization.ts";
import { reductions } from "./reductions.ts";
import { resizing } from "./resizing.ts";
import { shaping } from "./shaping.ts";
import { softmaxes } from "./softmax.ts";

export const operators: Operators = {
  ...activations,
  ...arithmetic,
  ...constants,
  ...control,
  ...convolutions,
  ...normalizations,
  ...pools,
  ...products,
  ...quantization,
  ...reductions,
  ...resizing,
  ...shaping,
  ...softmaxes,
};
