/** All that is told of one model, or of the mean of several: its scores judged whole, within sources, by columns, and its worst mistakes. */
import { isDefined, type NotDefined, notDefined } from "../../statistics/not-defined.ts";
import type { Sample } from "../../training/dataset.ts";
import type { EvaluateOptions } from "../evaluate-options.ts";
import { auditOfMean, shown } from "./audit.ts";
import { columnValue } from "./films.ts";
import { mistakesOf } from "./gallery.ts";
import { someOf, subgroups, withinSources } from "./groups.ts";
import { judge, scoredFilms } from "./judge.ts";
import { meanScores, memberAgreement } from "./mean-scores.ts";
import type { JudgedModel } from "./result.ts";
import type { FilmSets, ModelScores } from "./score-models.ts";
import { partOf, type Scores } from "./scores.ts";

/**
 * @throws InputError for films of classes that the model does not know, and where no film could be read.
 * @throws StatisticsError for scores that are not finite, and where test and validation films share a patient.
 * @throws DeviceError if the GPU fails, where mistakes are explained.
 */
export async function judgedModel(found: ModelScores, sets: FilmSets, options: EvaluateOptions): Promise<JudgedModel> {
  const { dataset } = sets;
  const { by, chooseOn, gallery, label, prevalence, report, source, split, threshold } = options;
  const { name, scores, hash, adapter, card, audit, modelThresholds, evidence } = found;
  const all = scoredFilms(dataset, split, sets.test, partOf(scores, 0, sets.test.length), label);
  const rest = partOf(scores, sets.test.length);
  const validation = rest.rows.some(Boolean) ? scoredFilms(dataset, chooseOn, sets.validation, rest, label) : undefined;
  const judgement = judge(name, all, validation, { ...options, thresholds: threshold, prevalences: prevalence, modelThresholds });
  const { test, each } = judgement;
  const valueIn = (column: string) => (place: number) => columnValue(dataset, test.films[place], column, label);
  const answered = [...test.films.keys()].filter((place) => !test.withheld[place]);
  const truth = (film: Sample) => columnValue(dataset, film, label, label);
  return {
    ...judgement,
    hash,
    adapter,
    card,
    audit,
    whole: shown(test, options),
    ...(answered.length < test.films.length && { answered: shown(someOf(test, answered), options) }),
    within: withinSources(test, valueIn(source), options),
    groups: each.flatMap(({ positive, report: { thresholds } }) =>
      by.map((column) => {
        const first = thresholds[0]?.threshold.value;
        return { positive, column, threshold: first, found: subgroups(test, positive, first, column, valueIn(column)) };
      }),
    ),
    mistakes: report === undefined || !gallery ? [] : await mistakesOf(judgement, { most: gallery, truth, evidence }),
  };
}

/**
 * The mean of the models' scores as a model of its own, with what their disagreement tells. Not defined where scores of one are no
 * probabilities.
 */
export async function judgedMean(
  members: readonly JudgedModel[],
  scores: readonly Scores[],
  sets: FilmSets,
  options: EvaluateOptions,
): Promise<JudgedModel | NotDefined> {
  for (const { model, classes } of members) if (!isDefined(classes)) return notDefined(`${model}: ${classes.notDefined}`);
  const name = `mean of ${members.length} models`;
  const judged = await judgedModel({ name, scores: meanScores(scores) }, sets, { ...options, gallery: false });
  const audits = members.flatMap(({ audit }) => audit ?? []);
  return {
    ...judged,
    ...(audits.length === members.length && {
      audit: auditOfMean(audits, judged.test, options),
    }),
    agreement: memberAgreement(
      judged.test,
      members.map(({ model, test }) => ({ ...test, model })),
    ),
  };
}
