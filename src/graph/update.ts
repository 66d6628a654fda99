/** What a run leaves behind: parameters and their new values. */
import { isParameter, labelOf, type Node, ShapeError } from "../kernels/op.ts";

/**
 * A parameter, or parameters laid end to end (`flat`), takes a value after every run. All values are computed from what the parameters
 * were before it.
 */
export interface Update {
  readonly parameter: Node;
  readonly value: Node;
}

/** Whether a node is parameters laid end to end, which live there. */
export const isArena = ({ op, inputs }: Node): boolean => op.endToEnd !== undefined && inputs.every(isParameter);

/** A parameter itself, or the parameters that are laid end to end in it. */
export const parametersIn = (node: Node): readonly Node[] => (isParameter(node) ? [node] : node.inputs);

/** All parameters that updates change, one by one: with what a checkpoint has to hold. */
export const updatedParameters = (updates: readonly Update[]): Node[] => updates.flatMap(({ parameter }) => parametersIn(parameter));

/**
 * @throws ShapeError if a value has another shape than its parameter.
 * @throws Error if something other than parameters is updated, or a parameter twice.
 */
export function checkUpdates(updates: readonly Update[]): void {
  const seen = new Set<Node>();
  for (const { parameter, value } of updates) {
    if (!isParameter(parameter) && !isArena(parameter)) throw new Error(`update: ${labelOf(parameter)} is no parameter`);
    if (String(parameter.shape) !== String(value.shape))
      throw new ShapeError("update", `${labelOf(parameter)} and its value differ`, [parameter.shape, value.shape]);
    for (const each of parametersIn(parameter)) {
      if (seen.has(each)) throw new Error(`update: ${labelOf(each)} is updated twice`);
      seen.add(each);
    }
  }
}
