/** Compute pipelines, compiled in parallel and kept for as long as their device. */
import type { Device } from "./device.ts";
import { DeviceError } from "./device-error.ts";
import type { Precision } from "./layout.ts";
import { loadShader, type Shader, ShaderError } from "./shader.ts";

/** What makes one pipeline differ from another. */
export interface PipelineKey {
  readonly shader: string | URL;
  readonly entryPoint?: string;
  readonly overrides?: Readonly<Record<string, number>>;
  readonly precision: Precision;
}

export interface Pipeline {
  readonly shader: Shader;
  readonly bindGroupLayout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}

const caches = new WeakMap<GPUDevice, { modules: Map<string, Promise<Module>>; pipelines: Map<string, Promise<Pipeline>> }>();

/**
 * The pipeline for a key, compiled on first use.
 * @throws ShaderError if the shader does not compile.
 */
export function pipelineFor(device: Device, key: PipelineKey): Promise<Pipeline> {
  const cache = caches.get(device.gpu) ?? { modules: new Map(), pipelines: new Map() };
  caches.set(device.gpu, cache);
  const moduleName = `${key.shader} ${key.precision}`;
  return once(cache.pipelines, pipelineName(key), async () =>
    compile(device, key, await once(cache.modules, moduleName, () => moduleOf(device.gpu, key))),
  );
}

/** One string for each distinct pipeline. */
export const pipelineName = ({ shader, entryPoint = "main", overrides = {}, precision }: PipelineKey): string =>
  [shader, entryPoint, ...Object.entries(overrides).map(([name, value]) => `${name}=${value}`), precision].join(" ");

function once<T>(cache: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(name);
  if (known) return known;
  const made = make();
  cache.set(name, made);
  made.catch(() => cache.delete(name));
  return made;
}

interface Module {
  readonly shader: Shader;
  readonly module: GPUShaderModule;
  readonly bindGroupLayout: GPUBindGroupLayout;
  readonly layout: GPUPipelineLayout;
}

async function moduleOf(gpu: GPUDevice, { shader: source, precision }: PipelineKey): Promise<Module> {
  const shader = await loadShader(source, precision);
  gpu.pushErrorScope("validation");
  const module = gpu.createShaderModule({ label: shader.name, code: shader.code });
  const scope = gpu.popErrorScope();
  const { messages } = await module.getCompilationInfo();
  const error = messages.find((message) => message.type === "error");
  const failure = await scope;
  if (error) {
    const line = shader.code.split("\n")[error.lineNum - 1] ?? "";
    throw new ShaderError(`${shader.name}:${error.lineNum}:${error.linePos}`, `${error.message}\n${line}`);
  }
  if (failure) throw new ShaderError(shader.name, failure.message);
  const entries = shader.bindings.map(({ binding, type }) => ({ binding, visibility: 4 /* GPUShaderStage.COMPUTE */, buffer: { type } }));
  const bindGroupLayout = gpu.createBindGroupLayout({ label: shader.name, entries });
  return { shader, module, bindGroupLayout, layout: gpu.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] }) };
}

async function compile({ gpu, finished }: Device, key: PipelineKey, known: Module): Promise<Pipeline> {
  const { shader, module, bindGroupLayout, layout } = known;
  try {
    const compute = { module, entryPoint: key.entryPoint ?? "main", constants: { ...key.overrides } };
    const pipeline = await finished(gpu.createComputePipelineAsync({ label: pipelineName(key), layout, compute }));
    return { shader, bindGroupLayout, pipeline };
  } catch (cause) {
    if (cause instanceof DeviceError) throw cause;
    const problem = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Error && "reason" in cause && cause.reason === "internal")
      throw new DeviceError(`cannot compile ${shader.name}, ${problem}`, { cause });
    throw new ShaderError(shader.name, problem, { cause });
  }
}
