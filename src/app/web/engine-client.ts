/** The page's end of the line to its engine. */
import { InputError } from "../../bytes.ts";
import { DeviceError } from "../../gpu/device-error.ts";
import type { Call, Failure, FromEngine, Input, Output, Port, Progress, ProgressOf } from "./protocol.ts";

export interface CallOptions<Told = Progress> {
  /** Ends the call: it rejects with an AbortError, and the engine stops where it can. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Told) => void;
}

export interface EngineClient {
  /**
   * Asks the engine for something.
   * @throws InputError, DeviceError as the engine does, with their message and reason; DOMException "AbortError" where it was cancelled.
   */
  call<Name extends Call>(name: Name, input: Input<Name>, options?: CallOptions<ProgressOf<Name>>): Promise<Output<Name>>;
  /** Rejects everything that waits, for an engine that has stopped. */
  fail(error: Error): void;
}

interface Waiting {
  // What comes back is the progress and the output of the call that went out under the same id.
  onProgress?(progress: never): void;
  resolve(output: never): void;
  reject(error: Error): void;
}

export function engineClient(port: Port): EngineClient {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  port.addEventListener("message", ({ data }) => {
    const message = data as FromEngine;
    const asked = waiting.get(message.id);
    if (!asked) return;
    if ("progress" in message) {
      asked.onProgress?.(message.progress as never);
      return;
    }
    waiting.delete(message.id);
    if ("failure" in message) asked.reject(errorOf(message.failure));
    else asked.resolve(message.output as never);
  });
  return {
    call: (name, input, { signal, onProgress } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const id = ++lastId;
        const cancel = (): void => {
          port.postMessage({ id, call: "cancel" }, []);
          waiting.delete(id);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", cancel, { once: true });
        const leave = (): void => signal?.removeEventListener("abort", cancel);
        waiting.set(id, {
          onProgress,
          resolve: (output) => {
            leave();
            resolve(output);
          },
          reject: (error) => {
            leave();
            reject(error);
          },
        });
        port.postMessage({ id, call: name, input }, []);
      }),
    fail(error) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

/** The error that the engine threw, of its class where a caller can tell it apart. */
function errorOf({ name, message, reason }: Failure): Error {
  if (reason) return new DeviceError(message.replace(/^device: /, ""), { reason });
  if (name === "AbortError") return new DOMException(message, name);
  // Both ends put the subject before the problem.
  const [subject, ...problem] = message.split(": ");
  if (name === "InputError" && problem.length > 0) return new InputError(subject, problem.join(": "));
  const error = new Error(message);
  error.name = name;
  return error;
}
