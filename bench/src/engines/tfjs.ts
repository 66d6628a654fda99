/** TensorFlow.js on its WebGPU backend, with its own layout (channels last), batch norms folded and activations fused. */
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import type { Node } from "../../../src/kernels/op.ts";
import type { Engine } from "./engine.ts";
import { foldBatchNorms, tensorOf } from "./fold.ts";
import { permuted, steps, toLast } from "./tfjs-graph.ts";
import { prepareTraining } from "./tfjs-training.ts";
import { versionOf } from "./versions.ts";
import { watch } from "./watch.ts";

export async function open(): Promise<Engine> {
  // Else small operations would run on the CPU, and not be compared.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  if (!(await tf.setBackend("webgpu"))) throw new Error("the WebGPU backend does not start");
  await tf.ready();
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error(`the backend is ${tf.getBackend()}`);
  const { vendor, architecture, description, device } = (backend.device as GPUDevice & { adapterInfo: GPUAdapterInfo }).adapterInfo;
  const check = watch(backend.device);
  return {
    version: versionOf("@tensorflow/tfjs-backend-webgpu"),
    adapter: [vendor, architecture, description || device].filter(Boolean).join(", "),
    prepare(graph, kind) {
      if (graph.training) return prepareTraining(graph, graph.training, check);
      const { output: original, inputs } = graph;
      const output = foldBatchNorms(original);
      const plan = steps(output);
      const weights = [...plan.weights].map(([node, permutation]) => ({ node, ...permuted(tensorOf(node), permutation) }));
      const pictures = Object.entries(inputs).map(([name, value]) => ({
        name,
        ...permuted(value, plan.filters.get(name) ?? toLast(value.shape.length)),
      }));
      return {
        load() {
          const constants = new Map<Node, tf.Tensor>(weights.map(({ node, data, shape }) => [node, tf.tensor(data, [...shape])]));
          const upload = (): Map<string, tf.Tensor> =>
            new Map(pictures.map(({ name, data, shape }) => [name, tf.tensor(data, [...shape])]));
          const resident = kind === "operation" ? upload() : undefined;
          const compute = (given: ReadonlyMap<string, tf.Tensor>): tf.Tensor => tf.tidy(() => plan.compute(given, constants));
          const disposeAll = (tensors: Iterable<tf.Tensor>): void => {
            for (const tensor of tensors) tensor.dispose();
          };
          const fresh = async (): Promise<Float32Array> => {
            const given = upload();
            const y = compute(given);
            const data = (await y.data()) as Float32Array;
            disposeAll([...given.values(), y]);
            return data;
          };
          return Promise.resolve({
            async run(count: number) {
              for (let i = 0; i < count; i++) {
                if (resident) compute(resident).dispose();
                else await fresh();
              }
              if (resident) await finish(backend);
              check();
            },
            async output() {
              const data = await fresh();
              check();
              return plan.toFirst(data);
            },
            destroy: () => disposeAll([...constants.values(), ...(resident?.values() ?? [])]),
          });
        },
      };
    },
  };
}

/** Submits what is held back (tfjs collects 15 dispatches) and waits for it. */
async function finish(backend: WebGPUBackend): Promise<void> {
  backend.endComputePassEncoder();
  if (Reflect.get(backend, "commandEncoder")) backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
}
