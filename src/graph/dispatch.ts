/** Launches on their way to the GPU: bound, encoded, submitted, timed. */
import { MAP_READ, usage } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import type { Pipeline } from "../gpu/pipeline.ts";
import type { Node } from "../kernels/op.ts";
import type { Step } from "./plan.ts";

export interface LaunchTime {
  readonly node: Node;
  readonly shader: string;
  readonly elapsedMs: number;
}

/** The params of every launch, each in a place of its own. */
export interface Uniforms {
  readonly buffer: GPUBuffer;
  readonly slotBytes: number;
}

/** A launch ready to be encoded. */
export interface Dispatch {
  readonly step: Step;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
}

/** Binds a step's ranges, and its params in the `index`-th place of the uniforms. */
export function dispatchOf(
  gpu: GPUDevice,
  step: Step,
  { shader, bindGroupLayout, pipeline }: Pipeline,
  buffers: readonly GPUBuffer[],
  uniforms: Uniforms,
  index: number,
): Dispatch {
  const entries: GPUBindGroupEntry[] = step.bindings.map(({ buffer, offsetBytes, bytes }, binding) => ({
    binding,
    resource: { buffer: buffers[buffer], offset: offsetBytes, size: Math.max(bytes, 16) },
  }));
  const params = { buffer: uniforms.buffer, offset: index * uniforms.slotBytes, size: Math.max(16, shader.params.length * 4) };
  if (shader.params.length > 0) entries.push({ binding: entries.length, resource: params });
  return { step, pipeline, bindGroup: gpu.createBindGroup({ label: shader.name, layout: bindGroupLayout, entries }) };
}

/** Multiply–adds after which a software adapter gets a new submit: one very long submit makes browsers kill the page. */
const SUBMIT_MACS = 5e8;

/** One encoder and one pass, but for software adapters, where long work is submitted in parts; `finish` encodes the read-back. */
export function submitInParts(
  { gpu, profile }: Device,
  dispatches: readonly Dispatch[],
  finish: (encoder: GPUCommandEncoder) => void,
): void {
  const limit = profile.class === "software" ? SUBMIT_MACS : Number.POSITIVE_INFINITY;
  for (let index = 0; index < dispatches.length || index === 0; ) {
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    let macs = 0;
    for (; index < dispatches.length && macs < limit; index++) {
      const { node } = dispatches[index].step;
      encodeDispatch(pass, dispatches[index]);
      // Several launches of one node share its work.
      if (node !== dispatches[index - 1]?.step.node) macs += node.op.macs?.(node) ?? 0;
    }
    pass.end();
    const isLast = index >= dispatches.length;
    if (isLast) finish(encoder);
    gpu.queue.submit([encoder.finish()]);
    if (isLast) return;
  }
}

function encodeDispatch(pass: GPUComputePassEncoder, { step, pipeline, bindGroup }: Dispatch): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...step.launch.workgroups);
}

/** Each launch in a pass of its own, between two timestamps. */
export async function timed(device: Device, dispatches: readonly Dispatch[]): Promise<LaunchTime[]> {
  const { gpu, profile } = device;
  if (!profile.timestamps) throw new DeviceError(`${profile.description} has no timestamps`);
  const times: LaunchTime[] = [];
  const querySet = gpu.createQuerySet({ type: "timestamp", count: 2 });
  const resolved = gpu.createBuffer({ size: 16, usage: usage.queryResolve | usage.copySrc });
  const readable = gpu.createBuffer({ size: 16, usage: usage.mapRead | usage.copyDst });
  try {
    for (const dispatch of dispatches) {
      const encoder = gpu.createCommandEncoder();
      const pass = encoder.beginComputePass({ timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } });
      encodeDispatch(pass, dispatch);
      pass.end();
      encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, readable, 0, 16);
      gpu.queue.submit([encoder.finish()]);
      await device.finished(readable.mapAsync(MAP_READ));
      const [begin, end] = new BigUint64Array(readable.getMappedRange().slice(0));
      readable.unmap();
      times.push({ node: dispatch.step.node, shader: String(dispatch.step.launch.shader), elapsedMs: Number(end - begin) / 1e6 });
    }
  } finally {
    querySet.destroy();
    resolved.destroy();
    readable.destroy();
  }
  return times;
}
