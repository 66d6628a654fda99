/** The adapter's measured peak of multiply–adds: what shares in the report are shares of. */
import { readFile } from "node:fs/promises";
import { usage } from "../../../src/gpu/buffer.ts";
import type { Device } from "../../../src/gpu/device.ts";

/** Multiply–adds of one invocation: rounds · chains · links, as in the shader. */
const MACS = 512 * 24 * 8;
const WORKGROUP = 64;
const ROUNDS = 7;

/** The best of a few rounds, in multiply–adds a second. */
export async function fmaPeak({ gpu, profile, finished }: Device): Promise<number> {
  const invocations = WORKGROUP * (profile.class === "software" ? 256 : 16384);
  const code = await readFile(new URL("fma-peak.wgsl", import.meta.url), "utf8");
  const pipeline = await gpu.createComputePipelineAsync({ layout: "auto", compute: { module: gpu.createShaderModule({ code }) } });
  const y = gpu.createBuffer({ size: invocations * 16, usage: usage.storage });
  const params = gpu.createBuffer({ size: 16, usage: usage.uniform | usage.copyDst });
  gpu.queue.writeBuffer(params, 0, Float32Array.of(0.999, 0.001, 0, 0));
  const entries = [y, params].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindGroup = gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const once = async (): Promise<number> => {
    const begin = performance.now();
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(invocations / WORKGROUP);
    pass.end();
    gpu.queue.submit([encoder.finish()]);
    await finished(gpu.queue.onSubmittedWorkDone());
    return performance.now() - begin;
  };
  await once();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await once());
  y.destroy();
  params.destroy();
  return (invocations * MACS) / (best / 1000);
}
