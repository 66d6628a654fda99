/** A member of a published system that predicts numbers, judged on films whose numbers are known. */
import { join } from "node:path";
import { InputError } from "../../bytes.ts";
import { requestDevice } from "../../gpu/device.ts";
import { loadModel } from "../../models/model.ts";
import { predictedFilms } from "../../systems/predicted-films.ts";
import type { System } from "../../systems/system.ts";
import type { Tables } from "../../systems/table.ts";
import { tensor } from "../../tensor.ts";
import { type Dataset, samplesIn } from "../../training/dataset.ts";
import { readManifest } from "../../training/manifest.ts";
import type { EvaluateOptions } from "../evaluate-options.ts";
import type { SystemRun } from "./system-run.ts";

/**
 * The system's tables of a run on the films of a set, by the values' units.
 * @throws InputError for films without their numbers or that cannot be read, and for a system that puts out nothing of numbers.
 */
export async function valueTables(system: System, run: SystemRun, data: string, options: EvaluateOptions): Promise<Tables> {
  const { folder, rules } = run;
  if (!system.valueTables) throw new InputError(system.name, "puts out nothing of predicted numbers");
  const device = await requestDevice({ adapter: options.adapter });
  try {
    using model = await loadModel(join(folder, "model.safetensors"), { device, precision: options.precision });
    const { classes: names, valueScaler: scaler } = model.description;
    const films = setOf(await readManifest(data, { values: names, where: options.where ?? rules.where }), options.split);
    const rows = tensor([films.samples.length, names.length]);
    for await (const outcome of model.predictAll(
      films.samples.map(({ picture }) => picture),
      { batch: options.batch },
    )) {
      if ("error" in outcome) throw outcome.error;
      for (const { label, score } of outcome.result.predictions) rows.data[outcome.index * names.length + names.indexOf(label)] = score;
    }
    // The model answers in units already.
    return system.valueTables({ ...predictedFilms(options.split, names, films, { rows }), ...(scaler && { scaler }) });
  } finally {
    device.destroy();
  }
}

/** The films of a set; all of a manifest that names none. */
function setOf(films: Dataset, split: string): Dataset {
  const own = films.samples.some((sample) => sample.split !== undefined) ? samplesIn(films, split) : films;
  if (own.samples.length === 0) throw new InputError(films.name, `has no films of split ${split}`);
  return own;
}
