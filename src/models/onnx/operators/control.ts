/** Branches whose condition is known: the other one is not part of the network. */
import type { Operators } from "../operator.ts";
import { refuse } from "../unsupported.ts";

export const control: Operators = {
  If: (call) => {
    const [then, otherwise] = [call.graph("then_branch"), call.graph("else_branch")];
    const condition = call.known(0)?.tensor.data[0] ?? refuse("input 0 is missing");
    const branch = condition !== 0 ? then : otherwise;
    return branch ? call.inline(branch) : refuse("a branch is missing");
  },
};
