/** What a program submits, recorded at one run to be submitted again without the upload and the read-back around it. */

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number?, number?];
}

/** The dispatches of each submit, pass by pass. */
export type Recording = readonly (readonly (readonly Dispatch[])[])[];

/** Records the compute passes that `run` encodes. Every dispatch sets its pipeline and its one bind group, as ours do. */
export async function record(gpu: GPUDevice, run: () => Promise<unknown>): Promise<Recording> {
  const submits: Dispatch[][][] = [];
  const createCommandEncoder = gpu.createCommandEncoder.bind(gpu);
  gpu.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const passes: Dispatch[][] = [];
    submits.push(passes);
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (options) => {
      const dispatches: Dispatch[] = [];
      passes.push(dispatches);
      return recordedPass(beginComputePass(options), dispatches);
    };
    return encoder;
  };
  try {
    await run();
  } finally {
    gpu.createCommandEncoder = createCommandEncoder;
  }
  return submits;
}

function recordedPass(pass: GPUComputePassEncoder, dispatches: Dispatch[]): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline | undefined;
  let bindGroup: GPUBindGroup | null | undefined;
  const setPipeline = pass.setPipeline.bind(pass);
  const setBindGroup = pass.setBindGroup.bind(pass) as (index: number, group: GPUBindGroup | null) => undefined;
  const dispatchWorkgroups = pass.dispatchWorkgroups.bind(pass);
  pass.setPipeline = (next) => {
    pipeline = next;
    setPipeline(next);
  };
  pass.setBindGroup = (index: number, next: GPUBindGroup | null) => {
    bindGroup = next;
    setBindGroup(index, next);
  };
  pass.dispatchWorkgroups = (...workgroups) => {
    if (!pipeline || !bindGroup) throw new Error("recording: a dispatch without a pipeline or a bind group");
    dispatches.push({ pipeline, bindGroup, workgroups });
    dispatchWorkgroups(...workgroups);
  };
  return pass;
}

/** Submits everything once more. */
export function replay(gpu: GPUDevice, recording: Recording): void {
  for (const passes of recording) {
    const encoder = gpu.createCommandEncoder();
    for (const dispatches of passes) {
      const pass = encoder.beginComputePass();
      for (const { pipeline, bindGroup, workgroups } of dispatches) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...workgroups);
      }
      pass.end();
    }
    gpu.queue.submit([encoder.finish()]);
  }
}
