/** The pictures of Liang et al. 2021: films in their colours, heat maps of five kinds at every stage, and occlusion at several patch sizes. */
import { type ExplainOptions, type Explanation, explainer } from "../explanation/explainer.ts";
import type { Image } from "../loaders/image.ts";
import { type Findings, type Inspection, stemOf, surest } from "./inspection.ts";
import { COVID, facts } from "./liang2021-facts.ts";
import { type CaptionedMap, mapSheet } from "./map-sheet.ts";
import { agreementCells, outlineOf } from "./outlines.ts";
import type { PredictedFilms } from "./predicted-films.ts";
import type { Table } from "./table.ts";

/** Films that are shown. */
const FILMS = { quick: 2, full: 4 };

/** Smaller windows than this are left out: they hide no more than what two convolutions fill in again. */
const LEAST_WINDOW = 4;

/**
 * Heat maps and occlusion maps of some held-out films, those that are surest of COVID-19 or have the highest C-reactive protein. Patches are
 * as large a part of the network's input as the published ones are of 224 pixels, and half a patch apart.
 */
export async function liangPictures(inspection: Inspection): Promise<Findings> {
  const { model, films, choice } = inspection;
  const { label, places } = shownOf(inspection, choice.quick ? FILMS.quick : FILMS.full);
  const { pseudoColour } = model.description.input;
  using explains = explainer(model);
  const pictures: Record<string, Image> = {};
  const tables = { heat_maps: [] as Table[number][], occlusion: [] as Table[number][] };
  for (const place of places) {
    const sample = films.samples[place];
    const { image, prepared } = await model.read(sample.picture);
    const outline = await outlineOf(sample, image);
    const explain = (options: ExplainOptions): Promise<Explanation> => explains.explain(image, { ...options, label });
    const heat: CaptionedMap[] = [];
    for (const { caption, ...options } of heatMaps) heat.push({ caption, explanation: await explain(options) });
    const occluded: (CaptionedMap & { readonly window: number; readonly stride: number })[] = [];
    for (const { patch, window, stride } of patchesAt(Math.min(prepared.image.width, prepared.image.height))) {
      const options = { method: "occlusion", form: "signed", fill: facts.occlusion.fill.value, window, stride } as const;
      occluded.push({ caption: `patch ${patch} of 224`, window, stride, explanation: await explain(options) });
    }
    const row = ({ caption, explanation: { method, layer = "", score, levels } }: CaptionedMap) => ({
      file: sample.name,
      label,
      score,
      map: caption,
      method,
      layer,
      strongest: levels.limit,
      colours: levels.isSigned ? "bwr" : COLOURS,
      ...agreementCells(levels, outline),
    });
    tables.heat_maps.push(...heat.map(row));
    tables.occlusion.push(...occluded.map((one) => ({ ...row(one), window: one.window, stride: one.stride })));
    const seen = { image: prepared.image, caption: `as seen: ${pseudoColour ?? "grey"}` };
    const stem = stemOf(sample.name);
    pictures[`heat-maps/${stem}`] = mapSheet(image, heat, { colours: COLOURS, outline, beside: [seen] });
    pictures[`occlusion/${stem}`] = mapSheet(image, occluded, { colours: COLOURS, outline, beside: [seen] });
    pictures[`pseudo-colour/${stem}`] = prepared.image;
  }
  return { tables, pictures };
}

/** Of maps without signs: red is what speaks for the class. */
const COLOURS = "jet";

/** The published utility's kinds, Grad-CAM at every stage of the trunk. */
const heatMaps: readonly (ExplainOptions & { readonly caption: string })[] = [
  { caption: "gradient", method: "gradient" },
  { caption: "deconvnet", method: "deconvnet" },
  { caption: "guided backprop", method: "guided-backprop" },
  ...facts.heatMaps.stages.value.map((layer) => ({ caption: `Grad-CAM, ${layer}`, method: "grad-cam" as const, layer })),
  { caption: "guided Grad-CAM", method: "guided-grad-cam" },
];

/** The published patches at another size than 224, each size once. */
function patchesAt(side: number): { readonly patch: number; readonly window: number; readonly stride: number }[] {
  const all = facts.occlusion.patches.value.map((patch) => {
    const window = Math.max(1, Math.round((patch * side) / facts.heatMaps.size.value));
    return { patch, window, stride: Math.max(1, Math.round(window / 2)) };
  });
  return all.filter(({ window }, i) => window >= LEAST_WINDOW && all.findIndex((other) => other.window === window) === i);
}

/** What is explained, and in which films. */
function shownOf({ test, predicted }: Inspection, count: number): { readonly label: string; readonly places: readonly number[] } {
  if (test) return { label: COVID, places: surest(test, COVID, count) };
  if (!predicted) return { label: COVID, places: [] };
  const label = predicted.names.includes(SHOWN_INDICATOR) ? SHOWN_INDICATOR : predicted.names[0];
  return { label, places: highest(predicted, label).slice(0, count) };
}

/** The indicator that rises most with lesions. */
export const SHOWN_INDICATOR = "c_reactive_protein";

function highest({ names, films }: PredictedFilms, name: string): number[] {
  const value = (n: number): number => films[n].predicted[names.indexOf(name)];
  return [...films.keys()].sort((a, b) => value(b) - value(a));
}
