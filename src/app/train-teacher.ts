/** The teacher of a training by distillation: a model file, and what it makes of the films that are learnt. */
import { InputError, readBytes } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { readSafetensors } from "../loaders/safetensors.ts";
import { toFloat32 } from "../loaders/stored-tensor.ts";
import type { Dataset } from "../training/dataset.ts";
import { type Teaching, teacherLogits } from "../training/distill.ts";
import { type Trainee, traineeFrom } from "../training/trainee.ts";
import type { TrainOptions } from "./train-options.ts";

/**
 * A model file as a teacher of these films.
 * @throws InputError for a file of other classes, or of something else than classes.
 */
export async function readTeacher(file: string, { classes }: Dataset): Promise<Trainee> {
  const { tensors, metadata } = readSafetensors(await readBytes(file), file);
  const values = new Map([...tensors].map(([name, stored]) => [name, { shape: stored.shape, data: toFloat32(stored) }]));
  const teacher = traineeFrom(metadata, values, file);
  const { description } = teacher;
  if (description.task !== "classification") throw new InputError(file, `is a ${description.task} model, classes are taught`);
  if (String(description.classes) !== String(classes))
    throw new InputError(file, `teaches ${description.classes.join(", ")}; the films are of ${classes.join(", ")}`);
  return teacher;
}

/** What `fit` takes of a teacher, where one was asked for. */
export async function teachingOf(
  device: Device,
  train: Dataset,
  { teacher, alpha, temperature, klReduction, workers }: TrainOptions,
): Promise<Teaching | undefined> {
  if (teacher === undefined) return undefined;
  const logits = await teacherLogits(device, await readTeacher(teacher, train), train, { workers });
  return { logits, alpha, temperature, reduction: klReduction };
}
