/** A progress bar on stderr: on a terminal only, and only where there is something to wait for. */
import { Presets, SingleBar } from "cli-progress";

export interface Progress {
  increment(): void;
  stop(): void;
}

/** A bar over `total` pictures; silent with --quiet, off a terminal, or for a single one. */
export function progressBar(total: number, { quiet }: { readonly quiet: boolean }): Progress {
  if (quiet || total < 2 || !process.stderr.isTTY) return { increment: () => {}, stop: () => {} };
  const bar = new SingleBar(
    { stream: process.stderr, clearOnComplete: true, format: "{bar} {value}/{total} · {eta_formatted} left" },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { increment: () => bar.increment(), stop: () => bar.stop() };
}
