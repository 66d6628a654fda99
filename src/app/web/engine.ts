/** The viewer's engine: a classifier and a lung model on one device that was tested, and opened anew when it was lost. */
import { InputError } from "../../bytes.ts";
import { type Explainer, explainer } from "../../explanation/explainer.ts";
import { methodNames } from "../../explanation/methods.ts";
import { type Device, requestDevice } from "../../gpu/device.ts";
import { DeviceError } from "../../gpu/device-error.ts";
import type { Image } from "../../loaders/image.ts";
import { loadModel, type Model } from "../../models/model.ts";
import { openFilm } from "../../models/picture.ts";
import { type BufferMeter, bufferMeter } from "./buffer-meter.ts";
import type { Context, Handlers } from "./engine-server.ts";
import { fetchWeights } from "./fetch-weights.ts";
import { filmCopies, overlaySized } from "./film-copies.ts";
import { lungOutlines } from "./lung-outlines.ts";
import type { ModelFile, OpenedModel } from "./protocol.ts";

/** What is on the GPU, as long as it is not lost. */
interface Tested {
  readonly device: Device;
  readonly memory: BufferMeter;
  readonly selfTestMs: number;
}

/** A model, and its weights in case that it has to be loaded again. */
interface Slot {
  readonly file: File;
  readonly model: Model;
  readonly explainer?: Explainer;
}

/** Films are answered and what speaks against them is told beside, since a person looks at both. */
const READING = { checks: "warn" } as const;

/** Any picture that is not of one grey: kernels are compiled when the first one is scored. */
const ramp: Image = { width: 64, height: 64, channels: 1, bitDepth: 8, data: Uint8Array.from({ length: 64 * 64 }, (_, i) => i >> 4) };

export function engine(): Handlers {
  let tested: Promise<Tested> | undefined;
  let [classifier, lungs]: [Slot | undefined, Slot | undefined] = [undefined, undefined];
  /** Who is told of kernels that get ready. */
  let onCompile: (done: number, total: number) => void = () => {};

  const openDevice = async ({ report }: Pick<Context, "report">): Promise<Tested> => {
    const device = await requestDevice();
    const memory = bufferMeter(device.gpu);
    report({ stage: "self-test", name: device.profile.description, done: 0, total: 1 });
    try {
      const { selfTest } = await import("../../models/self-test.ts");
      return { device, memory, selfTestMs: (await selfTest(device)).elapsedMs };
    } catch (failure) {
      device.destroy();
      throw failure;
    }
  };
  const testedDevice = (context: Pick<Context, "report">): Promise<Tested> => {
    if (tested) return tested;
    const opening = openDevice(context);
    tested = opening;
    opening.catch(() => {
      if (tested === opening) tested = undefined;
    });
    return opening;
  };

  /** A model made ready on the device, with its kernels compiled. */
  const slotFor = async (file: File, context: Context): Promise<Slot> => {
    const { device } = await testedDevice(context);
    context.signal.throwIfAborted();
    onCompile = (done, total) => context.report({ stage: "compile", name: file.name, done, total });
    const model = await loadModel(file, { device, decode: READING, onProgress: (done, total) => onCompile(done, total) });
    try {
      if (model.description.task === "segmentation") await model.segment(ramp);
      else await model.predict(ramp);
      return { file, model };
    } catch (failure) {
      model.destroy();
      throw failure;
    }
  };
  const close = (slot: Slot | undefined): void => {
    slot?.explainer?.destroy();
    slot?.model.destroy();
  };

  /** Loads everything again after a loss: what ran then runs once more. */
  const survivingLoss = async <T>(context: Context, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (failure) {
      if (!(failure instanceof DeviceError) || failure.reason !== "lost") throw failure;
      context.signal.throwIfAborted();
      tested = undefined;
      if (classifier) classifier = await slotFor(classifier.file, context);
      if (lungs) lungs = await slotFor(lungs.file, context);
      return work();
    }
  };

  const opened = (slot: Slot | undefined): Slot => {
    if (!slot) throw new InputError("engine", "no model is open");
    return slot;
  };

  const fileOf = async ({ name, source }: ModelFile, { signal, report }: Context): Promise<File> => {
    const onProgress = (done: number, total: number): void => report({ stage: "download", name, done, total });
    const bytes = await fetchWeights(source, { signal, onProgress });
    signal.throwIfAborted();
    return new File([bytes], name);
  };

  return {
    async open({ model: wanted }, context) {
      const start = performance.now();
      const file = await fileOf(wanted, context);
      const fetched = performance.now();
      const open = async (): Promise<OpenedModel> => {
        const { device, selfTestMs } = await testedDevice(context);
        const begun = performance.now();
        const slot = await slotFor(file, context);
        const { arch, task, classes, thresholds, output, metadata } = slot.model.description;
        if (task === "segmentation" || context.signal.aborted) {
          close(slot);
          context.signal.throwIfAborted();
          throw new InputError(wanted.name, "is a segmentation model, which has no scores");
        }
        const compiled = performance.now();
        close(classifier);
        classifier = slot;
        return {
          name: wanted.name,
          arch,
          task,
          classes,
          thresholds,
          methods: methodNames,
          isProbability: task === "classification" && (output !== "none" || metadata.output === "probabilities"),
          sizeBytes: file.size,
          hash: await slot.model.hash(),
          adapter: device.profile.description,
          times: { download: fetched - start, selfTest: selfTestMs, compile: compiled - begun },
        };
      };
      return survivingLoss(context, open);
    },

    async read({ picture }) {
      const { image, findings } = await openFilm(picture, { ...READING, pixels: "display" });
      return { film: filmCopies(image), notes: image.notes ?? [], findings };
    },

    predict: ({ picture }, context) =>
      survivingLoss(context, async () => {
        for await (const outcome of opened(classifier).model.predictAll([picture])) {
          if ("error" in outcome) throw outcome.error;
          return outcome.result;
        }
        throw new Error("engine: a picture had no outcome");
      }),

    segment: async ({ picture, model }, context) => {
      const file = lungs?.file ?? (await fileOf(model, context));
      return survivingLoss(context, async () => {
        lungs ??= await slotFor(file, context);
        context.signal.throwIfAborted();
        const start = performance.now();
        const { maps } = await lungs.model.segment(picture);
        return { ...lungOutlines(maps[0].map), elapsedMs: performance.now() - start };
      });
    },

    explain: ({ picture, method, label }, context) =>
      survivingLoss(context, async () => {
        const slot = opened(classifier);
        const explains = slot.explainer ?? explainer(slot.model);
        classifier = { ...slot, explainer: explains };
        const start = performance.now();
        const onProgress = (done: number, total: number): void => context.report({ stage: "run", name: method, done, total });
        const known = methodNames.find((name) => name === method);
        if (!known) throw new InputError(method, "is no way to explain a score");
        const { levels, layer, notes = [] } = await explains.explain(picture, { method: known, label, onProgress });
        const { width, height, data } = overlaySized(levels.image);
        return {
          levels: { width, height, data: Uint8Array.from(data, (level) => level >> 8), isSigned: levels.isSigned },
          label,
          ...(layer !== undefined && { layer }),
          notes,
          elapsedMs: performance.now() - start,
        };
      }),

    memory: async () => ({ gpuBytes: tested ? (await tested).memory.bytes() : 0 }),
  };
}
