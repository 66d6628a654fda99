/** Training in the engine's worker: what the command line runs, with its folder in the page's own files. */
import { InputError } from "../../bytes.ts";
import type { Device } from "../../gpu/device.ts";
import { networks } from "../../models/registry.ts";
import { readCheckpoint } from "../../training/checkpoint.ts";
import { type Fingerprint, fingerprints } from "../../training/fingerprints.ts";
import { reportOf } from "../../training/report.ts";
import { newTrainee, type Trainee } from "../../training/trainee.ts";
import { configOf, trainDefaults } from "../train-config.ts";
import { openFolder } from "../train-folder.ts";
import { judge } from "../train-judge.ts";
import type { TrainOptions } from "../train-options.ts";
import { bestTrainee, dealtFilms, runTraining, type Sets, setsOf } from "../training-run.ts";
import type { Context, Handlers } from "./engine-server.ts";
import type { OpenModel, OpenModels } from "./open-models.ts";
import { digestOf, type FilmsPlace, filmsIn, filmsSummary, placeOf, setCounts } from "./training-films.ts";
import type { ChosenOptions, KeptFilms, TrainingCalls, TrainingNews } from "./training-protocol.ts";
import { trainingStore } from "./training-store.ts";
import { version } from "./version.ts";

export type TrainingHandlers = Pick<Handlers, keyof TrainingCalls>;

/** A page may be closed at any time. */
const SAVE_EVERY_MS = 60_000;

/** What a training sets out with. */
interface Plan {
  readonly options: TrainOptions;
  readonly trainee: Trainee;
  readonly sets: Sets;
  /** What the films are called. */
  readonly data: string;
}

