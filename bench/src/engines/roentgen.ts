/** Ours. */
import { createRequire } from "node:module";
import { type DeviceOptions, requestDevice } from "../../../src/gpu/device.ts";
import { compile } from "../../../src/graph/program.ts";
import { encodeTimer } from "./encode-time.ts";
import type { Engine } from "./engine.ts";
import { fmaPeak } from "./fma-peak.ts";
import { record, replay } from "./recording.ts";
import { prepareTraining } from "./roentgen-training.ts";

const { version }: { version: string } = createRequire(import.meta.url)("../../../package.json");

export async function open(options: DeviceOptions): Promise<Engine> {
  const device = await requestDevice(options);
  const { gpu, profile } = device;
  const { VK_DRIVER_FILES = "" } = process.env;
  return {
    version,
    adapter: profile.description,
    // The device may have chosen the driver that npm ships; a loader lies beside that one.
    environment: VK_DRIVER_FILES ? { VK_DRIVER_FILES, VK_ICD_FILENAMES: VK_DRIVER_FILES } : {},
    peak: () => fmaPeak(device),
    prepare(graph, kind) {
      if (graph.training) return prepareTraining(device, graph, graph.training);
      const { output, inputs } = graph;
      return {
        async load() {
          const program = await compile(device, { y: output });
          const once = async (): Promise<Float32Array> => (await program.run(inputs)).y.data;
          const timer = encodeTimer(gpu);
          const recording = kind === "operation" ? await record(gpu, once) : undefined;
          return {
            async run(count) {
              for (let i = 0; i < count; i++) {
                if (recording) replay(gpu, recording);
                else await timer.during(once);
              }
              if (recording) await device.finished(gpu.queue.onSubmittedWorkDone());
              device.check();
            },
            output: once,
            ...(!recording && { encoding: () => timer.summary(program.plan.steps.length) }),
            destroy: () => program.destroy(),
          };
        },
      };
    },
  };
}
