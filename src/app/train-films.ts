/** The films of a training as their table or their folders have them. */
import { stat } from "node:fs/promises";
import { InputError } from "../bytes.ts";
import { networkNamed } from "../models/registry.ts";
import { readClassFolders } from "../training/class-folders.ts";
import type { Dataset } from "../training/dataset.ts";
import { readManifest } from "../training/manifest.ts";
import { mergeClasses } from "../training/merge-classes.ts";
import type { TrainOptions } from "./train-options.ts";

/** @throws InputError for what cannot be read, and for masks that are not there. */
export async function readFilms(data: string, options: TrainOptions): Promise<Dataset> {
  const { arch, label, classes, mask, values, clinical, where, merge, lungMasks } = options;
  const { task, readsClinical = false } = networkNamed(arch);
  if (readsClinical !== (clinical !== undefined))
    throw new InputError(
      arch,
      readsClinical ? "reads numbers beside films, say in which columns they are (--clinical)" : "sees films alone (--clinical)",
    );
  const found = await stat(data).catch(() => undefined);
  if (found?.isDirectory() && clinical) throw new InputError(data, `is a folder and has no columns ${clinical.join(", ")}`);
  if (found?.isDirectory() && lungMasks !== undefined) throw new InputError(data, `is a folder and has no column ${lungMasks} with masks`);
  const films = found?.isDirectory()
    ? await readClassFolders(data, { classes })
    : await readManifest(data, {
        where,
        ...(task === "classification" && { label, classes, leaveOutOthers: true }),
        mask: task === "segmentation" ? mask : lungMasks,
        ...(task === "regression" && { values }),
        clinical,
      });
  return merge && task === "classification" ? mergeClasses(films, merge) : films;
}

export function classesOf({ name, classes }: Dataset, { arch, values, classes: given }: TrainOptions): readonly string[] {
  const { task } = networkNamed(arch);
  if (task === "segmentation") return given ?? ["lung"];
  if (task === "classification") return classes;
  if (values === undefined) throw new InputError(name, `${arch} predicts numbers, say in which columns they are (--values)`);
  return values;
}
