/** A graph made ready for one device: pipelines, buffers and bind groups, in launch order. */
import { decode, encode, MAP_READ, usage } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import { fromStorage, layoutOf, type Precision, storageBytes, toStorage } from "../gpu/layout.ts";
import { type Pipeline, type PipelineKey, pipelineFor, pipelineName } from "../gpu/pipeline.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { packParams } from "../gpu/shader.ts";
import { isParameter, type Node, ShapeError } from "../kernels/op.ts";
import type { Shape, Tensor } from "../tensor.ts";
import { dispatchOf, type LaunchTime, submitInParts, timed, type Uniforms } from "./dispatch.ts";
import { fuse } from "./fuse.ts";
import { lower } from "./lower.ts";
import { type Plan, type PlannedBuffer, plan, type Step } from "./plan.ts";

export interface CompileOptions {
  /** How values are stored on the GPU; sums are f32 either way. */
  readonly precision?: Precision;
  /** False keeps every node a kernel of its own, so that each stage can be looked at. */
  readonly fuse?: boolean;
  /** Only algorithms that round as the plain sums do: no Winograd convolution. */
  readonly strict?: boolean;
  /** What to choose kernels by, where it is not what the device's adapter says. */
  readonly profile?: AdapterProfile;
  /** Called as pipelines get ready. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Owns GPU memory: call `destroy`, or declare it with `using`. */
export interface Program {
  readonly plan: Plan;
  /** The distinct pipelines, by name. */
  readonly pipelines: readonly string[];
  /**
   * Computes the outputs from one tensor for each input. Runs on one program queue up, and read their inputs when their turn comes;
   * nothing is allocated on the GPU.
   * @throws ShapeError if inputs are missing, unknown or of another shape.
   * @throws DeviceError if the device is lost or fails.
   */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /**
   * Runs once with a timestamp around every launch.
   * @throws DeviceError if the adapter has no timestamps.
   */
  profile(inputs: Readonly<Record<string, Tensor>>): Promise<LaunchTime[]>;
  destroy(): void;
  [Symbol.dispose](): void;
}

/**
 * Makes a graph ready for a device: fuses and lowers it, plans its memory, compiles its pipelines in parallel, uploads its parameters, and
 * computes what depends on them alone.
 * @throws ShaderError if a shader does not compile.
 * @throws DeviceError if the device is lost, out of memory, or binds less than a value needs.
 */
export async function compile(device: Device, outputs: Readonly<Record<string, Node>>, options: CompileOptions = {}): Promise<Program> {
  const { precision = "f32", profile = device.profile, onProgress } = options;
  if (precision === "f16" && !profile.f16) throw new DeviceError(`${profile.description} has no shader-f16, use precision f32`);
  device.check();
  const planned = planFor(outputs, options, profile);
  const steps = [...planned.once, ...planned.steps];
  const pipelines = await pipelinesFor(device, steps, precision, onProgress);

  const { gpu } = device;
  const owned: GPUBuffer[] = [];
  const make = (descriptor: GPUBufferDescriptor): GPUBuffer => {
    const buffer = gpu.createBuffer(descriptor);
    owned.push(buffer);
    return buffer;
  };
  const destroyAll = (): void => {
    for (const buffer of owned) buffer.destroy();
  };
  const allocate = () => {
    const buffers = planned.buffers.map((buffer) => createBuffer(make, buffer, precision));
    const uniforms = createUniforms(make, gpu.limits, steps, pipelines);
    const staging = createStaging(make, planned, precision);
    const dispatches = steps.map((step, index) => dispatchOf(gpu, step, pipelines[index], buffers, uniforms, index));
    return { buffers, staging, once: dispatches.slice(0, planned.once.length), runs: dispatches.slice(planned.once.length) };
  };
  const allocated = allocateChecked(device, allocate);
  allocated.catch(destroyAll);
  const { buffers, staging, once, runs } = await allocated;
  try {
    submitInParts(device, once, () => {});
    await device.finished(gpu.queue.onSubmittedWorkDone());
    device.check();
  } catch (failure) {
    destroyAll();
    throw failure;
  }
  planned.buffers.forEach(({ kind }, index) => {
    if (kind === "temporary") buffers[index].destroy();
  });

  const uploads = new Map([...planned.inputs].map(([name, { node }]) => [name, uploadOf(node.shape, precision)]));
  const upload = (inputs: Readonly<Record<string, Tensor>>): void => {
    checkInputs(planned, inputs);
    for (const [name, { node, buffer, offsetBytes }] of planned.inputs) {
      const room = uploads.get(name);
      if (!room) continue;
      toStorage(node.shape, inputs[name].data, room.values);
      if (room.bytes !== room.values.buffer) encode(room.values, precision, room.bytes);
      gpu.queue.writeBuffer(buffers[buffer], offsetBytes, room.bytes);
    }
  };
  const readBack = (encoder: GPUCommandEncoder): void => {
    for (const { port, offsetBytes, bytes } of staging.ranges)
      encoder.copyBufferToBuffer(buffers[port.buffer], port.offsetBytes, staging.buffer, offsetBytes, bytes);
  };

  let isDestroyed = false;
  let queue: Promise<unknown> = Promise.resolve();
  const checkUsable = (): void => {
    if (isDestroyed) throw new DeviceError("the program was destroyed");
    device.check();
  };
  /** One at a time: a program has one set of activations and one staging buffer. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(async () => {
      checkUsable();
      try {
        return await work();
      } catch (failure) {
        // A read-back that is cut short says no more than that.
        checkUsable();
        throw failure;
      }
    });
    queue = turn.catch(() => {});
    return turn;
  };
  const destroy = (): void => {
    if (isDestroyed) return;
    isDestroyed = true;
    destroyAll();
  };
  return {
    plan: planned,
    pipelines: pipelinesOf(planned, precision),
    run: (inputs) =>
      inTurn(async () => {
        upload(inputs);
        submitInParts(device, runs, readBack);
        await device.finished(staging.buffer.mapAsync(MAP_READ));
        const stored = staging.buffer.getMappedRange();
        const results: Record<string, Tensor> = {};
        for (const { name, port, offsetBytes, bytes } of staging.ranges) {
          const { shape } = port.node;
          results[name] = { shape, data: fromStorage(shape, decode(stored.slice(offsetBytes, offsetBytes + bytes), precision)) };
        }
        staging.buffer.unmap();
        device.check();
        return results;
      }),
    profile: (inputs) =>
      inTurn(async () => {
        upload(inputs);
        return timed(device, runs);
      }),
    destroy,
    [Symbol.dispose]: destroy,
  };
}

/** The plan that `compile` follows, without a device. */
export function planFor(
  outputs: Readonly<Record<string, Node>>,
  { fuse: isFused = true, precision = "f32", strict = false }: CompileOptions,
  adapter: AdapterProfile,
): Plan {
  const nodes = Object.values(outputs);
  const profile = strict ? { ...adapter, strict } : adapter;
  const lowered = lower(isFused ? fuse(nodes) : nodes, profile);
  return plan(Object.fromEntries(Object.keys(outputs).map((name, index) => [name, lowered[index]])), profile, precision);
}

/** The distinct pipelines that a plan needs, by name. */
export const pipelinesOf = ({ once, steps }: Plan, precision: Precision): string[] => [
  ...new Set([...once, ...steps].map((step) => pipelineName(keyOf(step, precision)))),
];

const keyOf = ({ launch: { shader, entryPoint, overrides } }: Step, precision: Precision): PipelineKey => ({
  shader,
  entryPoint,
  overrides,
  precision,
});

async function pipelinesFor(
  device: Device,
  steps: readonly Step[],
  precision: Precision,
  onProgress?: CompileOptions["onProgress"],
): Promise<Pipeline[]> {
  const keys = new Map(steps.map((step) => [pipelineName(keyOf(step, precision)), keyOf(step, precision)]));
  let done = 0;
  const compiled = new Map(
    await Promise.all(
      [...keys].map(async ([name, key]) => {
        const pipeline = await pipelineFor(device, key);
        onProgress?.(++done, keys.size);
        return [name, pipeline] as const;
      }),
    ),
  );
  return steps.flatMap((step) => compiled.get(pipelineName(keyOf(step, precision))) ?? []);
}

/**
 * What `allocate` makes, once the GPU has nothing against it.
 * @throws DeviceError if the GPU has.
 */
async function allocateChecked<T>({ gpu, finished }: Device, allocate: () => T): Promise<T> {
  gpu.pushErrorScope("out-of-memory");
  gpu.pushErrorScope("validation");
  const closeScopes = (): Promise<(GPUError | null)[]> => Promise.all([gpu.popErrorScope(), gpu.popErrorScope()]);
  let allocated: T;
  try {
    allocated = allocate();
  } catch (cause) {
    closeScopes().catch(() => {});
    // How a buffer that is mapped at once says that there is no room for it.
    throw cause instanceof RangeError ? new DeviceError(`cannot hold the program, ${cause.message}`, { cause }) : cause;
  }
  const failure = (await finished(closeScopes())).find((error) => error !== null);
  if (failure) throw new DeviceError(`cannot hold the program, ${failure.message}`);
  return allocated;
}

/** Makes a buffer that the program will own. */
type MakeBuffer = (descriptor: GPUBufferDescriptor) => GPUBuffer;

function createBuffer(make: MakeBuffer, { bytes, kind, parameter }: PlannedBuffer, precision: Precision): GPUBuffer {
  const size = Math.max(bytes, 16);
  const tensor = parameter && isParameter(parameter) ? parameter.attrs.tensor : undefined;
  const label = parameter ? parameter.attrs.name : kind;
  if (parameter && !tensor) throw new Error(`compile: ${label} has a shape but no values`);
  const buffer = make({
    label,
    size,
    usage: usage.storage | usage.copyDst | usage.copySrc,
    mappedAtCreation: tensor !== undefined,
  });
  if (tensor) {
    const mapped = buffer.getMappedRange();
    if (precision === "f32") {
      toStorage(tensor.shape, tensor.data, new Float32Array(mapped));
    } else {
      const values = new Float32Array(size / 2);
      toStorage(tensor.shape, tensor.data, values);
      encode(values, precision, mapped);
    }
    buffer.unmap();
  }
  return buffer;
}

/** The params of every launch in one buffer, written once. */
function createUniforms(make: MakeBuffer, limits: GPUSupportedLimits, steps: readonly Step[], pipelines: readonly Pipeline[]): Uniforms {
  const largest = Math.max(16, ...pipelines.map(({ shader }) => shader.params.length * 4));
  const alignment = limits.minUniformBufferOffsetAlignment;
  const slotBytes = Math.ceil(largest / alignment) * alignment;
  const buffer = make({
    label: "params",
    size: Math.max(1, steps.length) * slotBytes,
    usage: usage.uniform,
    mappedAtCreation: true,
  });
  const view = new DataView(buffer.getMappedRange());
  for (const [index, { launch, slices }] of steps.entries()) {
    const { shader } = pipelines[index];
    const declared = Object.entries(slices).filter(([name]) => shader.params.some((param) => param.name === name));
    // A launch that reads or writes scratch under such a name says itself how that lies.
    packParams(shader, { ...Object.fromEntries(declared), ...launch.params }, view, index * slotBytes);
  }
  buffer.unmap();
  return { buffer, slotBytes };
}

/** One buffer for all outputs, so that a run reads back once. */
function createStaging(make: MakeBuffer, { outputs }: Plan, precision: Precision) {
  let size = 0;
  const ranges = [...outputs].map(([name, port]) => {
    const bytes = storageBytes(port.node.shape, precision);
    const offsetBytes = size;
    size += bytes;
    return { name, port, offsetBytes, bytes };
  });
  return { ranges, buffer: make({ label: "staging", size, usage: usage.mapRead | usage.copyDst }) };
}

/** Host memory that an input is brought into its layout in, kept from run to run. */
function uploadOf(shape: Shape, precision: Precision): { values: Float32Array<ArrayBuffer>; bytes: ArrayBuffer } {
  const values = new Float32Array(layoutOf(shape).vectors * 4);
  return { values, bytes: precision === "f32" ? values.buffer : new ArrayBuffer(values.length * 2) };
}

function checkInputs({ inputs: expected }: Plan, inputs: Readonly<Record<string, Tensor>>): void {
  const unknown = Object.keys(inputs).filter((name) => !expected.has(name));
  if (unknown.length > 0)
    throw new ShapeError("run", `there is no input ${unknown.join(", ")}, there are ${[...expected.keys()].join(", ")}`);
  for (const [name, { node }] of expected) {
    const given = inputs[name];
    if (!given) throw new ShapeError("run", `input ${name} is missing`);
    const fits = given.shape.length === node.shape.length && given.shape.every((size, axis) => size === node.shape[axis]);
    if (!fits) throw new ShapeError("run", `input ${name} has another shape than the graph's`, [given.shape, node.shape]);
  }
}
