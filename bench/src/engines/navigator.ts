/** WebGPU where browser libraries look for it. Only in a process that does nothing else: see contestant.ts. */
import { globals } from "webgpu";
import { nodeGpus, type Toggles } from "../../../src/gpu/node-gpu.ts";
import { profileOf } from "../../../src/gpu/profile.ts";

/** Gives the process the adapters of the system, by the Dawn that ours runs on; says whether they are software. */
export async function provideNavigator(toggles: Toggles): Promise<boolean> {
  Object.assign(globalThis, globals);
  let isSoftware = false;
  for await (const { gpu } of nodeGpus(false, toggles)) {
    Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "", hardwareConcurrency: 1 }, configurable: true });
    const adapter = await gpu.requestAdapter();
    isSoftware = adapter !== null && profileOf(adapter).class === "software";
  }
  return isSoftware;
}
