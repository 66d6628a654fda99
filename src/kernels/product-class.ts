/** Which of a product kernel's classes an adapter gets. */
import type { AdapterProfile } from "../gpu/profile.ts";

export interface ProductClass {
  readonly shader: string;
  /** Rows (pixels) and vectors of columns (output channels) that one workgroup computes. */
  readonly rowsAGroup: number;
  readonly blocksAGroup: number;
}

const shaders = {
  conv2d: { 8: ["conv2d-sg8", "conv2d-sg8-wide"], 4: ["conv2d-sg4", "conv2d-sg4-wide"], tile: "conv2d-tile", reg: "conv2d-reg" },
  product: { 8: ["product-sg8", "product-sg8-wide"], 4: ["product-sg4", "product-sg4-wide"], tile: "product-tile", reg: "product-reg" },
} as const;

/** The kernel for inputs of up to four channels, where the adapter has one. */
export function stemClass({ class: adapter, subgroupSize: lanes }: AdapterProfile): ProductClass | undefined {
  if (adapter !== "software") return undefined;
  if (lanes === 8) return { shader: "conv2d-stem-sg8", rowsAGroup: 16, blocksAGroup: 16 };
  return lanes === 4 ? { shader: "conv2d-stem-sg4", rowsAGroup: 16, blocksAGroup: 8 } : undefined;
}

/**
 * Software adapters get subgroup broadcasts where the subgroup's size is known and there is a file for it, else registers alone; all
 * others get tiles in workgroup memory, which software adapters only emulate. A lane takes two vectors of columns where at most a fifth
 * of them is idle: each load of a row feeds twice the work (1.2 to 1.8 times as fast on both software adapters).
 */
export function productClass(
  kernel: keyof typeof shaders,
  blocks: number,
  { class: adapter, subgroupSize: lanes }: AdapterProfile,
): ProductClass {
  const { tile, reg } = shaders[kernel];
  if (adapter !== "software") return { shader: tile, rowsAGroup: 64, blocksAGroup: 16 };
  if (lanes !== 8 && lanes !== 4) return { shader: reg, rowsAGroup: 32, blocksAGroup: 16 };
  const [narrow, wide] = shaders[kernel][lanes];
  const inWide = Math.ceil(blocks / (2 * lanes)) * 2 * lanes;
  return blocks >= 0.8 * inWide
    ? { shader: wide, rowsAGroup: 16, blocksAGroup: 2 * lanes }
    : { shader: narrow, rowsAGroup: 16, blocksAGroup: lanes };
}
