/** What a training follows from, as `config.json` has it, and what is taken where nobody says otherwise. */
import type { TrainOptions } from "./train-options.ts";

export const trainDefaults = {
  arch: "mobilenet_v2",
  init: "random",
  label: "label",
  mask: "mask",
  scaleValues: false,
  freeze: "none",
  frozenNorms: "fixed",
  epochs: 20,
  batch: 32,
  accumulate: 1,
  optimizer: "adamw",
  schedule: { kind: "constant" },
  classWeights: "none",
  labelSmoothing: 0,
  sampler: "shuffled",
  augment: "none",
  augmentAt: "input",
  recompute: false,
  alpha: 0.5,
  temperature: 4,
  seeds: 1,
  quick: false,
  workers: 1,
  json: false,
} as const satisfies Partial<TrainOptions>;

/** Options that say where and how to run, not what: a configuration does not hold them. */
export const elsewhere: readonly string[] = ["config", "resume", "out", "json", "quiet", "adapter", "workers"];

/** The options that a training follows from, for `config.json`. */
export const configOf = (options: TrainOptions, data: string): Record<string, unknown> => ({
  data,
  ...Object.fromEntries(Object.entries(options).filter(([key]) => !elsewhere.includes(key))),
});
