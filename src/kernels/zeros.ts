/** A constant of zeros, where a kernel wants an operand that the network does not have. */
import { tensor } from "../tensor.ts";
import { type Node, parameter } from "./op.ts";

/** Zeros of shape [size]. */
export const zeros = (size: number): Node => parameter("zeros", [size], tensor([size]));