export function trainingEngine(models: OpenModels): TrainingHandlers {
  const store = trainingStore();
  let place: FilmsPlace | undefined;
  let prints: { readonly of: FilmsPlace; readonly found: readonly Fingerprint[] } | undefined;
  let stop: AbortController | undefined;

  /** Films and options, checked before anything that is kept is given up. */
  const planOf = async (chosen: ChosenOptions, resume: boolean, signal: AbortSignal, report: Report): Promise<Plan> => {
    if (!place) throw new InputError("training", "no films are chosen");
    const from = place;
    const kept = resume ? await store.kept() : undefined;
    if (resume && !kept?.canGoOn) throw new InputError("training", "there is no checkpoint to go on from");
    const model = models.has("first") ? models.get("first") : undefined;
    const options = kept ? { ...optionsFrom(kept.config), epochs: chosen.epochs } : optionsOf(chosen, from, model);
    const plain = await filmsIn(from);
    const films = await filmsIn(from, options.classes ?? keptOrder(plain.classes, model));
    const read = async (): Promise<readonly Fingerprint[]> => {
      if (prints?.of === from) return prints.found;
      const onProgress = (done: number, total: number): void => {
        signal.throwIfAborted();
        report({ kind: "checking", done, total });
      };
      prints = { of: from, found: await fingerprints(films.samples, { onProgress }) };
      return prints.found;
    };
    const dealt = await dealtFilms(films, options, read);
    const sets = setsOf(dealt);
    report({ kind: "sets", classes: films.classes, sets: setCounts(dealt) });
    const { name, classes } = films;
    const digest = await digestOf(dealt, prints?.of === from ? prints.found : undefined);
    const learnt: KeptFilms = { name, classes, count: films.samples.length, digest };
    if (kept && kept.films.digest !== digest)
      throw new InputError(name, `does not hold the ${kept.films.count} films of ${kept.films.name} that the kept training learns from`);
    const { arch, size, seed } = options;
    const init = kept || options.init === "random" || !model ? "random" : model.file;
    const trainee = await newTrainee({ arch, classes, size, seed, init });
    if (!kept) {
      await store.discard();
      await store.begin(learnt);
    }
    return { options: { ...options, classes }, trainee, sets, data: from.table === undefined ? name : `${name}/${from.table}` };
  };

  const run = async ({ options, trainee, sets, data }: Plan, device: Device, signal: AbortSignal, report: Report): Promise<void> => {
    const folder = await openFolder(store.folder, store.name, configOf(options, data), store.files);
    await store.judged(undefined);
    const checkpoint = await store.checkpoint();
    let losses: number[] = [];
    await runTraining(device, options, {
      trainee,
      sets,
      folder,
      data,
      tool: `roentgen ${version}`,
      resume: checkpoint && (await readCheckpoint(checkpoint)),
      signal,
      saveEveryMs: SAVE_EVERY_MS,
      onLosses: (found) => losses.push(...found.map(({ loss }) => loss)),
      onProgress: (progress) => {
        report({ kind: "progress", progress, losses });
        losses = [];
      },
      onEpoch: ({ epoch, steps, lr, train, val, imagesPerSecond, elapsedMs, isBest }) =>
        report({ kind: "epoch", record: { epoch, steps, lr, train, val, imagesPerSecond, elapsedMs, isBest } }),
    });
    // Test films are looked at once, at the end.
    const best = signal.aborted || sets.test.samples.length === 0 ? undefined : await bestTrainee(folder);
    if (best) report({ kind: "testing" });
    const result = best && reportOf(best.description, sets.test, await judge(device, best, sets.test, options));
    await folder.finish(result);
    await store.judged(result);
  };

  return {
    async readFilms(input) {
      place = placeOf(input);
      return filmsSummary(place);
    },

    train: ({ options, resume }, context) =>
      alone(async () => {
        const { report } = context;
        stop = new AbortController();
        const signal = AbortSignal.any([stop.signal, context.signal]);
        try {
          const plan = await planOf(options, resume, signal, report);
          // What is told of a device that is opened anew is none of training's news.
          const quiet = { signal, report: () => {} };
          await models.survivingLoss(quiet, async () => run(plan, (await models.device(quiet)).device, signal, report));
        } catch (failure) {
          // Films that are being looked at are left at once; a batch is finished.
          if (!(failure instanceof DOMException && failure.name === "AbortError")) throw failure;
        } finally {
          stop = undefined;
        }
        return { isStopped: signal.aborted, kept: await store.kept() };
      }),

    async stopTraining() {
      stop?.abort(new DOMException("stopped", "AbortError"));
      return {};
    },

    keptTraining: async () => ({ kept: await store.kept() }),

    trainingFile: async ({ name }) => ({ file: await store.file(name) }),

    discardTraining: () =>
      alone(async () => {
        await store.discard();
        return {};
      }),
  };
}

type Report = Context<TrainingNews>["report"];

/** Only one page at a time, since all of them keep their training in one place. */
const alone = <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks.request("roentgen-training", { ifAvailable: true }, (lock) => {
    if (!lock) throw new InputError("training", "one is under way, in this page or another");
    return work();
  });

/**
 * The options of a new training.
 * @throws InputError where no network is open that can be trained.
 */
function optionsOf({ start, ...chosen }: ChosenOptions, { label }: FilmsPlace, model: OpenModel | undefined): TrainOptions {
  if (!model) throw new InputError("training", "no model is open to start from");
  const {
    file,
    model: { description },
  } = model;
  const { arch, input } = description;
  if (!Object.hasOwn(networks, arch))
    throw new InputError(file.name, `cannot be trained: ${arch} is none of the networks that are built here`);
  if (networks[arch].task !== "classification") throw new InputError(file.name, "cannot be trained here: it is no classifier");
  const said = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  const init = start === "open model" ? file.name : "random";
  return { ...usual, size: input.width, label, ...said, arch, init };
}

const usual = { ...trainDefaults, adapter: "auto", seed: 0, quiet: true } as const;

/** Those that a training follows from, as its `config.json` has them. */
const optionsFrom = (config: Readonly<Record<string, unknown>>): TrainOptions => ({ ...usual, ...config });

/** The order of an open model's classes where the films are of the same ones: its last layer is then kept. */
const keptOrder = (classes: readonly string[], model: OpenModel | undefined): readonly string[] =>
  model && [...model.model.description.classes].sort().join("\n") === classes.join("\n") ? model.model.description.classes : classes;
