/** What readers have outlined in films, beside what maps show there. */
import { InputError, readBytes } from "../bytes.ts";
import { agreement } from "../explanation/agreement.ts";
import type { Levels } from "../explanation/heat-map.ts";
import { toGrey } from "../imaging/grey.ts";
import { decodeImage, type Image } from "../loaders/image.ts";
import type { Sample } from "../training/dataset.ts";
import type { Cell } from "./table.ts";

/**
 * The outline of a film as a mask of one channel, 255 inside; nothing where its manifest has none.
 * @throws InputError for one that cannot be read, or is of another size than its film.
 */
export async function outlineOf({ name, outline }: Sample, film: Image): Promise<Image | undefined> {
  if (outline === undefined) return undefined;
  const mask = toGrey(await decodeImage(await readBytes(outline), `outline of ${name}`));
  if (mask.width !== film.width || mask.height !== film.height)
    throw new InputError(
      `outline of ${name}`,
      `must be as large as its film, ${film.width} × ${film.height}, got ${mask.width} × ${mask.height}`,
    );
  const half = mask.bitDepth === 16 ? 32768 : 128;
  return { ...mask, bitDepth: 8, data: Uint8Array.from(mask.data, (value) => (value >= half ? 255 : 0)) };
}

/** How well a map agrees with an outline, as cells that are empty without one: IoU, share covered, share of the map inside, and whether its peak is. */
export function agreementCells(levels: Levels, outline: Image | undefined): Record<string, Cell> {
  if (!outline?.data.some(Boolean)) return { iou: "", covered: "", share_inside: "", area_outlined: "", hit: "" };
  const { iou, covered, share, area, isHit } = agreement(levels, outline);
  return { iou, covered, share_inside: share, area_outlined: area, hit: isHit ? 1 : 0 };
}
