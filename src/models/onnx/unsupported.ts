/** What of a model cannot be computed, node by node. */
import { InputError } from "../../bytes.ts";

/** Why one node cannot be computed. */
export interface Unsupported {
  /** The node's name, or what it computes where it has none. */
  readonly node: string;
  readonly operator: string;
  readonly problem: string;
  /** The input of the model that would have to be known when the graph is built, where that is the problem. */
  readonly input?: string;
}

/** A model that is whole but has nodes that are not computed here: all of them, at once. */
export class UnsupportedError extends InputError {
  readonly nodes: readonly Unsupported[];

  constructor(subject: string, nodes: readonly Unsupported[]) {
    const listed = nodes.slice(0, SHOWN).map(({ node, operator, problem }) => `${operator} ${JSON.stringify(node)}: ${problem}`);
    const more = nodes.length > SHOWN ? ` and ${nodes.length - SHOWN} more` : "";
    super(subject, `has ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"} that cannot be computed (${listed.join("; ")}${more})`);
    this.name = "UnsupportedError";
    this.nodes = nodes;
  }
}

/** Nodes shown in the message; the error's field holds them all. */
const SHOWN = 8;

/** Thrown by an operator's row; the conversion adds which node it was. */
export class Refusal extends Error {
  readonly input: string | undefined;

  constructor(problem: string, input?: string) {
    super(problem);
    this.input = input;
  }
}

/** @throws Refusal always: the node at hand cannot be computed. */
export function refuse(problem: string, input?: string): never {
  throw new Refusal(problem, input);
}
