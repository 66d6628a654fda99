/** Which marks of two people, or of several, mean the same. */

import { isDefined } from "../../../statistics/not-defined.ts";
import type { Size } from "../film-view.ts";
import type { Annotation } from "./annotation.ts";
import { boundsOf, type Region, regionOverlap } from "./region.ts";

/** A mark on a part of a film. */
export type Regional = Annotation & { readonly region: Region };

export const isRegional = (annotation: Annotation): annotation is Regional => annotation.region !== undefined;

export interface Match {
  readonly a: Regional;
  readonly b: Regional;
  readonly iou: number;
}

/** The pairs of different people with an IoU from a threshold on, the most alike first; of equal ones the first in the list. */
function alike(marks: readonly Regional[], film: Size, least: number): Match[] {
  const pairs: Match[] = [];
  for (const [i, a] of marks.entries())
    for (const b of marks.slice(i + 1)) {
      if (a.author === b.author || !boxesMeet(a.region, b.region)) continue;
      const { iou } = regionOverlap([a.region], [b.region], film);
      if (isDefined(iou) && iou >= least && iou > 0) pairs.push({ a, b, iou });
    }
  return pairs.sort((one, other) => other.iou - one.iou);
}

function boxesMeet(a: Region, b: Region): boolean {
  const [one, other] = [boundsOf(a), boundsOf(b)];
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}

/**
 * Marks of two people one to one, greedily: the pair with the highest IoU first, and so on among what is left, as COCO's evaluation does.
 * @param least - the IoU from which two marks may be one.
 */
export function matched(marks: readonly Regional[], film: Size, least: number): Match[] {
  const taken = new Set<Regional>();
  return alike(marks, film, least).filter(({ a, b }) => {
    if (taken.has(a) || taken.has(b)) return false;
    taken.add(a).add(b);
    return true;
  });
}

/** Marks of several people in groups, each with one mark of a person at most; joined greedily, the most alike pair first. */
export function grouped(marks: readonly Regional[], film: Size, least: number): Regional[][] {
  const groupOf = new Map(marks.map((mark) => [mark, [mark]]));
  for (const { a, b } of alike(marks, film, least)) {
    const [one, other] = [groupOf.get(a) ?? [], groupOf.get(b) ?? []];
    if (one === other || one.some(({ author }) => other.some((mark) => mark.author === author))) continue;
    one.push(...other);
    for (const mark of other) groupOf.set(mark, one);
  }
  return [...new Set(groupOf.values())];
}
