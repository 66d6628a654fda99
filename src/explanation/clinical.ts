/** One film's clinical values beside every picture that an explanation makes of it. */
import type { Program } from "../graph/program.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** A program that is run with the values [1, values] in every row, where it asks for them. */
export function withClinical(program: Pick<Program, "run" | "plan">, clinical: Tensor | undefined): Pick<Program, "run"> {
  const port = program.plan.inputs.get("clinical");
  if (!clinical || !port) return program;
  const rows = tensor(port.node.shape);
  for (let i = 0; i < rows.data.length; i += clinical.data.length) rows.data.set(clinical.data, i);
  return { run: (inputs) => program.run({ ...inputs, clinical: rows }) };
}
