/** Whether a picture can be read as a frontal chest film, before any network answers: what speaks against it, with its measure and limit. */
import type { Image } from "../loaders/image.ts";
import { blockArtefacts } from "./block-artefacts.ts";
import { colourfulness } from "./colourfulness.ts";
import { exposure } from "./exposure.ts";
import { toGrey } from "./grey.ts";
import { type Orientation, orientations } from "./orientation.ts";

/** What may be wrong with a film. */
export type FindingName =
  | "size"
  | "compression"
  | "blocks"
  | "colour"
  | "blank"
  | "contrast"
  | "clipped"
  | "inverted"
  | "turned"
  | "lateral";

/** One thing that speaks against a film. */
export interface Finding {
  readonly name: FindingName;
  /** warn: an answer may be worse for it; refuse: there is nothing to answer. */
  readonly severity: "warn" | "refuse";
  /** Follows the file's name in a sentence. */
  readonly message: string;
  readonly value: number;
  /** What the value must reach, or must not exceed. */
  readonly limit: number;
}

/**
 * Limits of what films are like, from the 3,438 films of the development data: 224 pixels a side, grey PNG, from nine collections. Beside each
 * stands how many of them it finds wrong; of 100 drawn films (`phantom`) none finds any.
 */
export const qualityLimits = {
  /** Pixels of the shorter side: below, a network of 224 pixels is shown an enlarged picture. */
  side: 224,
  /** Of a JPEG, by its tables: of 60 films coded with 30 two show more blocks than the limit below, with 20 fourteen, with 15 more than half. */
  jpegQuality: 30,
  /** See `blockArtefacts`. The 99.9th percentile is 2.05; 3 films are beyond. */
  blocks: 2.1,
  /** Shares of pixels with a colour of their own: letters and arrows, and a photograph or a pseudo-coloured film. */
  annotated: 0.001,
  coloured: 0.1,
  /** 8-bit levels from grey, on average: beyond, a film is toned. */
  tint: 4,
  /** From the 1st to the 99th percentile of the middle, as a share of white: half of the least, 0.208. */
  blank: 0.1,
  /** From the 5th to the 95th; the 0.1st percentile is 0.169; 3 films are beyond. */
  contrast: 0.16,
  /** Shares of the middle at the ends of the scale: the 99.9th percentiles are 0.268 and 0.114; 1 film and 3 films are beyond. */
  black: 0.3,
  white: 0.12,
  /** How likely another way up, or a negative, must be: 2 films, and none; the likeliest has 0.84. */
  perhapsTurned: 0.8,
  surelyTurned: 0.99,
} as const;

/**
 * What speaks against a film, the gravest first; nothing for a good one. Only a blank picture is looked at no further.
 */
