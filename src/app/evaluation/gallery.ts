/** Films that a model is most wrong about, as small pictures. */
import { InputError } from "../../bytes.ts";
import { inEightBits } from "../../explanation/overlay.ts";
import { toGrey } from "../../imaging/grey.ts";
import { resize } from "../../imaging/resize.ts";
import type { Image } from "../../loaders/image.ts";
import { encodePng } from "../../loaders/png.ts";
import { openFilm } from "../../models/picture.ts";
import { isDefined } from "../../statistics/not-defined.ts";
import type { Sample } from "../../training/dataset.ts";
import type { Evidence } from "./evidence.ts";
import { binarySet, type Judgement } from "./judge.ts";

/** A false positive or negative at a class's first threshold. */
export interface Mistake {
  readonly kind: "positive" | "negative";
  readonly positive: string;
  readonly film: string;
  readonly truth: string;
  readonly score: number;
  /** PNG in base64. */
  readonly picture: string;
  /** The same with where the network sees the class; or why there is none. */
  readonly heatMap?: string | { readonly notDefined: string };
  /** Training films that are most like it, nearest first. */
  readonly neighbours: readonly AlikeFilm[];
}

export interface AlikeFilm {
  readonly film: string;
  readonly truth: string;
  readonly distance: number;
  /** PNG in base64; none of a film that cannot be shown. */
  readonly picture?: string;
}

export interface GalleryOptions {
  /** How many of each kind and class. */
  readonly most: number;
  /** The class of a film in words. */
  readonly truth: (film: Sample) => string;
  /** Where a model is at hand. */
  readonly evidence?: Evidence;
}

/** The longer side of a small picture, and of a neighbour's. */
const SIDE = 160;
const NEIGHBOUR_SIDE = 96;

/**
 * The worst mistakes of each kind and class: false positives of the highest, false negatives of the lowest score. Films are left out that
 * cannot be shown.
 * @throws DeviceError if the GPU fails.
 */
export async function mistakesOf(judgement: Judgement, { most, truth, evidence }: GalleryOptions): Promise<Mistake[]> {
  const chosen = worstOf(judgement, most);
  const alike = await evidence?.neighbours([...new Set(chosen.map(({ film }) => film))]);
  const found: Mistake[] = [];
  for (const { kind, positive, film, score } of chosen) {
    const image = await opened(film);
    if (!image) continue;
    const map = await evidence?.heatMap(film, image, positive);
    const neighbours: AlikeFilm[] = [];
    for (const { film: other, distance } of alike?.get(film) ?? []) {
      const shown = await opened(other);
      neighbours.push({ film: other.name, truth: truth(other), distance, picture: shown && small(toGrey(shown), NEIGHBOUR_SIDE) });
    }
    found.push({
      kind,
      positive,
      film: film.name,
      truth: truth(film),
      score,
      picture: small(toGrey(image), SIDE),
      ...(map && { heatMap: isDefined(map) ? small(map, SIDE) : map }),
      neighbours,
    });
  }
  return found;
}

interface Chosen extends Pick<Mistake, "kind" | "positive" | "score"> {
  readonly film: Sample;
}

function worstOf({ each, test }: Judgement, most: number): Chosen[] {
  return each.flatMap(({ positive, report }) => {
    const [first] = report.thresholds;
    if (!first) return [];
    const { scores, labels } = binarySet(test, positive);
    const wrong = [...test.films.keys()].filter((i) => first.predicted[i] !== labels[i]);
    const kinds = {
      positive: wrong.filter((i) => labels[i] === 0).sort((a, b) => scores[b] - scores[a]),
      negative: wrong.filter((i) => labels[i] === 1).sort((a, b) => scores[a] - scores[b]),
    };
    return (["positive", "negative"] as const).flatMap((kind) =>
      kinds[kind].slice(0, most).map((place) => ({ kind, positive, film: test.films[place], score: scores[place] })),
    );
  });
}

/** The film, where it can be read. */
async function opened({ picture }: Sample): Promise<Image | undefined> {
  try {
    return (await openFilm(picture)).image;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** A picture with sides of at most so many pixels, as PNG in base64. */
function small(image: Image, most: number): string {
  const factor = Math.min(1, most / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * factor)));
  const shown = factor < 1 ? resize(image, width, height, { filter: "area" }) : image;
  return Buffer.from(encodePng(inEightBits(shown))).toString("base64");
}
