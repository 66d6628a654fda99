/** What `explain` is told, and what its parts hand to each other. */
import { InvalidArgumentError } from "commander";
import type { Explainer, ExplainOptions, Explanation } from "../explanation/explainer.ts";
import type { Fill } from "../explanation/fill.ts";
import { type MethodName, methods } from "../explanation/methods.ts";
import type { OcclusionForm } from "../explanation/occlusion.ts";
import type { ColourTable } from "../imaging/colour-map.ts";
import type { Model } from "../models/model.ts";
import type { ClinicalOptions } from "./clinical-option.ts";
import type { Checked } from "./explain-checks.ts";
import type { FilmOptions } from "./film-options.ts";
import type { ModelOptions } from "./models.ts";
import { progressBar } from "./progress.ts";

export interface ExplainCommandOptions extends Omit<ModelOptions, "model">, FilmOptions, ClinicalOptions {
  readonly model?: readonly string[];
  readonly method: MethodName;
  readonly label?: readonly string[];
  readonly layer?: string;
  readonly patch?: number;
  readonly stride?: number;
  readonly fill?: Fill;
  readonly form?: OcclusionForm;
  readonly samples?: number;
  readonly noise?: number;
  readonly colorMap?: ColourTable;
  readonly opacity: number;
  readonly blend: "heat" | "even";
  readonly check: boolean;
  readonly lungs?: string;
  readonly outline?: string;
  readonly json: boolean;
  readonly out?: string;
}

/** A model by the name it was asked for, with what explains it. */
export interface Named {
  readonly name: string;
  readonly model: Model;
  readonly explains: Explainer;
}

/** What one model sees in one film for one class. */
export interface Found {
  readonly model: string;
  readonly explanation: Explanation;
  readonly checks?: Checked;
}

/** What the method is to be asked with. */
export function methodOptions({
  method,
  layer,
  patch: window,
  stride,
  fill,
  form,
  samples,
  noise,
  seed,
}: ExplainCommandOptions): ExplainOptions {
  const takesSeed = methods[method].takes.some((option) => option === "seed");
  return { method, layer, window, stride, fill, form, samples, noise, ...(takesSeed && { seed }) };
}

/** A bar over runs whose number is known when they begin; it begins anew where the next ones do. */
export function runsBar(options: ExplainCommandOptions): { readonly onProgress: (done: number, total: number) => void; stop(): void } {
  let bar: ReturnType<typeof progressBar> | undefined;
  let shown = 0;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const onProgress = (done: number, total: number): void => {
    if (!bar || done < shown) {
      stop();
      bar = progressBar(total, options);
      shown = 0;
    }
    for (; shown < done; shown++) bar.increment();
  };
  return { onProgress, stop };
}

/** What is seen in the place of what is hidden. */
export function fillOf(text: string): Fill {
  if (text === "mean" || text === "blur") return text;
  const level = Number(text);
  if (text.trim() === "" || !(level >= 0 && level <= 255))
    throw new InvalidArgumentError("mean, blur or a grey level from 0 to 255 is needed.");
  return level;
}