export function filmQuality(image: Image): readonly Finding[] {
  const grey = toGrey(image);
  const blank = blankness(grey);
  if (blank.length > 0) return blank;
  const found = [...view(image), ...colour(image), ...orientation(grey), ...size(image), ...compression(image, grey), ...levels(grey)];
  return [...found.filter(({ severity }) => severity === "refuse"), ...found.filter(({ severity }) => severity === "warn")];
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** A picture without a picture, black, white or of one grey. */
function blankness(grey: Image): Finding[] {
  const { span, black, white } = exposure(grey);
  if (span >= qualityLimits.blank) return [];
  const what = black > 0.5 ? "black" : white > 0.5 ? "white" : "of one grey";
  const message = `is blank, its middle is ${what}: grey levels span ${percent(span)} of the scale, at least ${percent(qualityLimits.blank)} are needed`;
  return [{ name: "blank", severity: "refuse", message, value: span, limit: qualityLimits.blank }];
}

/** DICOM's codes of lateral and oblique views (PS3.3 C.8.1.2), and what machines and people write; a decubitus view is frontal. */
const LATERAL = /^(LL|RL|LLO|RLO)$|\blat(?:eral)?\b(?!.*decub)|\boblique\b/i;

function view({ facts }: Image): Finding[] {
  if (facts?.view === undefined || !LATERAL.test(facts.view)) return [];
  const message = `is no frontal view (its file says ${facts.view})`;
  return [{ name: "lateral", severity: "refuse", message, value: 1, limit: 0 }];
}

function colour(image: Image): Finding[] {
  const { coloured, tint } = colourfulness(image);
  const { coloured: most, annotated, tint: mostTint } = qualityLimits;
  const share = { name: "colour", value: coloured } as const;
  if (coloured > most) {
    const message = `is a colour photograph or a pseudo-coloured film: ${percent(coloured)} of it has a colour, at most ${percent(most)} may`;
    return [{ ...share, severity: "refuse", message, limit: most }];
  }
  if (coloured > annotated) {
    const message = `has coloured marks on ${percent(coloured)} of it; they are read as grey`;
    return [{ ...share, severity: "warn", message, limit: annotated }];
  }
  if (tint <= mostTint) return [];
  const message = `is toned, ${tint.toFixed(1)} levels from grey on average; it is read as grey`;
  return [{ name: "colour", severity: "warn", message, value: tint, limit: mostTint }];
}

/** What the likeliest way up means, where it is not the right one. */
function orientation(grey: Image): Finding[] {
  const [likeliest] = orientations(grey);
  const { degrees, isInverted, probability } = likeliest;
  const { perhapsTurned, surelyTurned } = qualityLimits;
  if ((degrees === 0 && !isInverted) || probability < perhapsTurned) return [];
  const isSure = probability >= surelyTurned;
  const message = `${isSure ? "is" : "may be"} ${described(likeliest)}: that is ${percent(probability)} likely by its grey levels`;
  const measured = { value: probability, limit: isSure ? surelyTurned : perhapsTurned };
  return [{ name: isInverted ? "inverted" : "turned", severity: isSure ? "refuse" : "warn", message, ...measured }];
}

function described({ degrees, isInverted }: Orientation): string {
  const turn = degrees === 180 ? "upside down" : `turned by ${degrees}° clockwise`;
  if (!isInverted) return turn;
  return degrees === 0 ? "a negative, with black and white exchanged" : `a negative, and ${turn}`;
}

function size({ width, height }: Image): Finding[] {
  const side = Math.min(width, height);
  if (side >= qualityLimits.side) return [];
  const message = `is small, ${width} × ${height}: sides of at least ${qualityLimits.side} pixels are needed to show detail`;
  return [{ name: "size", severity: "warn", message, value: side, limit: qualityLimits.side }];
}

/** By the file's own word where it is a JPEG, else by the traces that one left. */
function compression({ facts }: Image, grey: Image): Finding[] {
  const { jpegQuality: least, blocks: most } = qualityLimits;
  if (facts?.jpegQuality !== undefined) {
    if (facts.jpegQuality >= least) return [];
    const message = `is a JPEG of quality ${facts.jpegQuality}, at least ${least} is needed to keep detail`;
    return [{ name: "compression", severity: "warn", message, value: facts.jpegQuality, limit: least }];
  }
  const blocks = blockArtefacts(grey);
  if (blocks <= most) return [];
  const message = `shows the blocks of a strong compression: steps between them are ${blocks.toFixed(1)} times those within, at most ${most} is usual`;
  return [{ name: "blocks", severity: "warn", message, value: blocks, limit: most }];
}

function levels(grey: Image): Finding[] {
  const { contrast, black, white } = exposure(grey);
  const found: Finding[] = [];
  if (contrast < qualityLimits.contrast) {
    const message = `has little contrast: the levels of its middle span ${percent(contrast)} of the scale, at least ${percent(qualityLimits.contrast)} is usual`;
    found.push({ name: "contrast", severity: "warn", message, value: contrast, limit: qualityLimits.contrast });
  }
  for (const [what, value, limit] of [
    ["black", black, qualityLimits.black],
    ["white", white, qualityLimits.white],
  ] as const) {
    if (value <= limit) continue;
    const message = `is clipped: ${percent(value)} of its middle is ${what}, at most ${percent(limit)} is usual`;
    found.push({ name: "clipped", severity: "warn", message, value, limit });
  }
  return found;
}
