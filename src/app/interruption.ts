/** Ctrl-C in a long run: what is at hand is finished and saved, a second one leaves at once. */
import { note, type SharedOptions } from "./command-line.ts";

/** What a training tells. */
export const finishing = "finishing the batch, then saving; once more to leave at once";

export interface Interruption {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** To be called when there is nothing left to save. */
  end(): void;
}

/** Takes the first Ctrl-C, and tells what follows from it. */
export function takeInterrupt(told: string, options: Pick<SharedOptions, "quiet">): Interruption {
  const stop = new AbortController();
  const onInterrupt = (): void => {
    note(told, options);
    stop.abort();
  };
  process.once("SIGINT", onInterrupt);
  return {
    signal: stop.signal,
    end() {
      process.removeListener("SIGINT", onInterrupt);
    },
  };
}
