/** What the viewer's engine has open: one device that was tested, and models on it, all of them loaded anew when the device is lost. */
import { InputError } from "../../bytes.ts";
import type { Explainer } from "../../explanation/explainer.ts";
import { type Device, requestDevice } from "../../gpu/device.ts";
import { DeviceError } from "../../gpu/device-error.ts";
import type { Image } from "../../loaders/image.ts";
import { loadModel, type Model } from "../../models/model.ts";
import { type BufferMeter, bufferMeter } from "./buffer-meter.ts";
import type { Context } from "./engine-server.ts";
import { fetchWeights } from "./fetch-weights.ts";
import type { ModelFile, Which } from "./protocol.ts";

/** What is on the GPU, as long as it is not lost. */
export interface Tested {
  readonly device: Device;
  readonly memory: BufferMeter;
  readonly selfTestMs: number;
}

/** A model, and its weights in case that it has to be loaded again. */
export interface OpenModel {
  readonly file: File;
  readonly model: Model;
  /** Made when it is first asked for, and kept. */
  explainer(): Promise<Explainer>;
  close(): void;
}

/** What a model is open for; there is one of each. */
export type Role = Which | "lungs";

export interface OpenModels {
  /** The device, opened and tested when it is first asked for. */
  device(context: Pick<Context, "report">): Promise<Tested>;
  /** A file of weights, with the progress of its way told. */
  fetched(file: ModelFile, context: Context): Promise<File>;
  /** A model made ready on the device, with its kernels compiled. Whoever loads it keeps or closes it. */
  load(file: File, context: Context): Promise<OpenModel>;
  /** Keeps a model, and closes the one before. */
  keep(role: Role, model: OpenModel): void;
  close(role: Role): void;
  has(role: Role): boolean;
  /** @throws InputError where none is open. */
  get(role: Role): OpenModel;
  /** Does work on the device; after a loss everything is loaded again and the work done once more. */
  survivingLoss<T>(context: Context, work: () => Promise<T>): Promise<T>;
  gpuBytes(): Promise<number>;
}

/** Films are answered and what speaks against them is told beside, since a person looks at both. */
export const READING = { checks: "warn" } as const;

/** Any picture that is not of one grey: kernels are compiled when the first one is scored. */
const ramp: Image = { width: 64, height: 64, channels: 1, bitDepth: 8, data: Uint8Array.from({ length: 64 * 64 }, (_, i) => i >> 4) };

export function openModels(): OpenModels {
  let tested: Promise<Tested> | undefined;
  let reloading: Promise<void> | undefined;
  const open = new Map<Role, OpenModel>();

  const device = (context: Pick<Context, "report">): Promise<Tested> => {
    if (tested) return tested;
    const opening = openDevice(context);
    tested = opening;
    opening.catch(() => {
      if (tested === opening) tested = undefined;
    });
    return opening;
  };

  const load: OpenModels["load"] = async (file, context) => {
    const tested = await device(context);
    context.signal.throwIfAborted();
    return modelOn(tested.device, file, context);
  };

  const reload = async ({ report }: Context): Promise<void> => {
    // Others wait for it too, whose calls go on when the one that noticed the loss is cancelled.
    const context = { report, signal: new AbortController().signal };
    for (const [role, { file }] of open) open.set(role, await load(file, context));
  };

  return {
    device,
    load,
    fetched: async ({ name, source, keep }, { signal, report }) => {
      const onProgress = (done: number, total: number): void => report({ stage: "download", name, done, total });
      const bytes = await fetchWeights(source, { signal, onProgress, keep });
      signal.throwIfAborted();
      return new File([bytes], name);
    },
    keep(role, model) {
      open.get(role)?.close();
      open.set(role, model);
    },
    close(role) {
      open.get(role)?.close();
      open.delete(role);
    },
    has: (role) => open.has(role),
    get(role) {
      const model = open.get(role);
      if (!model) throw new InputError("engine", "no model is open");
      return model;
    },
    async survivingLoss(context, work) {
      try {
        return await work();
      } catch (failure) {
        if (!(failure instanceof DeviceError) || failure.reason !== "lost") throw failure;
        context.signal.throwIfAborted();
        const seen = tested;
        // Only who notices first loads anew.
        if ((await isLost(seen)) && tested === seen) {
          tested = undefined;
          reloading = reload(context);
        }
        await reloading;
        return await work();
      }
    },
    gpuBytes: async () => (tested ? (await tested).memory.bytes() : 0),
  };
}

async function openDevice({ report }: Pick<Context, "report">): Promise<Tested> {
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
}

async function isLost(tested: Promise<Tested> | undefined): Promise<boolean> {
  try {
    if (!tested) return true;
    const { device } = await tested;
    device.check();
    return false;
  } catch {
    return true;
  }
}

async function modelOn(device: Device, file: File, context: Context): Promise<OpenModel> {
  const onProgress = (done: number, total: number): void => context.report({ stage: "compile", name: file.name, done, total });
  const model = await loadModel(file, { device, decode: READING, onProgress });
  try {
    if (model.description.task === "segmentation") await model.segment(ramp);
    else await model.predict(ramp);
  } catch (failure) {
    model.destroy();
    throw failure;
  }
  let explains: Promise<Explainer> | undefined;
  return {
    file,
    model,
    explainer: () => {
      explains ??= import("../../explanation/explainer.ts").then(({ explainer }) => explainer(model));
      return explains;
    },
    close() {
      explains?.then((made) => made.destroy());
      model.destroy();
    },
  };
}
