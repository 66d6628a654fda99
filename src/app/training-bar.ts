/** How a training goes, on stderr: a bar on a terminal, and a line an epoch. */
import { Presets, SingleBar } from "cli-progress";
import type { EpochRecord } from "../training/log.ts";
import type { FitProgress } from "../training/train-epoch.ts";
import { note } from "./command-line.ts";

export interface TrainingBar {
  update(progress: FitProgress): void;
  epoch(record: EpochRecord): void;
  stop(): void;
}

export function trainingBar(options: { readonly quiet: boolean }): TrainingBar {
  const isShown = !options.quiet && process.stderr.isTTY;
  const bar = new SingleBar(
    {
      stream: process.stderr,
      clearOnComplete: true,
      format: "epoch {epoch} {bar} {value}/{total} · loss {loss} · {rate} images/s · {left} left",
    },
    Presets.shades_classic,
  );
  let shown = -1;
  return {
    update({ epoch, batch, batches, loss, imagesPerSecond, batchSize }) {
      if (!isShown) return;
      const left = clock(((batches - batch) * batchSize) / imagesPerSecond);
      const numbers = { epoch, loss: loss.toFixed(4), rate: imagesPerSecond.toFixed(1), left };
      if (epoch !== shown) bar.start(batches, batch, numbers);
      else bar.update(batch, numbers);
      shown = epoch;
    },
    epoch({ epoch, train, val, lr, imagesPerSecond, elapsedMs, isBest }) {
      bar.stop();
      const scores = [...named("train", train), ...named("val", val ?? {})].join(" · ");
      const speed = `${imagesPerSecond.toFixed(1)} images/s · ${clock(elapsedMs / 1000)}`;
      note(`epoch ${epoch} · ${scores} · lr ${lr.toPrecision(3)} · ${speed}${isBest ? " · best" : ""}`, options);
    },
    stop: () => bar.stop(),
  };
}

const named = (set: string, scores: Readonly<Record<string, number>>): string[] =>
  Object.entries(scores).map(([name, value]) => `${set} ${name} ${value.toFixed(4)}`);

/** Hours, minutes and seconds. */
function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const [h, m, s] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0"));
  return `${h}:${m}:${s}`;
}
