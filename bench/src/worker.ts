/** One contestant in a process of its own, since each wants WebGPU for itself: answers what the parent asks, one question at a time. */
import type { DeviceOptions } from "../../src/gpu/device.ts";
import { dozing } from "../../src/gpu/doze.ts";
import type { Toggles } from "../../src/gpu/node-gpu.ts";
import { caseNamed } from "./cases.ts";
import type { Engine, Loaded } from "./engines/engine.ts";
import type { Answers, Question, Reply } from "./protocol.ts";

const engines: Readonly<Record<string, (options: DeviceOptions & { readonly toggles: Toggles }) => Promise<Engine>>> = {
  roentgen: async (options) => (await import("./engines/roentgen.ts")).open(options),
  tfjs: async ({ toggles }) => browserLike(toggles, () => import("./engines/tfjs.ts")),
  ort: async () => (await import("./engines/ort.ts")).open("webgpu"),
  jax: async ({ toggles }) => browserLike(toggles, () => import("./engines/jax.ts")),
  "ort-cpu": async () => (await import("./engines/ort.ts")).open("cpu"),
};

/** Such an engine looks for WebGPU when its module is loaded. */
async function browserLike(toggles: Toggles, load: () => Promise<{ open(): Promise<Engine> }>): Promise<Engine> {
  const { provideNavigator } = await import("./engines/navigator.ts");
  const isSoftware = await provideNavigator(toggles);
  const engine = await (await load()).open();
  return isSoftware ? dozingWhileRunning(engine) : engine;
}

/**
 * Under Node, Dawn asks whether work is done in every turn of the event loop, on a core that a software adapter computes on. No page does so,
 * and Roentgen's device sleeps between the turns: without this its peers would pay for where they are run.
 */
function dozingWhileRunning(engine: Engine): Engine {
  let running = 0;
  const doze = dozing(() => running > 0);
  const during = async <T>(work: () => T | Promise<T>): Promise<T> => {
    running++;
    doze();
    try {
      return await work();
    } finally {
      running--;
    }
  };
  return {
    ...engine,
    async prepare(graph, kind) {
      const prepared = await engine.prepare(graph, kind);
      return {
        async load() {
          const loaded = await during(() => prepared.load());
          return { ...loaded, run: (count) => during(() => loaded.run(count)), output: () => during(() => loaded.output()) };
        },
      };
    },
  };
}

const [name, options] = process.argv.slice(2);
const engine = await engines[name](JSON.parse(options));
let loaded: Loaded | undefined;

const answers: { readonly [Name in keyof Answers]: (...args: Answers[Name]["arguments"]) => Promise<Answers[Name]["answer"]> } = {
  hello: async () => ({ version: engine.version, adapter: engine.adapter, environment: engine.environment ?? {} }),
  peak: async () => engine.peak?.() ?? 0,
  async load(caseName) {
    const { graph, kind } = caseNamed(caseName);
    const prepared = await engine.prepare(graph(), kind);
    const cpu = process.cpuUsage();
    const begin = performance.now();
    loaded = await prepared.load();
    const loadMs = performance.now() - begin;
    await loaded.run(1);
    return { loadMs, firstResultMs: performance.now() - begin, cpuMs: cpuSince(cpu) };
  },
  async run(count) {
    const cpu = process.cpuUsage();
    const begin = performance.now();
    await loaded?.run(count);
    const wallMs = performance.now() - begin;
    return { wallMs: wallMs / count, cpuMs: cpuSince(cpu) / count };
  },
  output: async () => (await loaded?.output()) ?? new Float32Array(),
  encoding: async () => loaded?.encoding?.(),
  async unload() {
    await loaded?.destroy();
    loaded = undefined;
    return undefined;
  },
};

/** Milliseconds of all threads, those of the driver too. */
function cpuSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

process.on("message", async ({ ask, args }: Question) => {
  const reply: Reply = await (answers[ask] as (...args: unknown[]) => Promise<unknown>)(...args).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error: error instanceof Error ? `${error.message}` : String(error) }),
  );
  process.send?.(reply);
});
process.on("disconnect", () => process.exit());
process.send?.({ answer: "ready" });
