/** How long a film is looked at, without the time in which its page is hidden. */
export interface Stopwatch {
  /** From 0, where it does not run yet. */
  start(): void;
  /** The seconds so far; it stands still from here on. */
  stop(): number;
}

export function stopwatch(page: Document): Stopwatch {
  let gone = 0;
  let since: number | undefined;
  let isRunning = false;
  const pause = (): void => {
    if (since !== undefined) gone += performance.now() - since;
    since = undefined;
  };
  const seen = (): void => {
    pause();
    if (page.visibilityState === "visible") since = performance.now();
  };
  return {
    start() {
      if (isRunning) return;
      isRunning = true;
      gone = 0;
      seen();
      page.addEventListener("visibilitychange", seen);
    },
    stop() {
      page.removeEventListener("visibilitychange", seen);
      pause();
      isRunning = false;
      return gone / 1000;
    },
  };
}
