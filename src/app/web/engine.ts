/** The viewer's engine: what it answers to each call of `protocol.ts`. */
import { InputError } from "../../bytes.ts";
import { openFilm } from "../../models/picture.ts";
import type { CasesCalls } from "./cases/cases-protocol.ts";
import type { Handlers } from "./engine-server.ts";
import { filmCopies, overlaySized } from "./film-copies.ts";
import { type OpenModels, openModels, READING } from "./open-models.ts";
import type { OpenedModel } from "./protocol.ts";
import type { TrainingHandlers } from "./training-engine.ts";

export function engine(): Handlers {
  const models = openModels();
  return {
    ...scores(models),
    ...explains(models),
    ...outlinesLungs(models),
    ...reads,
    ...findsCases(models),
    ...trains(models),
    keep: async ({ model }, context) => ({ sizeBytes: (await models.fetched(model, context)).size }),
    memory: async () => ({ gpuBytes: await models.gpuBytes() }),
  };
}

const scores = (models: OpenModels): Pick<Handlers, "open" | "close" | "predict"> => ({
  async open({ model: wanted, which = "first" }, context) {
    const start = performance.now();
    const file = await models.fetched(wanted, context);
    const fetched = performance.now();
    return models.survivingLoss(context, async (): Promise<OpenedModel> => {
      const { device, selfTestMs } = await models.device(context);
      const begun = performance.now();
      const opened = await models.load(file, context);
      const { arch, task, classes, thresholds, output, metadata } = opened.model.description;
      if (task === "segmentation" || context.signal.aborted) {
        opened.close();
        context.signal.throwIfAborted();
        throw new InputError(wanted.name, "is a segmentation model, which has no scores");
      }
      const compiled = performance.now();
      models.keep(which, opened);
      return {
        name: wanted.name,
        arch,
        task,
        classes,
        thresholds,
        methods: await methodNames(),
        isProbability: task === "classification" && (output !== "none" || metadata.output === "probabilities"),
        sizeBytes: file.size,
        hash: await opened.model.hash(),
        metadata,
        adapter: device.profile.description,
        times: { download: fetched - start, selfTest: selfTestMs, compile: compiled - begun },
      };
    });
  },

  async close({ which }) {
    models.close(which);
    return {};
  },

  predict: ({ picture, which = "first" }, context) =>
    models.survivingLoss(context, async () => {
      for await (const outcome of models.get(which).model.predictAll([picture])) {
        if ("error" in outcome) throw outcome.error;
        return outcome.result;
      }
      throw new Error("engine: a picture had no outcome");
    }),
});

/** Loaded when a model is ready, as all that explains its scores: nothing of it is needed before. */
const methodNames = async () => (await import("../../explanation/methods.ts")).methodNames;

const explains = (models: OpenModels): Pick<Handlers, "explain"> => ({
  explain: ({ picture, which = "first", method, label }, context) =>
    models.survivingLoss(context, async () => {
      const known = (await methodNames()).find((name) => name === method);
      if (!known) throw new InputError(method, "is no way to explain a score");
      const explainer = await models.get(which).explainer();
      const start = performance.now();
      const onProgress = (done: number, total: number): void => context.report({ stage: "run", name: method, done, total });
      const { levels, layer, notes = [] } = await explainer.explain(picture, { method: known, label, onProgress });
      const { width, height, data } = overlaySized(levels.image);
      return {
        levels: { width, height, data: Uint8Array.from(data, (level) => level >> 8), isSigned: levels.isSigned },
        limit: levels.limit,
        method,
        label,
        ...(layer !== undefined && { layer }),
        notes,
        elapsedMs: performance.now() - start,
      };
    }),
});

const outlinesLungs = (models: OpenModels): Pick<Handlers, "segment"> => ({
  async segment({ picture, model }, context) {
    const file = models.has("lungs") ? models.get("lungs").file : await models.fetched(model, context);
    return models.survivingLoss(context, async () => {
      if (!models.has("lungs")) models.keep("lungs", await models.load(file, context));
      context.signal.throwIfAborted();
      const start = performance.now();
      const { lungOutlines } = await import("./lung-outlines.ts");
      const { maps } = await models.get("lungs").model.segment(picture);
      return { ...lungOutlines(maps[0].map), elapsedMs: performance.now() - start };
    });
  },
});

const reads: Pick<Handlers, "read"> = {
  async read({ picture }) {
    const { image, findings } = await openFilm(picture, { ...READING, pixels: "display" });
    return { film: filmCopies(image), notes: image.notes ?? [], findings };
  },
};

/** Like films are a part of their own, loaded when they are first asked for. */
const findsCases = (models: OpenModels): Pick<Handlers, keyof CasesCalls> => {
  let loading: Promise<Pick<Handlers, keyof CasesCalls>> | undefined;
  const load = () => {
    loading ??= import("./cases/cases-engine.ts").then(({ casesEngine }) => casesEngine(models));
    return loading;
  };
  return {
    openIndex: async (input, context) => (await load()).openIndex(input, context),
    buildIndex: async (input, context) => (await load()).buildIndex(input, context),
    findLike: async (input, context) => (await load()).findLike(input, context),
    shrink: async (input, context) => (await load()).shrink(input, context),
  };
};

/** Loaded with all that training takes when it is first asked for. */
function trains(models: OpenModels): TrainingHandlers {
  let loaded: Promise<TrainingHandlers> | undefined;
  const training = (): Promise<TrainingHandlers> => {
    loaded ??= import("./training-engine.ts").then(({ trainingEngine }) => trainingEngine(models));
    return loaded;
  };
  return {
    readFilms: async (input, context) => (await training()).readFilms(input, context),
    train: async (input, context) => (await training()).train(input, context),
    stopTraining: async (input, context) => (await training()).stopTraining(input, context),
    keptTraining: async (input, context) => (await training()).keptTraining(input, context),
    trainingFile: async (input, context) => (await training()).trainingFile(input, context),
    discardTraining: async (input, context) => (await training()).discardTraining(input, context),
  };
}
