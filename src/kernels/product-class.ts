/** Which of a product kernel's classes an adapter gets. */
import type { AdapterProfile } from "../gpu/profile.ts";

export interface ProductClass {
  readonly shader: string;
  /** Rows (pixels) and vectors of columns (output channels) that one workgroup computes. */
  readonly rowsAGroup: number;
  readonly blocksAGroup: number;
}

/** Subgroup broadcasts where the subgroup's size is known and there is a file for it, else registers alone. */
export function productClass(kernel: "conv2d" | "product", { subgroupSize }: AdapterProfile): ProductClass {
  if (subgroupSize === 4 || subgroupSize === 8)
    return { shader: `${kernel}-sg${subgroupSize}`, rowsAGroup: 16, blocksAGroup: subgroupSize };
  return { shader: `${kernel}-reg`, rowsAGroup: 32, blocksAGroup: 16 };
}
