/** ONNX Runtime's Node package, on WebGPU or on the CPU, with its settings as they ship. */
import * as ort from "onnxruntime-node";
import { writeOnnx } from "../../../src/loaders/onnx/write.ts";
import { onnxBytes } from "../../../src/models/onnx/export.ts";
import type { Engine } from "./engine.ts";
import { versionOf } from "./versions.ts";

/** Errors only: at the default level it warns of every node that it leaves to the CPU. */
const QUIET = 3;

export async function open(provider: "webgpu" | "cpu"): Promise<Engine> {
  const session = (model: Uint8Array, location: "cpu" | "gpu-buffer" = "cpu"): Promise<ort.InferenceSession> =>
    ort.InferenceSession.create(model, {
      executionProviders: [provider],
      preferredOutputLocation: location,
      logSeverityLevel: QUIET,
    });
  const isGpu = provider === "webgpu";
  const copy = isGpu ? await copies(session) : undefined;
  const one = await copy?.toGpu(new ort.Tensor("float32", [1], [1, 1, 1, 1]));
  return {
    version: versionOf("onnxruntime-node"),
    prepare({ output, inputs }, kind) {
      const model = onnxBytes({ y: output }, { dynamicBatch: false });
      const tensors = Object.entries(inputs).map(([name, { shape, data }]) => [name, new ort.Tensor("float32", data, [...shape])] as const);
      const isResident = kind === "operation" && copy !== undefined;
      return {
        async load() {
          const loaded = await session(model, isResident ? "gpu-buffer" : "cpu");
          const feeds: Record<string, ort.Tensor> = {};
          for (const [name, tensor] of tensors) feeds[name] = isResident ? await copy.toGpu(tensor) : tensor;
          return {
            async run(count) {
              for (let i = 0; i < count; i++) {
                const { y } = await loaded.run(feeds);
                if (isResident) y.dispose();
              }
              // A run on the GPU returns before it is done. Reading one number that is computed after it waits for it.
              if (isResident && one) await copy.toHost(one);
            },
            async output() {
              const { y } = await loaded.run(feeds);
              const read = isResident ? await copy.toHost(y) : y;
              return Float32Array.from(read.data as Float32Array);
            },
            async destroy() {
              if (isResident) for (const tensor of Object.values(feeds)) tensor.dispose();
              await loaded.release();
            },
          };
        },
      };
    },
  };
}

/** Ways to the GPU and back: the binding has none, so two models that copy their input do it. */
async function copies(session: (model: Uint8Array, location: "cpu" | "gpu-buffer") => Promise<ort.InferenceSession>) {
  const open4 = ["a", "b", "c", "d"];
  const models = new Map<number, Promise<{ up: ort.InferenceSession; down: ort.InferenceSession }>>();
  const modelsOf = (rank: number) => {
    const known = models.get(rank);
    if (known) return known;
    const shape = open4.slice(0, rank);
    const nodes = [{ op: "Identity", inputs: ["x"], output: "y" }];
    const model = writeOnnx({ inputs: { x: shape }, outputs: { y: shape }, nodes, floats: new Map(), integers: new Map() });
    const made = Promise.all([session(model, "gpu-buffer"), session(model, "cpu")]).then(([up, down]) => ({ up, down }));
    models.set(rank, made);
    return made;
  };
  const through = async (pick: "up" | "down", x: ort.Tensor): Promise<ort.Tensor> =>
    (await (await modelsOf(x.dims.length))[pick].run({ x })).y;
  return {
    toGpu: (x: ort.Tensor) => through("up", x),
    toHost: (x: ort.Tensor) => through("down", x),
  };
}
