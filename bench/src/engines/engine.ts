/** What a contestant is to the benchmark. */
import type { Case, Graph } from "../cases.ts";
import type { Encoding } from "../protocol.ts";

export interface Engine {
  /** Its version, and the adapter where it tells. */
  readonly version: string;
  readonly adapter?: string;
  /** Environment that makes other processes find the same adapter. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Brings a graph into the form that the engine loads from host memory, as its users have it on disk: not timed. */
  prepare(graph: Graph, kind: Case["kind"]): Promise<Prepared> | Prepared;
  /** Multiply–adds a second that the adapter reaches when it does nothing else, where the engine can measure it. */
  peak?(): Promise<number>;
}

export interface Prepared {
  /** From host memory to something that runs: compiling, uploading weights. */
  load(): Promise<Loaded>;
}

export interface Loaded {
  /**
   * Runs `count` times and returns when all is done. An operation's operands and result stay on the GPU; a network's input is uploaded
   * and its result read back each time.
   */
  run(count: number): Promise<void>;
  /** The result in row-major order, channels first. */
  output(): Promise<Float32Array>;
  /** What the runs so far took to encode, the median of them, where the engine can tell. */
  encoding?(): Encoding;
  destroy(): void | Promise<void>;
}
