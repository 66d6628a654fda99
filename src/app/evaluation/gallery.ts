/** Films that a model is most wrong about, as small pictures. */

import { InputError } from "../../bytes.ts";
import { toGrey } from "../../imaging/grey.ts";
import { resize } from "../../imaging/resize.ts";
import type { Image } from "../../loaders/image.ts";
import { encodePng } from "../../loaders/png.ts";
import { openFilm } from "../../models/picture.ts";
import type { Sample } from "../../training/dataset.ts";
import { binarySet, type Judgement } from "./judge.ts";

/** A false positive or negative at a class's first threshold. */
export interface Mistake {
  readonly kind: "positive" | "negative";
  readonly positive: string;
  readonly film: string;
  readonly truth: string;
  readonly score: number;
  /** PNG in base64; more of the same film, such as a heatmap, stand beside it. */
  readonly picture: string;
  readonly pictures?: readonly string[];
}

/** The longer side of a small picture. */
const SIDE = 160;

/**
 * The worst mistakes of each kind and class: false positives of the highest, false negatives of the lowest score. Films are left out that
 * cannot be shown.
 * @param more - other pictures of a film to stand beside it, such as where the model looks.
 */
export async function mistakesOf(
  { each, test }: Judgement,
  truth: (place: number) => string,
  { most = 8, more }: { readonly most?: number; readonly more?: (film: Sample, positive: string) => Promise<readonly Image[]> } = {},
): Promise<Mistake[]> {
  const found: Mistake[] = [];
  for (const { positive, report } of each) {
    const [first] = report.thresholds;
    if (!first) continue;
    const { scores, labels } = binarySet(test, positive);
    const wrong = [...test.films.keys()].filter((i) => first.predicted[i] !== labels[i]);
    const kinds = {
      positive: wrong.filter((i) => labels[i] === 0).sort((a, b) => scores[b] - scores[a]),
      negative: wrong.filter((i) => labels[i] === 1).sort((a, b) => scores[a] - scores[b]),
    };
    for (const kind of ["positive", "negative"] as const) {
      for (const place of kinds[kind].slice(0, most)) {
        const film = test.films[place];
        const picture = await smallPicture(film);
        if (picture === undefined) continue;
        const pictures = (await more?.(film, positive))?.map((image) => base64(encodePng(shrunk(image))));
        found.push({ kind, positive, film: film.name, truth: truth(place), score: scores[place], picture, pictures });
      }
    }
  }
  return found;
}

async function smallPicture({ picture }: Sample): Promise<string | undefined> {
  try {
    const { image } = await openFilm(picture);
    return base64(encodePng(shrunk(asBytes(toGrey(image)))));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function shrunk(image: Image): Image {
  const factor = Math.min(1, SIDE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * factor)));
  return factor < 1 ? resize(image, width, height, { filter: "area" }) : image;
}

const asBytes = (image: Image): Image =>
  image.bitDepth === 8 ? image : { ...image, bitDepth: 8, data: Uint8Array.from(image.data, (value) => value >> 8) };

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
