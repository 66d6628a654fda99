/** WebGPU where browser libraries look for it. Only in a process that does nothing else: see contestant.ts. */
import { globals } from "webgpu";
import { nodeGpus, type Toggles } from "../../../src/gpu/node-gpu.ts";

/** Gives the process the adapters of the system, by the Dawn that ours runs on. */
export async function provideNavigator(toggles: Toggles): Promise<void> {
  Object.assign(globalThis, globals);
  for await (const { gpu } of nodeGpus(false, toggles))
    Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "", hardwareConcurrency: 1 }, configurable: true });
}
