/** Computes a graph once on the device that tests share, from values that follow from the names. */
import type { Plan } from "../src/graph/plan.ts";
import { type CompileOptions, compile } from "../src/graph/program.ts";
import { type Node, parameter } from "../src/kernels/op.ts";
import type { Shape, Tensor } from "../src/tensor.ts";
import { device } from "./device.ts";
import { generated } from "./generator.ts";

/** The outputs; each input holds `generated` values unless they are given. The program is destroyed. */
export async function compute(
  outputs: Readonly<Record<string, Node>>,
  { inputs = {}, ...options }: CompileOptions & { readonly inputs?: Readonly<Record<string, Tensor>> } = {},
): Promise<Record<string, Tensor>> {
  using program = await compile(await device(), outputs, options);
  return await program.run({ ...inputsOf(program.plan), ...inputs });
}

/** A value for every input of a plan. */
export const inputsOf = ({ inputs }: Plan): Record<string, Tensor> =>
  Object.fromEntries([...inputs].map(([name, { node }]) => [name, generated(name, node.shape)]));

/** A parameter with values that follow from its name. */
export const weight = (name: string, shape: Shape): Node => parameter(name, shape, generated(name, shape));
