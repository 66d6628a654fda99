/** The scores of each model on the films, one model after the other, with what else only the model can tell. */
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Source } from "../../bytes.ts";
import { explainer } from "../../explanation/explainer.ts";
import { type Device, requestDevice } from "../../gpu/device.ts";
import { loadModel, type Model } from "../../models/model.ts";
import { defaultModel, shippedModel } from "../../models/shipped.ts";
import type { Dataset, Sample } from "../../training/dataset.ts";
import { fingerprints } from "../../training/fingerprints.ts";
import { findLeaks, type Leak } from "../../training/leaks.ts";
import { note } from "../command-line.ts";
import type { EvaluateOptions } from "../evaluate-options.ts";
import { sourceOf } from "../models.ts";
import { progressBar } from "../progress.ts";
import { type Audit, type AuditOptions, audit } from "./audit.ts";
import { type Embedded, embedFilms } from "./embed.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { columnValue } from "./films.ts";
import { scoredFilms } from "./judge.ts";
import { lungMasks } from "./lung-masks.ts";
import { partOf, readScores, type Scores, scoreFilms } from "./scores.ts";

export interface ModelScores {
  readonly name: string;
  /** Of the test films, and then of those that thresholds are chosen on. */
  readonly scores: Scores;
  readonly hash?: string;
  readonly adapter?: string;
  readonly modelThresholds?: Readonly<Record<string, number>>;
  readonly card?: string;
  readonly audit?: Audit;
  /** Good until the next model is asked for. */
  readonly evidence?: Evidence;
}

export interface FilmSets {
  readonly dataset: Dataset;
  readonly test: readonly Sample[];
  readonly validation: readonly Sample[];
}

/** The scores of each model, or of each table. */
export async function* scoresOfEach(sets: FilmSets, options: EvaluateOptions): AsyncGenerator<ModelScores> {
  const { test, validation, dataset } = sets;
  if (options.scores) {
    for (const path of options.scores) yield { name: nameOf(path), scores: await readScores(path, [...test, ...validation]) };
    return;
  }
  const device = await requestDevice({ adapter: options.adapter });
  try {
    using segmenter = options.audit ? await loadModel(shippedModel("lungs-unet16"), { device, precision: options.precision }) : undefined;
    const shared = segmenter && sharedByAudits(dataset, segmenter);
    for (const name of options.model ?? [defaultModel]) yield* scoresOf(name, device, sets, options, shared);
  } finally {
    device.destroy();
  }
}

/** A table's own; of a run of `train --system` its folder. */
const nameOf = (path: string): string => path.replace(/[/\\]tables[/\\]predictions\.csv$/, "");

type Shared = Pick<AuditOptions, "lungs" | "leaks">;

/** What audits of several models have in common, computed once. */
function sharedByAudits(dataset: Dataset, segmenter: Model): Shared {
  let leaks: Promise<readonly Leak[]> | undefined;
  const found = async () => findLeaks(dataset, { fingerprints: await fingerprints(dataset.samples) });
  return {
    lungs: lungMasks(segmenter),
    leaks: () => {
      leaks ??= found();
      return leaks;
    },
  };
}

/** One model's, which is open until the next is asked for. */
async function* scoresOf(
  name: string,
  device: Device,
  { dataset, test, validation }: FilmSets,
  options: EvaluateOptions,
  shared: Shared | undefined,
): AsyncGenerator<ModelScores> {
  const { batch, precision, split, label, source, gallery, report, lungModel } = options;
  const path = await fileOf(name);
  using model = await loadModel(path, {
    device,
    precision,
    answerAll: true,
    lungs: lungModel === undefined ? undefined : sourceOf(lungModel),
  });
  using explains = explainer(model);
  const films = [...test, ...validation];
  const training = dataset.samples.filter((sample) => sample.split === "train");
  const embedded = shared ? training.length + test.length : 0;
  note(`${name} (${model.description.arch}), ${films.length} films of ${dataset.name} on ${device.profile.description}`, options);
  const bar = progressBar(films.length + (shared ? 2 * test.length : 0) + embedded, options);
  const onFilm = () => bar.increment();
  let known: Promise<Embedded> | undefined;
  const train = () => {
    known ??= embedFilms(model, training, { batch, ...(shared && { onFilm }) });
    return known;
  };
  const auditOf = (scores: Scores, own: Shared): Promise<Audit> => {
    const scored = scoredFilms(dataset, split, test, partOf(scores, 0, test.length), label);
    const sourceIn = (film: Sample) => columnValue(dataset, film, source, label);
    return audit(model, scored, { ...options, ...own, source: sourceIn, train, onFilm });
  };
  const computed = async (): Promise<ModelScores> => {
    try {
      const scores = await scoreFilms(model, films, { batch, onFilm });
      return {
        name,
        scores,
        hash: await model.hash(),
        adapter: `${device.profile.description}, ${precision}`,
        modelThresholds: model.description.thresholds,
        card: await cardOf(path),
        ...(shared && { audit: await auditOf(scores, shared) }),
      };
    } finally {
      bar.stop();
    }
  };
  const found = await computed();
  yield report !== undefined && gallery ? { ...found, evidence: evidenceOf(model, explains, { batch, most: NEIGHBOURS, train }) } : found;
}

/** Training films beside a mistake. */
const NEIGHBOURS = 3;

/** The model's file: of the folder of a training its best epoch. */
async function fileOf(name: string): Promise<Source> {
  const found = await stat(name).catch(() => undefined);
  return found?.isDirectory() ? join(name, "model.safetensors") : sourceOf(name);
}

/** The card beside a model's file, where there is one: NAME.md beside NAME.safetensors, FOLDER.md in the folder of a training. */
async function cardOf(source: Source): Promise<string | undefined> {
  const path = source instanceof URL ? fileURLToPath(source) : String(source);
  const folder = basename(dirname(resolve(path)));
  const candidates = [path.replace(/\.[^.]+$/, ".md"), join(dirname(path), `${folder}.md`)];
  for (const candidate of candidates) {
    const text = await readFile(candidate, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}
