/** What is under way, one thing of each kind: it can be cancelled, its progress is told, and what fails can be tried again. */
import type { CallOptions } from "./engine-client.ts";

export interface Attempts {
  /** Does one thing of a kind, in place of the one before. Never rejects: what fails is shown, with a button that does it `again`. */
  attempt(kind: string, again: () => void, work: (options: Required<CallOptions>) => Promise<void>): Promise<void>;
  /** Ends what is under way of a kind; its calls reject with an AbortError. */
  cancel(kind: string): void;
  isRunning(kind: string): boolean;
  /** The kinds of what is under way. */
  running(): readonly string[];
}

export interface Told {
  onStart(kind: string): void;
  onProgress: Required<CallOptions>["onProgress"];
  onFailure(error: unknown, kind: string, again: () => void): void;
  /** @param isLast - whether nothing is under way any more. */
  onEnd(isLast: boolean): void;
}

export function attempts({ onStart, onProgress, onFailure, onEnd }: Told): Attempts {
  const running = new Map<string, AbortController>();
  const cancel = (kind: string): void => {
    running.get(kind)?.abort(new DOMException("cancelled", "AbortError"));
    running.delete(kind);
  };
  return {
    async attempt(kind, again, work) {
      cancel(kind);
      const controller = new AbortController();
      running.set(kind, controller);
      onStart(kind);
      try {
        await work({ signal: controller.signal, onProgress });
      } catch (error) {
        if (running.get(kind) === controller) onFailure(error, kind, again);
      } finally {
        if (running.get(kind) === controller) {
          running.delete(kind);
          onEnd(running.size === 0);
        }
      }
    },
    cancel,
    isRunning: (kind) => running.has(kind),
    running: () => [...running.keys()],
  };
}
