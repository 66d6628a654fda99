/** Which of the product kernel's classes an adapter gets. */
import type { AdapterProfile } from "../gpu/profile.ts";

export interface ProductClass {
  readonly shader: string;
  /** Rows (pixels) and vectors of columns (output channels) that one workgroup computes. */
  readonly rowsAGroup: number;
  readonly blocksAGroup: number;
}

/** Narrow and wide, by the subgroup's size. */
const subgroupShaders = { 8: ["conv2d-sg8", "conv2d-sg8-wide"], 4: ["conv2d-sg4", "conv2d-sg4-wide"] } as const;

/** The kernel for inputs of up to four channels, where the adapter has one. */
export function stemClass({ class: adapter, subgroupSize: lanes }: AdapterProfile): ProductClass | undefined {
  if (adapter !== "software") return undefined;
  if (lanes === 8) return { shader: "conv2d-stem-sg8", rowsAGroup: 16, blocksAGroup: 16 };
  return lanes === 4 ? { shader: "conv2d-stem-sg4", rowsAGroup: 16, blocksAGroup: 8 } : undefined;
}

/**
 * The classes that an adapter can run, the rule's choice first and the plainest last. Software adapters get subgroup broadcasts where the
 * subgroup's size is known and there is a file for it, else registers alone; all others get tiles in workgroup memory, which software
 * adapters only emulate. A lane takes two vectors of columns where at most a fifth of them is idle: each load of a row feeds twice the
 * work (1.2 to 1.8 times as fast on both software adapters).
 */
export function productClasses(blocks: number, { class: adapter, subgroupSize: lanes }: AdapterProfile): readonly ProductClass[] {
  const reg: ProductClass = { shader: "conv2d-reg", rowsAGroup: 32, blocksAGroup: 16 };
  const tile: ProductClass = { shader: "conv2d-tile", rowsAGroup: 64, blocksAGroup: 16 };
  const plain = adapter === "software" ? [reg] : [tile, reg];
  if (lanes !== 8 && lanes !== 4) return plain;
  const [narrowShader, wideShader] = subgroupShaders[lanes];
  const narrow: ProductClass = { shader: narrowShader, rowsAGroup: 16, blocksAGroup: lanes };
  const wide: ProductClass = { shader: wideShader, rowsAGroup: 16, blocksAGroup: 2 * lanes };
  const inWide = Math.ceil(blocks / (2 * lanes)) * 2 * lanes;
  const subgroups = blocks >= 0.8 * inWide ? [wide, narrow] : [narrow, wide];
  return adapter === "software" ? [...subgroups, reg] : [tile, ...subgroups, reg];
}
