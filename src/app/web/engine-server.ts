/** The engine's end of the line: each request is answered once, with progress before, and can be cancelled. */
import { DeviceError } from "../../gpu/device-error.ts";
import type { Call, Failure, FromEngine, Input, Output, Port, Progress, ProgressOf, Request, ToEngine } from "./protocol.ts";

/** What a call is given beside its input. */
export interface Context<Told = Progress> {
  /** Aborted when the page no longer wants the answer. */
  readonly signal: AbortSignal;
  report(progress: Told): void;
}

/** What computes the answers. */
export type Handlers = { readonly [Name in Call]: (input: Input<Name>, context: Context<ProgressOf<Name>>) => Promise<Output<Name>> };

/** Answers what comes through a port. */
export function serveEngine(port: Port, handlers: Partial<Handlers>): void {
  const running = new Map<number, AbortController>();
  const post = (message: FromEngine): void => port.postMessage(message, buffersIn(message));
  const answer = async (request: Request): Promise<void> => {
    const { id } = request;
    const controller = new AbortController();
    running.set(id, controller);
    const report = (progress: ProgressOf<Call>): void => {
      if (!controller.signal.aborted) post({ id, progress });
    };
    try {
      const output = await handled(handlers, request, { signal: controller.signal, report });
      controller.signal.throwIfAborted();
      post({ id, output });
    } catch (error) {
      post({ id, failure: failureOf(error) });
    } finally {
      running.delete(id);
    }
  };
  port.addEventListener("message", ({ data }) => {
    const message = data as ToEngine;
    if (message.call === "cancel") running.get(message.id)?.abort(new DOMException("cancelled", "AbortError"));
    else answer(message);
  });
}

/** @throws TypeError for a call that no handler is there for. */
function handled<Name extends Call>(
  handlers: Partial<Handlers>,
  { call, input }: Request<Name>,
  context: Context<ProgressOf<Name>>,
): Promise<Output<Name>> {
  const handler: Partial<Handlers>[Name] = Object.hasOwn(handlers, call) ? handlers[call] : undefined;
  if (!handler) throw new TypeError(`engine: unknown call ${JSON.stringify(call)}`);
  return handler(input, context);
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  return error instanceof DeviceError ? { name, message, reason: error.reason } : { name, message };
}

/** What is moved instead of copied: the memory of all arrays of numbers. */
function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) buffersIn(part, found);
  return [...found];
}
