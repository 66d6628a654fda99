/** WebGPU under Node: Dawn, on the system's Vulkan, Metal or Direct3D, or on the SwiftShader that an npm package ships. */
import { DeviceError } from "./device-error.ts";

/** An entry point to WebGPU, and where it comes from, for messages. */
export interface NodeGpu {
  readonly gpu: GPU;
  readonly origin: string;
}

/** Dawn crashes the process when the object that `create` returns is collected, so every one is kept. */
const kept: GPU[] = [];

/** The system's adapters, then, on Linux x64 and where software will do, the embedded one. */
export async function* nodeGpus(softwareWillDo: boolean, toggles: Toggles): AsyncGenerator<NodeGpu> {
  const dawn = await loadDawn();
  yield { gpu: create(dawn, toggles), origin: "a GPU or software adapter of the system" };
  const { process } = globalThis;
  if (!softwareWillDo || process.platform !== "linux" || process.arch !== "x64") return;
  const { unpackSwiftShader } = await import("./swiftshader.ts");
  const folder = await unpackSwiftShader();
  if (!folder) return;
  // The Vulkan loader reads these when an instance is created; they choose SwiftShader alone.
  process.env.VK_ICD_FILENAMES = `${folder}/vk_swiftshader_icd.json`;
  process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES;
  yield { gpu: create(dawn, toggles), origin: "SwiftShader through the system's Vulkan loader" };
  loadLibrary(`${folder}/libvulkan.so.1`);
  yield { gpu: create(dawn, toggles), origin: "SwiftShader through its own Vulkan loader" };
}

type Dawn = typeof import("webgpu");

const DAWN = "webgpu";

async function loadDawn(): Promise<Dawn> {
  try {
    // By a variable, so that bundlers of web pages, where this never runs, do not look for the package.
    return await import(/* @vite-ignore */ DAWN);
  } catch (cause) {
    throw new DeviceError("the npm package webgpu is not installed or has no build for this platform", { cause, reason: "no-webgpu" });
  }
}

/** safe: what Dawn does by default. fast: without clamping every index and checking every call, and with the timer's full resolution. */
export type Toggles = "safe" | "fast";

const dawnOptions: Readonly<Record<Toggles, readonly string[]>> = {
  safe: [],
  fast: ["enable-dawn-features=disable_robustness,disable_workgroup_init,skip_validation", "disable-dawn-features=timestamp_quantization"],
};

function create(dawn: Dawn, toggles: Toggles): GPU {
  const gpu = dawn.create([...dawnOptions[toggles]]);
  kept.push(gpu);
  return gpu;
}

/** Maps a shared library into the process, so that Dawn finds it by its soname. */
function loadLibrary(path: string): void {
  const os = globalThis.process.getBuiltinModule("node:os");
  const RTLD_NODELETE = 0x1000;
  try {
    globalThis.process.dlopen({ exports: {} }, path, os.constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch {
    // It is no Node addon, so dlopen always throws "did not self-register"; with RTLD_NODELETE the library stays mapped. If it could
    // not be mapped at all, the adapter request that follows finds nothing, and says so.
  }
}
