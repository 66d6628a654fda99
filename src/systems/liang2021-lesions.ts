/** Lesions and clinical indicators in Liang et al. 2021: what of a film is ill, its principal components, and how they go together. */
import { type Explainer, explainer } from "../explanation/explainer.ts";
import { components } from "../imaging/components.ts";
import { toGrey } from "../imaging/grey.ts";
import { resize } from "../imaging/resize.ts";
import type { Image } from "../loaders/image.ts";
import { type PrincipalComponents, principalComponents, project } from "../retrieval/pca.ts";
import { type Columns, canonicalCorrelation } from "../statistics/canonical-correlation.ts";
import { correlationTable } from "../statistics/correlation.ts";
import { StatisticsError } from "../statistics/statistics-error.ts";
import { tensor } from "../tensor.ts";
import type { Findings, Inspection } from "./inspection.ts";
import { SHOWN_INDICATOR } from "./liang2021-pictures.ts";
import { outlineOf } from "./outlines.ts";
import { cell, cells, type Table } from "./table.ts";

/** What is measured of the lesions of one film. */
export interface Lesions {
  /** Their share of the film, how many there are, and the mean grey level in them, as a share of white; 0 without any. */
  readonly area: number;
  readonly count: number;
  readonly density: number;
}

/**
 * Measures what a mask of the film's size calls ill.
 * @throws RangeError if the sizes differ.
 */
export function lesionsIn(film: Image, mask: Image): Lesions {
  if (film.width !== mask.width || film.height !== mask.height)
    throw new RangeError(`lesions: the film is ${film.width} × ${film.height}, the mask ${mask.width} × ${mask.height}`);
  const { data, bitDepth } = toGrey(film);
  let [inside, sum] = [0, 0];
  for (const [p, level] of data.entries())
    if (mask.data[p] !== 0) {
      inside++;
      sum += level;
    }
  return {
    area: inside / data.length,
    count: components(mask).parts.length,
    density: inside === 0 ? 0 : sum / inside / (2 ** bitDepth - 1),
  };
}

/** What reaches half of a map's strongest, as a mask. */
const hottest = ({ width, height, data }: Image): Image => ({
  width,
  height,
  channels: 1,
  bitDepth: 8,
  data: Uint8Array.from(data, (level) => (level >= 32768 ? 255 : 0)),
});

/** The side that lesion pictures are brought to for their principal components. */
const SIDE = 32;
const COMPONENTS = 3;

/**
 * Features of the lesions of the held-out films (readers' outlines where the manifest has them, else what reaches half of the heat map's
 * strongest), the principal components of the lesion pictures, and the correlation of all of them with the true indicators: each with
 * each, with p-values by Holm, and as two groups.
 */
