/** Which of a product kernel's classes an adapter gets. */
import type { AdapterProfile } from "../gpu/profile.ts";

export interface ProductClass {
  readonly shader: string;
  /** Rows (pixels) and vectors of columns (output channels) that one workgroup computes. */
  readonly rowsAGroup: number;
  readonly blocksAGroup: number;
}

const shaders = {
  conv2d: { sg8: "conv2d-sg8", sg4: "conv2d-sg4", reg: "conv2d-reg" },
  product: { sg8: "product-sg8", sg4: "product-sg4", reg: "product-reg" },
} as const;

/** Subgroup broadcasts where the subgroup's size is known and there is a file for it, else registers alone. */
export function productClass(kernel: keyof typeof shaders, { subgroupSize }: AdapterProfile): ProductClass {
  const { sg8, sg4, reg } = shaders[kernel];
  if (subgroupSize === 8) return { shader: sg8, rowsAGroup: 16, blocksAGroup: 8 };
  if (subgroupSize === 4) return { shader: sg4, rowsAGroup: 16, blocksAGroup: 4 };
  return { shader: reg, rowsAGroup: 32, blocksAGroup: 16 };
}
