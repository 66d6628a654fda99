/** Distillation (Hinton et al. 2015): a student learns the classes, and how a teacher ranks them, film by film. */
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { add } from "../kernels/arithmetic.ts";
import type { Node } from "../kernels/op.ts";
import { reshape } from "../kernels/reshape.ts";
import { scale } from "../kernels/scale.ts";
import { slice } from "../kernels/slice.ts";
import { openBatches } from "./batches.ts";
import type { Dataset } from "./dataset.ts";
import { evaluate } from "./evaluate.ts";
import { type DistillationOptions, distillation } from "./losses.ts";
import { type Loss, lossFor } from "./objective.ts";
import type { Trainee } from "./trainee.ts";

/** A teacher's logits by the film's name: which batch a film comes in, and in which order, does not matter. */
export type TeacherLogits = ReadonlyMap<string, readonly number[]>;

export interface Teaching extends DistillationOptions {
  readonly logits: TeacherLogits;
  /** How much the teacher counts; the classes count 1 − alpha. */
  readonly alpha: number;
}

/**
 * What a teacher makes of every film, as inference has it: batch norms by their statistics, films unchanged. One that sees films alone is
 * shown them, whatever pictures were made of them for its student.
 */
export async function teacherLogits(
  device: Device,
  teacher: Trainee,
  films: Dataset,
  { batch = 8, workers = 1 }: { readonly batch?: number; readonly workers?: number } = {},
): Promise<TeacherLogits> {
  const { arch, input } = teacher.description;
  const shown = input.lungs ? films : { ...films, samples: films.samples.map((sample) => ({ ...sample, seen: undefined })) };
  await using batches = openBatches(shown, { input, size: batch, seed: 0, sampler: { kind: "sequential" }, workers });
  const { rows } = await evaluate(device, teacher, batches, lossFor(arch));
  const outputs = rows.shape[1];
  return new Map(films.samples.map(({ name }, n) => [name, Array.from(rows.data.subarray(n * outputs, (n + 1) * outputs))]));
}

/**
 * The films with the class and the teacher's logits side by side as what is to be learnt.
 * @throws InputError for a film that the teacher has not seen or that has no class, and where the teacher has other classes.
 */
export function taughtFilms(films: Dataset, { logits }: Teaching): Dataset {
  const samples = films.samples.map((sample) => {
    const { name, label } = sample;
    const taught = logits.get(name);
    if (!taught) throw new InputError(films.name, `the teacher says nothing of ${name}`);
    if (label === undefined) throw new InputError(films.name, `${name} has no class`);
    if (taught.length !== films.classes.length)
      throw new InputError(films.name, `the teacher has ${taught.length} classes, the films ${films.classes.length}`);
    return { ...sample, values: [label, ...taught] };
  });
  return { ...films, samples };
}

/**
 * alpha · T² · KL(teacher ‖ student) + (1 − alpha) · loss, for targets [n, 1 + classes] of `taughtFilms`.
 * @throws RangeError for an alpha outside 0 … 1, or a temperature that is not positive.
 */
export function taughtLoss(loss: Loss, { alpha, temperature = 1, reduction }: Teaching): Loss {
  if (!(alpha >= 0 && alpha <= 1)) throw new RangeError(`distillation: alpha must be from 0 to 1, got ${alpha}`);
  if (!(temperature > 0)) throw new RangeError(`distillation: the temperature must be positive, got ${temperature}`);
  return (output: Node, target: Node): Node => {
    const [batch, width] = target.shape;
    const labels = reshape(slice(target, 1, 0, 1), [batch]);
    const soft = distillation(output, slice(target, 1, 1, width), { temperature, reduction });
    return add(scale(soft, alpha), scale(loss(output, labels), 1 - alpha));
  };
}
