/** What a network takes in, as `rawOutput` names it. */
import type { Program } from "../graph/program.ts";
import { type Tensor, tensor } from "../tensor.ts";

export interface NetworkInputs {
  /** [batch, channels, height, width], normalised. */
  readonly pictures: Tensor;
  /** [batch, values], scaled, where the network reads them. */
  readonly clinical?: Tensor;
}

/** The inputs that a program asks for: what a network is like below its clinical values does not depend on them. */
export function askedBy({ plan }: Pick<Program, "plan">, { pictures, clinical }: NetworkInputs): Record<string, Tensor> {
  return { pictures, ...(clinical && plan.inputs.has("clinical") && { clinical }) };
}

/** A batch that is not full, followed by zeros; the rows that come of them mean nothing. */
export function filledUp({ pictures, clinical }: NetworkInputs, batch: number): NetworkInputs {
  const filled = ({ shape: [, ...row], data }: Tensor): Tensor => {
    const full = tensor([batch, ...row]);
    full.data.set(data);
    return full;
  };
  return { pictures: filled(pictures), ...(clinical && { clinical: filled(clinical) }) };
}
