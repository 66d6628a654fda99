/** A GPU to compute on: the browser's, the system's through Dawn, or the software adapter that npm ships. */
import { DeviceError } from "./device-error.ts";
import { dozing } from "./doze.ts";
import type { NodeGpu, Toggles } from "./node-gpu.ts";
import { pageAdvice, pageGpu } from "./page-gpu.ts";
import { type AdapterProfile, profileOf } from "./profile.ts";

export interface Device {
  readonly gpu: GPUDevice;
  readonly profile: AdapterProfile;
  readonly toggles: Toggles;
  /**
   * Throws what has gone wrong on the device since it was opened.
   * @throws DeviceError where the device was lost or reported an error that nobody else handled.
   */
  check(): void;
  /** Rejects with a DeviceError when the device is lost. */
  readonly lost: Promise<never>;
  /**
   * Waits for work on the device.
   * @throws DeviceError if the device is lost before it is done.
   */
  finished<T>(work: Promise<T>): Promise<T>;
  /** Gives the device back; every program on it fails from then on. */
  destroy(): void;
}

export interface DeviceOptions {
  /** auto: hardware first, then software. */
  readonly adapter?: AdapterChoice;
  /** Under Node: fast leaves out Dawn's own checks, for kernels and inputs that are trusted. A browser keeps them. */
  readonly toggles?: Toggles;
}

export type AdapterChoice = "auto" | "hardware" | "software";

/**
 * Opens a device: hardware first, then the system's software adapter, then (Node on Linux x64) the SwiftShader of
 * `@sparticuz/chromium`. It has all the limits and the features that the adapter offers.
 * @throws DeviceError that says what was looked for, and what to install.
 */
export async function requestDevice({ adapter: choice = "auto", toggles = "safe" }: DeviceOptions = {}): Promise<Device> {
  const tried: string[] = [];
  for await (const { gpu, origin } of gpus(choice, toggles)) {
    const adapter = await suitableAdapter(gpu, choice);
    if (adapter) return open(adapter, toggles);
    tried.push(origin);
  }
  const wanted = choice === "auto" ? "usable adapter" : `${choice} adapter`;
  throw new DeviceError(`no ${wanted}; looked for ${tried.join(", ")}; ${adviceFor(choice)}`, { reason: "no-adapter" });
}

const isNode = globalThis.process?.versions?.node !== undefined;

function adviceFor(choice: AdapterChoice): string {
  if (choice === "hardware") return "try adapter software";
  return isNode ? "install mesa-vulkan-drivers of Mesa 24 or newer, or the npm packages webgpu and @sparticuz/chromium" : pageAdvice;
}

/** The places to look for an adapter, in order. */
async function* gpus(choice: AdapterChoice, toggles: Toggles): AsyncGenerator<NodeGpu> {
  if (!isNode) {
    yield { gpu: pageGpu(), origin: "an adapter that the browser offers" };
    return;
  }
  const { nodeGpus } = await import("./node-gpu.ts");
  yield* nodeGpus(choice !== "hardware", toggles);
}

async function suitableAdapter(gpu: GPU, choice: AdapterChoice): Promise<GPUAdapter | undefined> {
  const requests: GPURequestAdapterOptions[] =
    choice === "software" ? [{ forceFallbackAdapter: true }, {}] : [{ powerPreference: "high-performance" }];
  for (const request of requests) {
    const adapter = await gpu.requestAdapter(request);
    if (adapter && (choice === "auto" || (profileOf(adapter).class === "software") === (choice === "software"))) return adapter;
  }
  return undefined;
}

/** Features that kernels or timing use where they exist. */
const wantedFeatures = ["subgroups", "shader-f16", "timestamp-query"] as const;

async function open(adapter: GPUAdapter, toggles: Toggles): Promise<Device> {
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") requiredLimits[name] = value;
  }
  const gpu = await adapter.requestDevice({
    label: "roentgen",
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits,
  });
  let failure: DeviceError | undefined;
  gpu.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    failure ??= new DeviceError(event.error.message, { reason: isOutOfMemory(event.error) ? "out-of-memory" : "failed" });
  });
  const lost = gpu.lost.then((info): never => {
    failure ??=
      info.reason === "destroyed"
        ? new DeviceError("was destroyed", { reason: "destroyed" })
        : new DeviceError(`was lost, ${info.message || "no reason given"}`, { reason: "lost" });
    throw failure;
  });
  // Not a race with `lost`: a promise that stays open keeps whatever was ever raced with it.
  const waiting = new Set<(failure: DeviceError) => void>();
  lost.catch((failure) => {
    for (const reject of waiting) reject(failure);
  });
  const profile = profileOf(adapter);
  const doze = isNode && profile.class === "software" ? dozing(() => waiting.size > 0) : () => {};
  return {
    gpu,
    profile,
    toggles,
    lost,
    finished: (work) =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        doze();
        work.then(resolve, reject).finally(() => waiting.delete(reject));
      }),
    check() {
      if (failure) throw failure;
    },
    destroy: () => gpu.destroy(),
  };
}

/** By its class's name: Node has the class, but no global of that name. */
const isOutOfMemory = (error: GPUError): boolean => error.constructor.name === "GPUOutOfMemoryError";
