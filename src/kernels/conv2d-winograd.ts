/** 3 × 3 convolution of stride 1 with fewer multiplications, after Winograd (Lavin and Gray, 2016). */
import { layoutOf } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import type { Conv2dWindow } from "./conv2d-product.ts";
import { activationCode } from "./epilogue.ts";
import { grid } from "./grid.ts";
import { apply, type Launch, type Node, type Op } from "./op.ts";
import { productLaunches } from "./product-launch.ts";
import { unrotated } from "./rotate-filters.ts";

/** Output pixels a side of a tile: F(4,3) needs a quarter of a direct convolution's multiplications, F(2,3) 1 in 2.25. */
export type Tile = 4 | 2;

/** The tiles that a convolution from `channels` can be done with at all: transformed filters have to fit one binding. */
export function winogradTiles({ kernel, stride, dilation, outShape }: Conv2dWindow, channels: number, profile: AdapterProfile): Tile[] {
  const [, outputs, height, width] = outShape;
  const is3x3 = kernel[0] === 3 && kernel[1] === 3 && [...stride, ...dilation].every((step) => step === 1);
  if (!is3x3 || profile.strict || Math.min(height, width) < 4) return [];
  const fits = (tile: Tile): boolean => (tile + 2) ** 2 * Math.ceil(outputs / 4) * Math.ceil(channels / 4) * 64 <= profile.maxBindingBytes;
  return ([4, 2] as const).filter(fits);
}

/** The tile that pays for a convolution from `channels` to a map, or none. */
export function winogradTile(window: Conv2dWindow, channels: number, profile: AdapterProfile): Tile | undefined {
  const [, outputs, height, width] = window.outShape;
  const narrow = Math.min(channels, outputs);
  const tiles = winogradTiles(window, channels, profile);
  if (tiles.includes(4) && Math.min(height, width) >= 12 && narrow >= 16) return 4;
  return tiles.includes(2) && narrow >= 32 ? 2 : undefined;
}

/** Operands are x, the weight [out, in, 3, 3] as it is, bias and, optionally, a residual of the result's shape. */
export function conv2dWinograd([x, weight, ...rest]: readonly Node[], window: Conv2dWindow, tile: Tile): Node {
  const original = unrotated(weight);
  const filters = apply(filterOp, [original ?? weight], { tile, isRotated: original !== undefined });
  return apply(op, [x, filters, ...rest], { ...window, tile });
}

interface WinogradAttrs extends Conv2dWindow {
  readonly tile: Tile;
}

/** Bytes of transformed inputs and outputs at once; more tiles are worked off in parts, which also keeps them in cache. */
const WORKSPACE_BYTES = 4 * 2 ** 20;

const op: Op<WinogradAttrs> = {
  name: "conv2dWinograd",
  inputs: ["x", "weight", "bias", "residual"],
  sliced: ["x", "residual", "y"],
  shape: (_, { outShape }) => outShape,
  launches({ inputs: [x, , , residual], attrs: { tile, padding, activation, shader }, shape }, profile) {
    const [batch, , outHeight, outWidth] = shape;
    const [tilesY, tilesX] = [Math.ceil(outHeight / tile), Math.ceil(outWidth / tile)];
    const inBlocks = layoutOf(x.shape).blocks;
    const outBlocks = layoutOf(shape).blocks;
    const points = (tile + 2) ** 2;
    const entryPoint = tile === 4 ? "f43" : "f23";
    const all = batch * tilesY * tilesX;
    const most = tilesAtOnce(points, inBlocks, outBlocks, profile);
    const launches: Launch[] = [];
    for (let first = 0; first < all; first += most) {
      const tiles = Math.min(most, all - first);
      const place = { side: tile + 2, first_tile: first, tiles, tiles_y: tilesY, tiles_x: tilesX };
      const v = { scratch: "v", vectors: points * Math.min(most, all) * inBlocks };
      const m = { scratch: "m", vectors: points * Math.min(most, all) * outBlocks };
      launches.push(
        {
          shader: "winograd-input",
          entryPoint,
          bind: ["x", v],
          params: {
            ...place,
            size: tiles * inBlocks,
            blocks: inBlocks,
            in_height: x.shape[2],
            in_width: x.shape[3],
            pad_top: padding[0],
            pad_left: padding[1],
          },
          workgroups: grid(tiles * inBlocks),
        },
        ...productLaunches(
          {
            bind: [v, "weight", "bias", "bias", m],
            pixels: tiles,
            inBlocks,
            outBlocks,
            batches: points,
            shader,
            params: { x_stride: inBlocks, x_offset: 0, y_stride: outBlocks, y_offset: 0 },
          },
          profile,
        ),
        {
          shader: "winograd-output",
          entryPoint,
          bind: [m, "bias", residual ? "residual" : "bias", "y"],
          params: {
            ...place,
            size: tiles * outBlocks,
            blocks: outBlocks,
            out_height: outHeight,
            out_width: outWidth,
            activation: activationCode[activation],
            residual: residual ? 1 : 0,
          },
          workgroups: grid(tiles * outBlocks),
        },
      );
    }
    return launches;
  },
  macs: ({ inputs: [x], shape: [n, outputs, height, width] }) => n * outputs * height * width * x.shape[1] * 9,
};

/** Tiles whose transforms fit the workspace and the adapter's bindings. */
function tilesAtOnce(points: number, inBlocks: number, outBlocks: number, { maxBindingBytes }: AdapterProfile): number {
  const bytes = points * 16;
  const fitting = Math.min(WORKSPACE_BYTES / (bytes * (inBlocks + outBlocks)), maxBindingBytes / (bytes * Math.max(inBlocks, outBlocks)));
  return Math.max(1, Math.floor(fitting));
}

/**
 * The transformed filters: [(tile + 2)², out, ceil4(in)], which lie in memory as [point][in][ceil4(out)]. Rotated filters are transformed
 * from what they were, [in, out, 3, 3].
 */
const filterOp: Op<{ readonly tile: Tile; readonly isRotated: boolean }> = {
  name: "winogradFilter",
  inputs: ["weight"],
  shape: ([[first, second]], { tile, isRotated }) => {
    const [outputs, inputs] = isRotated ? [second, first] : [first, second];
    return [(tile + 2) ** 2, outputs, Math.ceil(inputs / 4) * 4];
  },
  launches({ inputs: [weight], attrs: { tile, isRotated }, shape }) {
    const [points, outputs, rows] = shape;
    const { blocks, vectors } = layoutOf(shape);
    const tapStep = layoutOf(weight.shape).blocks * 4;
    const walk = isRotated
      ? { output_step: 1, input_step: 9 * tapStep, tap_step: -tapStep, first_tap: 8 * tapStep }
      : { output_step: 9 * tapStep, input_step: 1, tap_step: tapStep, first_tap: 0 };
    return [
      {
        shader: "winograd-filter",
        entryPoint: tile === 4 ? "f43" : "f23",
        bind: ["weight", "y"],
        params: {
          size: vectors / points,
          outputs,
          out_blocks: blocks,
          inputs: weight.shape[isRotated ? 0 : 1],
          taps: 9,
          rows: tile + 2,
          ...walk,
        },
        workgroups: grid(blocks * rows),
      },
    ];
  },
};
