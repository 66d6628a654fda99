/** A graph made ready for one device: pipelines, buffers and bind groups, in launch order. */
import { decode, encode, MAP_READ, usage } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import { fromStorage, layoutOf, type Precision, storageBytes, toStorage } from "../gpu/layout.ts";
import { type Pipeline, type PipelineKey, pipelineFor, pipelineName } from "../gpu/pipeline.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { packParams } from "../gpu/shader.ts";
import { isParameter, labelOf, type Node, ShapeError } from "../kernels/op.ts";
import type { Shape, Tensor } from "../tensor.ts";
import { dispatchOf, type LaunchTime, submitInParts, timed, type Uniforms } from "./dispatch.ts";
import { fuse } from "./fuse.ts";
import { lower } from "./lower.ts";
import { type Plan, type PlannedBuffer, type Port, plan, type Step } from "./plan.ts";
import { parametersIn, type Update } from "./update.ts";

export interface CompileOptions {
  /** How values are stored on the GPU; sums are f32 either way. */
  readonly precision?: Precision;
  /** False keeps every node a kernel of its own, so that each stage can be looked at. */
  readonly fuse?: boolean;
  /** Only algorithms that round as the plain sums do: no Winograd convolution. */
  readonly strict?: boolean;
  /** What to choose kernels by, where it is not what the device's adapter says. */
  readonly profile?: AdapterProfile;
  /** New values that parameters take after every run, all computed from the old ones. Needs f32: halves lose small steps. */
  readonly updates?: readonly Update[];
  /** Parameters that `write` may set beside those that are updated; what depends on them is computed at every run. */
  readonly writable?: readonly Node[];
  /** Called as pipelines get ready. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Owns GPU memory: call `destroy`, or declare it with `using`. */
export interface Program {
  readonly plan: Plan;
  /** The distinct pipelines, by name. */
  readonly pipelines: readonly string[];
  /**
   * Computes the outputs from one tensor for each input, and then updates the parameters. Runs on one program queue up, and read their
   * inputs when their turn comes; nothing is allocated on the GPU. Without outputs a run need not wait for the one before it.
   * @throws ShapeError if inputs are missing, unknown or of another shape.
   * @throws DeviceError if the device is lost or fails.
   */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  /**
   * Runs once with a timestamp around every launch.
   * @throws DeviceError if the adapter has no timestamps.
   */
  profile(inputs: Readonly<Record<string, Tensor>>): Promise<LaunchTime[]>;
  /**
   * What parameters hold after the runs so far, in the order asked for.
   * @throws Error for a node that is no parameter of the program.
   */
  read(parameters: readonly Node[]): Promise<Tensor[]>;
  /**
   * Sets parameters before the next run.
   * @throws Error for a parameter that is neither updated nor writable: what was computed from it once would not follow.
   * @throws ShapeError if a value has another shape.
   */
  write(values: Iterable<readonly [parameter: Node, value: Tensor]>): Promise<void>;
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
  const { precision = "f32", profile = device.profile, updates = [], onProgress } = options;
  if (precision === "f16" && !profile.f16) throw new DeviceError(`${profile.description} has no shader-f16, use precision f32`);
  if (precision === "f16" && updates.length > 0) throw new Error("compile: parameters are updated in f32 only, got precision f16");
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
    const staging = createStaging(make, planned.outputs, precision);
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
  // Outputs first: they may be parameters, and are what those were during the run.
  const readBack = (encoder: GPUCommandEncoder): void => {
    encodeReadBack(encoder, staging, buffers);
    for (const { from, to } of planned.copies) {
      const bytes = storageBytes(to.node.shape, precision);
      encoder.copyBufferToBuffer(buffers[from.buffer], from.offsetBytes, buffers[to.buffer], to.offsetBytes, bytes);
    }
  };
  const variableOf = (node: Node): Port => {
    const port = planned.variables.get(node);
    if (port) return port;
    throw new Error(`program: ${labelOf(node)} is neither updated by the program nor writable`);
  };

