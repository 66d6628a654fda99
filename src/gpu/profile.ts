/** What an adapter can do: every choice between kernels reads this record and nothing else. */

/** The adapter's family; software rasterisers get kernels without workgroup memory. */
export type AdapterClass = "software" | "nvidia" | "amd" | "intel" | "apple" | "arm" | "qualcomm" | "unknown";

export interface AdapterProfile {
  readonly class: AdapterClass;
  /** Vendor, architecture and driver as the adapter tells them, for people and for cache keys. */
  readonly description: string;
  /** The subgroup size where it is the same for every shader, else 0. */
  readonly subgroupSize: number;
  readonly f16: boolean;
  readonly timestamps: boolean;
  /** Workgroups that keep the adapter busy: fewer leave parts of it idle. */
  readonly targetWorkgroups: number;
  /** The largest range of a buffer that one binding may cover. */
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  /** Alignment of a storage binding's offset within its buffer. */
  readonly offsetAlignmentBytes: number;
  /** Not the adapter's but the caller's wish: no algorithm that rounds more than the plain sum does (Winograd). */
  readonly strict?: boolean;
  /** Kernels that tuning found fastest, by the key of the choice; elsewhere the built-in rules hold. */
  readonly choices?: ReadonlyMap<string, string>;
}

/** What class an adapter is of says how wide it is: a machine's own cores, a part of its chip, or a card. */
export const targetWorkgroups: Readonly<Record<AdapterClass, number>> = {
  software: 8,
  intel: 64,
  apple: 64,
  arm: 64,
  qualcomm: 64,
  nvidia: 512,
  amd: 512,
  unknown: 128,
};

/** The least that every WebGPU adapter has: what plans can count on where there is no adapter to ask. */
export const leastProfile: AdapterProfile = {
  class: "unknown",
  description: "the least that WebGPU asks of an adapter",
  subgroupSize: 0,
  f16: false,
  timestamps: false,
  targetWorkgroups: targetWorkgroups.unknown,
  maxBindingBytes: 128 * 2 ** 20,
  maxBufferBytes: 256 * 2 ** 20,
  offsetAlignmentBytes: 256,
};

/** Reads an adapter's family, limits and features. */
export function profileOf(adapter: GPUAdapter): AdapterProfile {
  const { info, limits, features } = adapter;
  const description = [info.vendor, info.architecture, info.description || info.device].filter(Boolean).join(", ");
  const { subgroupMinSize: min, subgroupMaxSize: max } = info;
  const family = classOf(info, description.toLowerCase());
  return {
    class: family,
    description,
    subgroupSize: features.has("subgroups") && min !== undefined && min === max ? min : 0,
    f16: features.has("shader-f16"),
    timestamps: features.has("timestamp-query"),
    targetWorkgroups: targetWorkgroups[family],
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxBufferBytes: limits.maxBufferSize,
    offsetAlignmentBytes: limits.minStorageBufferOffsetAlignment,
  };
}

function classOf(info: GPUAdapterInfo, description: string): AdapterClass {
  if (info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/.test(description)) return "software";
  const families = ["nvidia", "amd", "intel", "apple", "arm", "qualcomm"] as const;
  return families.find((family) => info.vendor.toLowerCase().includes(family)) ?? "unknown";
}
