/** What a trained network makes of films, in batches as it was trained. */
import type { Device } from "../gpu/device.ts";
import { openBatches } from "../training/batches.ts";
import type { Dataset } from "../training/dataset.ts";
import { type Evaluation, evaluate } from "../training/evaluate.ts";
import { lossFor } from "../training/objective.ts";
import type { Trainee } from "../training/trainee.ts";
import type { TrainOptions } from "./train-options.ts";

export async function judge(
  device: Device,
  trainee: Trainee,
  films: Dataset,
  { batch, workers, loss }: Pick<TrainOptions, "batch" | "workers" | "loss">,
): Promise<Evaluation> {
  const { arch, input } = trainee.description;
  await using batches = openBatches(films, { input, size: batch, seed: 0, sampler: { kind: "sequential" }, workers });
  return await evaluate(device, trainee, batches, lossFor(arch, loss));
}