  const readNow = async (ports: readonly Port[]): Promise<Tensor[]> => {
    if (ports.length === 0) return [];
    const room = createStaging((descriptor) => gpu.createBuffer(descriptor), new Map(ports.map((port, i) => [String(i), port])), precision);
    try {
      submitInParts(device, [], (encoder) => encodeReadBack(encoder, room, buffers));
      return (await stagedValues(device, room, precision)).map(([, value]) => value);
    } finally {
      room.buffer.destroy();
    }
  };

  let isDestroyed = false;
  let queue: Promise<unknown> = Promise.resolve();
  const checkUsable = (): void => {
    if (isDestroyed) throw new DeviceError("the program was destroyed", { reason: "destroyed" });
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
    run: async (inputs) => {
      if (planned.outputs.size > 0)
        return await inTurn(async () => {
          upload(inputs);
          submitInParts(device, runs, readBack);
          return Object.fromEntries(await stagedValues(device, staging, precision));
        });
      await inTurn(async () => {
        upload(inputs);
        submitInParts(device, runs, readBack);
      });
      await device.finished(gpu.queue.onSubmittedWorkDone());
      device.check();
      return {};
    },
    profile: (inputs) =>
      inTurn(async () => {
        upload(inputs);
        const times = await timed(device, runs);
        submitInParts(device, [], readBack);
        return times;
      }),
    read: (parameters) =>
      inTurn(async () => {
        const kept = parameters.filter((node) => planned.variables.has(node));
        const read = await readNow(kept.map(variableOf));
        const values = new Map(kept.map((node, index) => [node, read[index]]));
        return parameters.map((node) => values.get(node) ?? hostValueOf(node));
      }),
    write: (values) =>
      inTurn(async () => {
        const ports = [...values].map(([node, value]) => ({ port: variableOf(node), value }));
        for (const { port, value } of ports) {
          if (String(value.shape) !== String(port.node.shape))
            throw new ShapeError("write", `${labelOf(port.node)} is given a value of another shape`, [value.shape, port.node.shape]);
        }
        for (const { port, value } of ports) {
          const { values: stored, bytes } = uploadOf(value.shape, precision);
          toStorage(value.shape, value.data, stored);
          if (bytes !== stored.buffer) encode(stored, precision, bytes);
          gpu.queue.writeBuffer(buffers[port.buffer], port.offsetBytes, bytes);
        }
      }),
    destroy,
    [Symbol.dispose]: destroy,
  };
}

/** The plan that `compile` follows, without a device. */
export function planFor(
  outputs: Readonly<Record<string, Node>>,
  { fuse: isFused = true, precision = "f32", strict = false, updates = [], writable = [] }: CompileOptions,
  adapter: AdapterProfile,
): Plan {
  const names = Object.keys(outputs);
  // Parameters, alone or end to end, come out as they went in.
  const nodes = [...Object.values(outputs), ...updates.map(({ value }) => value)];
  const profile = strict ? { ...adapter, strict } : adapter;
  const lowered = lower(isFused ? fuse(nodes) : nodes, profile);
  return plan(Object.fromEntries(names.map((name, index) => [name, lowered[index]])), profile, precision, {
    updates: updates.map((update, index) => ({ ...update, value: lowered[names.length + index] })),
    writable,
  });
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
  const closeScopes = async () => {
    const [mistake, shortage] = await Promise.all([gpu.popErrorScope(), gpu.popErrorScope()]);
    return { mistake, shortage };
  };
  let allocated: T;
  try {
    allocated = allocate();
  } catch (cause) {
    closeScopes().catch(() => {});
    // How a buffer that is mapped at once says that there is no room for it.
    throw cause instanceof RangeError ? cannotHold(cause.message, { cause, reason: "out-of-memory" }) : cause;
  }
  const { mistake, shortage } = await finished(closeScopes());
  // Buffers that there was no room for make the bind groups that hold them wrong.
  if (shortage) throw cannotHold(shortage.message, { reason: "out-of-memory" });
  if (mistake) throw cannotHold(mistake.message);
  return allocated;
}

const cannotHold = (problem: string, options?: ConstructorParameters<typeof DeviceError>[1]): DeviceError =>
  new DeviceError(`cannot hold the program, ${problem}`, options);

/** Makes a buffer that the program will own. */
type MakeBuffer = (descriptor: GPUBufferDescriptor) => GPUBuffer;

function createBuffer(make: MakeBuffer, { bytes, kind, parameter: stored }: PlannedBuffer, precision: Precision): GPUBuffer {
  const size = Math.max(bytes, 16);
  const parameters = stored ? parametersIn(stored).filter(isParameter) : [];
  const missing = parameters.find(({ attrs }) => !attrs.tensor);
  if (missing) throw new Error(`compile: ${missing.attrs.name} has a shape but no values`);
  const buffer = make({
    label: parameters.map(({ attrs }) => attrs.name).join(" ") || kind,
    size,
    usage: usage.storage | usage.copyDst | usage.copySrc,
    mappedAtCreation: parameters.length > 0,
  });
  if (!stored || parameters.length === 0) return buffer;
  const mapped = buffer.getMappedRange();
  const values = precision === "f32" ? new Float32Array(mapped) : new Float32Array(size / 2);
  const firsts = stored.op.endToEnd?.(stored) ?? [0];
  for (const [index, { shape, attrs }] of parameters.entries()) {
    const first = firsts[index] * 4;
    if (attrs.tensor) toStorage(shape, attrs.tensor.data, values.subarray(first, first + layoutOf(shape).vectors * 4));
  }
  if (precision === "f16") encode(values, precision, mapped);
  buffer.unmap();
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

/** One buffer for all that is read back at once. */
interface Staging {
  readonly buffer: GPUBuffer;
  readonly ranges: readonly { readonly name: string; readonly port: Port; readonly offsetBytes: number; readonly bytes: number }[];
}

function createStaging(make: MakeBuffer, ports: ReadonlyMap<string, Port>, precision: Precision): Staging {
  let size = 0;
  const ranges = [...ports].map(([name, port]) => {
    const bytes = storageBytes(port.node.shape, precision);
    const offsetBytes = size;
    size += bytes;
    return { name, port, offsetBytes, bytes };
  });
  return { ranges, buffer: make({ label: "staging", size: Math.max(size, 16), usage: usage.mapRead | usage.copyDst }) };
}

function encodeReadBack(encoder: GPUCommandEncoder, { buffer, ranges }: Staging, buffers: readonly GPUBuffer[]): void {
  for (const { port, offsetBytes, bytes } of ranges)
    encoder.copyBufferToBuffer(buffers[port.buffer], port.offsetBytes, buffer, offsetBytes, bytes);
}

/** What was read back, once the GPU is done. */
async function stagedValues(device: Device, { buffer, ranges }: Staging, precision: Precision): Promise<[string, Tensor][]> {
  await device.finished(buffer.mapAsync(MAP_READ));
  const stored = buffer.getMappedRange();
  const values = ranges.map(({ name, port: { node }, offsetBytes, bytes }): [string, Tensor] => {
    const data = fromStorage(node.shape, decode(stored.slice(offsetBytes, offsetBytes + bytes), precision));
    return [name, { shape: node.shape, data }];
  });
  buffer.unmap();
  device.check();
  return values;
}

/** The values that a parameter was made with, which it keeps where no run changes it. */
function hostValueOf(node: Node): Tensor {
  if (isParameter(node) && node.attrs.tensor) return node.attrs.tensor;
  throw new Error(`read: ${labelOf(node)} is no parameter with values`);
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
    if (String(given.shape) !== String(node.shape))
      throw new ShapeError("run", `input ${name} has another shape than the graph's`, [given.shape, node.shape]);
  }
}
