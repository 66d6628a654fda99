/** What a kernel can do to its sums before it stores them. */

/** Activations that convolution, linear and batch norm compute in their epilogue. */
export type EpilogueActivation = "none" | "relu" | "relu6";

/** The value of `override ACTIVATION` in the shaders. */
export const activationCode: Readonly<Record<EpilogueActivation, number>> = { none: 0, relu: 1, relu6: 2 };
