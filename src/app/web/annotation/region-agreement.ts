/** How far two people agree on where findings lie: by pixels (IoU, Dice) and by marks that match one to one. */
import { type NotDefined, notDefined, ratio, type Statistic } from "../../../statistics/not-defined.ts";
import { type Overlap, type OverlapSummary, overlapSummary } from "../../../statistics/overlap.ts";
import { type Annotation, judgedBy, type Picture } from "./annotation.ts";
import { isRegional, type Match, matched } from "./matching.ts";
import { regionOverlap } from "./region.ts";

/** The IoU from which two marks count as one finding, as in PASCAL VOC. */
const SAME_FINDING = 0.5;

export interface PictureAgreement {
  readonly picture: Picture;
  /** Of the pixels that each person's marks cover together. */
  readonly overlap: Overlap;
  readonly matches: readonly Match[];
  readonly onlyA: number;
  readonly onlyB: number;
}

export interface RegionAgreement {
  readonly a: string;
  readonly b: string;
  /** Undefined: of all labels together. */
  readonly label?: string;
  /** The films that both have judged; where neither marked a region the overlap is not defined. */
  readonly pictures: readonly PictureAgreement[];
  /** Over the films, and of all pixels taken together; intervals by bootstrap over films. */
  readonly overlaps: OverlapSummary | NotDefined;
  readonly matches: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** 2 · matches / (marks of a + marks of b). */
  readonly f1: Statistic;
  /** Over the marks that match. */
  readonly meanIou: Statistic;
}

export interface RegionAgreementOptions {
  readonly label?: string;
  readonly sameFinding?: number;
}

/** Regions of one label, or of all where marks match whatever they are called, on the films that both have judged. */
export function regionAgreement(
  annotations: readonly Annotation[],
  films: readonly Picture[],
  a: string,
  b: string,
  { label, sameFinding = SAME_FINDING }: RegionAgreementOptions = {},
): RegionAgreement {
  const [byA, byB] = [a, b].map((author) => judgedBy(annotations, author));
  const pictures = films
    .filter(({ hash }) => byA.has(hash) && byB.has(hash))
    .map((picture): PictureAgreement => {
      const marks = annotations.filter(isRegional).filter((one) => one.picture === picture.hash && (label ?? one.label) === one.label);
      const [ofA, ofB] = [a, b].map((author) => marks.filter((mark) => mark.author === author));
      const regions = [ofA, ofB].map((of) => of.map(({ region }) => region));
      const matches = matched([...ofA, ...ofB], picture, sameFinding);
      return {
        picture,
        overlap: regionOverlap(regions[0], regions[1], picture),
        matches,
        onlyA: ofA.length - matches.length,
        onlyB: ofB.length - matches.length,
      };
    });
  const sum = (count: (of: PictureAgreement) => number): number => pictures.reduce((total, of) => total + count(of), 0);
  const [matches, onlyA, onlyB] = [sum((of) => of.matches.length), sum((of) => of.onlyA), sum((of) => of.onlyB)];
  return {
    a,
    b,
    ...(label !== undefined && { label }),
    pictures,
    overlaps: pictures.length > 0 ? overlapSummary(pictures.map(({ overlap }) => overlap)) : notDefined("no film that both have judged"),
    matches,
    onlyA,
    onlyB,
    f1: ratio(2 * matches, 2 * matches + onlyA + onlyB, "neither has marked a region"),
    meanIou: ratio(
      sum((of) => of.matches.reduce((total, { iou }) => total + iou, 0)),
      matches,
      "no marks match",
    ),
  };
}
