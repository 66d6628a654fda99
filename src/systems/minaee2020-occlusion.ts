/** Where Minaee et al. 2020 look for COVID-19: a window over the film is blackened, place by place, and the network asked again. */
import { type Explainable, explainer } from "../explanation/explainer.ts";
import { type Findings, type Inspection, stemOf, surest, together } from "./inspection.ts";
import { type CaptionedMap, mapSheet } from "./map-sheet.ts";
import { COVID, facts } from "./minaee2020-facts.ts";
import { agreementCells, outlineOf } from "./outlines.ts";
import type { Table } from "./table.ts";

/** Films that are shown, those of COVID-19 that the network is surest of. */
const FILMS = { quick: 2, full: 6 };

/**
 * Maps of both forms, by how much the probability of COVID-19 drops and how many windows flip the decision, over each film, with how far
 * they agree with its outline where there is one. Window and stride are the published system's at 224 pixels, and as large a part of
 * smaller films; a quick run goes in steps of half a window.
 */
export async function minaeeOcclusion({
  model,
  films,
  test,
  choice,
  threshold = facts.evaluation.threshold.value,
}: Inspection): Promise<Findings> {
  if (!test) return {};
  const { description } = model;
  // The decision is by this system's threshold, not by the higher of two probabilities.
  const decided: Explainable = {
    ...model,
    device: model.device,
    description: { ...description, thresholds: { ...description.thresholds, [COVID]: threshold } },
  };
  using explains = explainer(decided);
  const share = Math.min(description.input.width, description.input.height) / facts.preprocessing.size.value;
  const window = Math.max(2, Math.round(facts.occlusion.window.value * share));
  const stride = choice.quick ? Math.ceil(window / 2) : Math.max(1, Math.round(facts.occlusion.stride.value * share));
  const found: Findings[] = [];
  for (const place of surest(test, COVID, choice.quick ? FILMS.quick : FILMS.full)) {
    const sample = films.samples[place];
    const { image } = await model.read(sample.picture);
    const outline = await outlineOf(sample, image);
    const maps: CaptionedMap[] = [];
    for (const form of ["drop", "flip"] as const) {
      const options = { method: "occlusion", label: COVID, window, stride, form, fill: facts.occlusion.fill.value } as const;
      const explanation = await explains.explain(image, options);
      maps.push({ caption: form === "drop" ? "probability drops" : "decision flips", explanation });
    }
    const rows: Table = maps.map(({ explanation: { score, levels } }, i) => ({
      file: sample.name,
      truth: test.classes[test.films[place].label],
      form: i === 0 ? "drop" : "flip",
      window,
      stride,
      score,
      strongest: levels.limit,
      ...agreementCells(levels, outline),
    }));
    found.push({
      tables: { occlusion: rows },
      pictures: { [`occlusion/${stemOf(sample.name)}`]: mapSheet(image, maps, { colours: "jet", outline }) },
    });
  }
  return { ...together(found), tables: { occlusion: found.flatMap(({ tables }) => tables?.occlusion ?? []) } };
}
