/** A constant of ones: the gradient of a sum by its terms. */
import { type Shape, sizeOf, tensor } from "../tensor.ts";
import { type Node, parameter } from "./op.ts";

export const ones = (shape: Shape): Node => parameter("ones", shape, tensor(shape, new Float32Array(sizeOf(shape)).fill(1)));
