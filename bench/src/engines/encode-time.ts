/** How long JavaScript takes to say what a GPU shall do. */
import type { Encoding } from "../protocol.ts";
import { spreadOf } from "../statistics.ts";

export interface EncodeTimer {
  /** Runs, and times what the GPU is told meanwhile: from the beginning of an encoder to its end, and inside `submit`. */
  during<T>(run: () => Promise<T>): Promise<T>;
  /** Of the runs so far, for each of so many launches that a run has. */
  summary(launches: number): Encoding;
}

export function encodeTimer(gpu: GPUDevice): EncodeTimer {
  const runs: { readonly encodeMs: number; readonly submitMs: number }[] = [];
  let encodeMs = 0;
  let submitMs = 0;
  const createCommandEncoder = gpu.createCommandEncoder.bind(gpu);
  const submit = gpu.queue.submit.bind(gpu.queue);
  const timedEncoder: GPUDevice["createCommandEncoder"] = (descriptor) => {
    const begin = performance.now();
    const encoder = createCommandEncoder(descriptor);
    const finish = encoder.finish.bind(encoder);
    encoder.finish = (options) => {
      const commands = finish(options);
      encodeMs += performance.now() - begin;
      return commands;
    };
    return encoder;
  };
  const timedSubmit: GPUQueue["submit"] = (commands) => {
    const begin = performance.now();
    submit(commands);
    submitMs += performance.now() - begin;
  };
  return {
    async during(run) {
      gpu.createCommandEncoder = timedEncoder;
      gpu.queue.submit = timedSubmit;
      encodeMs = 0;
      submitMs = 0;
      try {
        return await run();
      } finally {
        gpu.createCommandEncoder = createCommandEncoder;
        gpu.queue.submit = submit;
        runs.push({ encodeMs, submitMs });
      }
    },
    summary(launches) {
      const perLaunch = (times: readonly number[]): number => (spreadOf(times).median * 1000) / launches;
      return {
        launches,
        encodeMicroseconds: perLaunch(runs.map((run) => run.encodeMs)),
        submitMicroseconds: perLaunch(runs.map((run) => run.submitMs)),
      };
    },
  };
}