export async function liangLesions({ model, films, predicted }: Inspection): Promise<Findings> {
  if (!predicted) return {};
  using explains = explainer(model);
  const names = predicted.names;
  const label = names.includes(SHOWN_INDICATOR) ? SHOWN_INDICATOR : names[0];
  const rows: { readonly name: string; readonly from: string; readonly lesions: Lesions; readonly picture: Float32Array }[] = [];
  for (const sample of films.samples) {
    const { image } = await model.read(sample.picture);
    const outline = await outlineOf(sample, image);
    const mask = outline ?? (await heatOf(explains, image, label));
    const from = outline ? "outline" : `Grad-CAM of ${label}`;
    rows.push({ name: sample.name, from, lesions: lesionsIn(image, mask), picture: lesionPicture(image, mask) });
  }
  const pictures = tensor([rows.length, SIDE * SIDE], Float32Array.from(rows.flatMap(({ picture }) => Array.from(picture))));
  const found = componentsOf(pictures.shape[0], () => principalComponents(pictures, Math.min(COMPONENTS, rows.length - 1)));
  const scores = typeof found === "string" ? undefined : project(found, pictures);
  const count = scores?.shape[1] ?? 0;
  const column = (value: (n: number) => number): number[] => rows.map((_, n) => value(n));
  const features: Columns = {
    lesion_area: column((n) => rows[n].lesions.area),
    lesion_count: column((n) => rows[n].lesions.count),
    lesion_density: column((n) => rows[n].lesions.density),
    ...Object.fromEntries(Array.from({ length: count }, (_, k) => [`component_${k + 1}`, column((n) => scores?.data[n * count + k] ?? 0)])),
  };
  const indicators: Columns = Object.fromEntries(names.map((name, i) => [name, predicted.films.map(({ truth }) => truth[i])]));
  return {
    tables: {
      lesions: rows.map(({ name, from }, n) => ({
        file: name,
        from,
        ...Object.fromEntries(Object.entries(features).map(([feature, values]) => [feature, values[n]])),
        ...Object.fromEntries(names.map((of, i) => [of, predicted.films[n].truth[i]])),
      })),
      components: componentTable(found),
      correlations: correlationTable(features, indicators).map(({ first, second, cases, p, adjustedP, ...estimate }) => ({
        feature: first,
        indicator: second,
        films: cases,
        ...cells("pearson", estimate),
        p: cell(p),
        p_by_holm: cell(adjustedP),
      })),
      canonical: canonicalTable({ lesion_area: features.lesion_area, lesion_density: features.lesion_density }, indicators),
    },
    ...(typeof found !== "string" && { pictures: basisPictures(found) }),
  };
}

async function heatOf(explains: Explainer, image: Image, label: string): Promise<Image> {
  const { levels } = await explains.explain(image, { method: "grad-cam", label });
  return levels.limit > 0 ? hottest(levels.image) : { ...hottest(levels.image), data: new Uint8Array(levels.image.data.length) };
}

/** The film's grey levels where it is ill, as shares of white, small. */
function lesionPicture(film: Image, mask: Image): Float32Array {
  const grey = toGrey(film);
  const ill = { ...grey, data: grey.data.map((level, p) => (mask.data[p] === 0 ? 0 : level)) };
  return Float32Array.from(resize(ill, SIDE, SIDE, { filter: "area" }).data, (level) => level / (2 ** grey.bitDepth - 1));
}

/** Components, or why there are none. */
function componentsOf(films: number, find: () => PrincipalComponents): PrincipalComponents | string {
  if (films < 3) return "fewer than 3 films";
  try {
    return find();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const componentTable = (found: PrincipalComponents | string): Table =>
  typeof found === "string"
    ? [{ component: 1, variance: `not defined: ${found}`, share: "" }]
    : found.explainedVariance.map((variance, k) => ({ component: k + 1, variance, share: found.explainedVarianceRatio[k] }));

/** The mean lesion picture and each component, brought to all grey levels. */
function basisPictures({ mean, components: basis }: PrincipalComponents): Record<string, Image> {
  return Object.fromEntries([
    ["lesions/mean", greyOf(mean)] as const,
    ...basis.map((unit, k) => [`lesions/component-${k + 1}`, greyOf(unit)] as const),
  ]);
}

function greyOf(values: Float64Array): Image {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = 255 / (most - least || 1);
  return {
    width: SIDE,
    height: SIDE,
    channels: 1,
    bitDepth: 8,
    data: Uint8Array.from(values, (value) => Math.round((value - least) * scale)),
  };
}

/** A row a pair of weighted sums, or why there is none. */
function canonicalTable(features: Columns, indicators: Columns): Table {
  try {
    return canonicalCorrelation(features, indicators).map(({ correlation, wilks, p, first, second }, k) => ({
      pair: k + 1,
      correlation,
      wilks,
      p,
      ...prefixed("weight_", first),
      ...prefixed("weight_", second),
    }));
  } catch (error) {
    if (!(error instanceof StatisticsError)) throw error;
    return [{ pair: 1, correlation: `not defined: ${error.message}`, wilks: "", p: "" }];
  }
}

const prefixed = (prefix: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
