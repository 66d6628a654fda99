/** What a kernel can do to its sums before it stores them. */

/** Activations that convolution, linear and batch norm compute in their epilogue. */
export type EpilogueActivation = "none" | "relu" | "relu6";

/**
 * The value of `params.activation` in the shaders. A param and no override: a pipeline costs about a second to compile on a software
 * adapter, a branch that all invocations take alike costs nothing to measure.
 */
export const activationCode: Readonly<Record<EpilogueActivation, number>> = { none: 0, relu: 1, relu6: 2 };
