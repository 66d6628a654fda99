/**
 * Deep-COVID (Minaee et al. 2020, Medical Image Analysis 65:101794): networks of ImageNet whose last layer alone learns to tell COVID-19 from
 * all other films, read by thresholds and by occlusion.
 *
 * Data: 84 films of COVID-19, made 420 by copies, and 2,000 others to train; 100 and 3,000 to test. Films are brought to 224 pixels, ImageNet's
 * mean and deviation; two outputs; cross-entropy. `minaee2020-facts.ts` has every number, `plan` makes a training of them, `tables` and
 * `inspect` what is put out.
 */
import { confusionOfCounts, countsAt } from "../statistics/binary-counts.ts";
import { type BinaryIndices, binaryIndices } from "../statistics/binary-indices.ts";
import { histogram } from "../statistics/histogram.ts";
import { isDefined, type NotDefined } from "../statistics/not-defined.ts";
import { averagePrecision, precisionRecallCurve } from "../statistics/precision-recall.ts";
import { predictiveValues } from "../statistics/predictive-values.ts";
import { rocCurve } from "../statistics/roc.ts";
import { compareRocAreas, rocAreaEstimate } from "../statistics/roc-area.ts";
import type { ScoredSet } from "../statistics/scored-set.ts";
import { applyThreshold, chooseThreshold, fixedThreshold, type Threshold } from "../statistics/threshold.ts";
import { evenThresholds } from "../statistics/threshold-table.ts";
import { COVID, facts } from "./minaee2020-facts.ts";
import { minaeeOcclusion } from "./minaee2020-occlusion.ts";
import { oneAgainstRest, positiveAt, predictionTable, type ScoredFilms } from "./scored-films.ts";
import type { Choice, Plan, Results, System } from "./system.ts";
import { type Cell, cell, cells, type Table, type Tables } from "./table.ts";

const members = {
  resnet18: "ResNet-18",
  resnet50: "ResNet-50",
  squeezenet1_0: "SqueezeNet 1.0",
  squeezenet1_1: "SqueezeNet 1.1",
  densenet121: "DenseNet-121, as the text has it",
  densenet161: "DenseNet-161, as the repository's figure has it",
};

function plan({ member, variant, quick }: Choice): Plan {
  const { training, preprocessing, networks } = facts;
  const isScript = variant === "script";
  const { kind, lr } = isScript ? training.optimizerOfScript.value : training.optimizerOfPaper.value;
  return {
    arch: member,
    size: quick ? 64 : preprocessing.size.value,
    resize: isScript ? preprocessing.resize.value : "stretch",
    merge: { [COVID]: [COVID], non: ["*"] },
    start: networks.start.value,
    freeze: "trunk",
    frozenNorms: isScript ? training.frozenNormsOfScript.value : "fixed",
    epochs: quick ? 4 : training.epochs.value,
    batch: quick ? 8 : training.batch.value,
    optimizer: kind,
    // Four epochs of a few steps do not get anywhere at the paper's rate.
    lr: quick ? 1e-2 : lr,
    ...(isScript && { momentum: training.optimizerOfScript.value.momentum }),
    schedule: isScript ? { kind: "step", ...training.scheduleOfScript.value } : { kind: "constant" },
    loss: training.loss.value,
    sampler: "oversampled",
    augment: "minaee",
    augmentAt: "input",
    monitor: training.best.value,
  };
}

/** Predictions, threshold table, summary, curves, confusion matrices, and histograms of the three groups. */
function tables({ test, val, threshold }: Results): Tables {
  const { evaluation } = facts;
  const set = oneAgainstRest(test, COVID);
  const thresholds = thresholdsFor(val, threshold);
  const { scores, labels } = set;
  const roc = rocCurve(scores, labels);
  const precisionRecall = precisionRecallCurve(scores, labels);
  return {
    predictions: positiveAt(predictionTable(test), COVID, thresholds[0].value),
    thresholds: evenThresholds(evaluation.thresholdStep.value).map((threshold) => thresholdRow(threshold, set)),
    summary: summaryOf(set, thresholds),
    confusion: thresholds.flatMap((threshold) => confusionRows(threshold, set)),
    roc: isDefined(roc) ? roc.map((point) => ({ ...point })) : [],
    precision_recall: isDefined(precisionRecall) ? precisionRecall.map((point) => ({ ...point })) : [],
    histogram: threeGroups(test),
  };
}

/** The script's own or the one that was asked for, and one that is chosen on validation films alone. */
function thresholdsFor(val: ScoredFilms | undefined, asked?: number): Threshold[] {
  const { threshold, sensitivity } = facts.evaluation;
  const chosen = val && chooseThreshold(oneAgainstRest(val, COVID), { sensitivity: sensitivity.value });
  return [
    fixedThreshold(asked ?? threshold.value, asked === undefined ? minaee2020.paper : "asked for"),
    ...(chosen && isDefined(chosen) ? [chosen] : []),
  ];
}

/** Sensitivity and specificity at a threshold, with the paper's interval and with Wilson's, which stays inside 0 and 1. */
function thresholdRow(threshold: number, { scores, labels }: ScoredSet): Readonly<Record<string, Cell>> {
  const counts = countsAt(scores, labels, threshold);
  const [wald, wilson] = (["Wald", "Wilson"] as const).map((method) => binaryIndices(counts, { method }));
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = counts;
  return {
    threshold,
    tp: truePositives,
    fn: falseNegatives,
    fp: falsePositives,
    tn: trueNegatives,
    ...cells("sensitivity", wald.sensitivity),
    ...cells("specificity", wald.specificity),
    ...cells("sensitivity_wilson", wilson.sensitivity),
    ...cells("specificity_wilson", wilson.specificity),
  };
}

/** A row a threshold: areas, rates, and what a positive answer means here and where the disease is rarer. */
function summaryOf(set: ScoredSet, thresholds: readonly Threshold[]): Table {
  const { scores, labels, clusters } = set;
  const area = rocAreaEstimate(scores, labels, { clusters });
  return thresholds.map((threshold) => {
    const { indices } = applyThreshold(threshold, set);
    return {
      threshold: threshold.value,
      rule: threshold.rule,
      cases: labels.length,
      positives: indices.positives,
      ...cells("roc_area", area),
      average_precision: cell(averagePrecision(scores, labels)),
      ...ratesOf(indices),
      ...Object.assign(
        {},
        ...predictiveValues(indices, facts.evaluation.prevalences.value).map(({ prevalence, ppv, npv }) => ({
          [`ppv_at_${prevalence}`]: cell(ppv.value),
          [`npv_at_${prevalence}`]: cell(npv.value),
        })),
      ),
    };
  });
}

const ratesOf = ({ accuracy, sensitivity, specificity, ppv, npv, f1, kappa }: BinaryIndices): Record<string, Cell> => ({
  ...cells("accuracy", accuracy),
  ...cells("sensitivity", sensitivity),
  ...cells("specificity", specificity),
  ...cells("ppv", ppv),
  ...cells("npv", npv),
  f1: cell(f1),
  kappa: cell(kappa),
});

const confusionRows = ({ value, rule }: Threshold, { scores, labels }: ScoredSet): Table =>
  confusionOfCounts(countsAt(scores, labels, value)).map(([negative, positive], truth) => ({
    threshold: value,
    rule,
    truth: truth === 1 ? COVID : "non",
    taken_for_non: negative,
    [`taken_for_${COVID}`]: positive,
  }));

/** How the probability of COVID-19 spreads among its films, normal ones, and those of other findings. */
function threeGroups(test: ScoredFilms): Table {
  const { scores } = oneAgainstRest(test, COVID);
  const groupOf = (group: string): string => (group === COVID || group === "normal" ? group : "other findings");
  const bins = facts.evaluation.histogramEdges.value - 1;
  return [COVID, "normal", "other findings"].flatMap((group) =>
    histogram(
      test.films.flatMap((film, n) => (groupOf(film.group) === group ? [scores[n]] : [])),
      bins,
    ).map(({ lower, upper, count }) => ({ group, lower, upper, count })),
  );
}

/** The networks side by side, each area tested against that of the first. */
function comparison(results: Readonly<Record<string, Results>>): Tables {
  const sets = Object.entries(results).map(([name, { test, val, threshold }]) => {
    const set = oneAgainstRest(test, COVID);
    return { name, set, rows: summaryOf(set, thresholdsFor(val, threshold)) };
  });
  const first = sets[0];
  const curvesOf = (curve: (set: ScoredSet) => readonly object[] | NotDefined): Table =>
    sets.flatMap(({ name, set }) => {
      const points = curve(set);
      return isDefined(points) ? points.map((point) => ({ model: name, ...point })) : [];
    });
  return {
    roc: curvesOf(({ scores, labels }) => rocCurve(scores, labels)),
    precision_recall: curvesOf(({ scores, labels }) => precisionRecallCurve(scores, labels)),
    models: sets.flatMap(({ name, set, rows }) =>
      rows.map((row) => ({
        model: name,
        ...row,
        p_of_area_as_first:
          set === first.set ? "" : cell(compareRocAreas(first.set.scores, set.scores, set.labels, { clusters: set.clusters }).p),
      })),
    ),
  };
}

export const minaee2020: System = {
  name: "minaee2020",
  paper: "Minaee et al. 2020, Deep-COVID",
  members,
  variants: {
    paper: "Adam at 1e-4, batch norms fixed, the whole film",
    script: "the repository's: SGD, ×0.1 every 7 epochs, statistics of batch norms drift, the middle of the film",
  },
  facts,
  deviations: [
    {
      published: "84 films of COVID-19 are made 420 by copies on disk",
      here: "films of the smaller class are repeated, each time changed anew",
    },
    { published: "batch norms of frozen layers keep moving", here: "they are fixed, unless the variant is script", trap: 12 },
    { published: "crops of 8 % of the film and more", here: "the same, as a recipe that names its range; another can be chosen", trap: 13 },
    {
      published: "the middle of the film, which may cut off apices or bases",
      here: "the whole film, unless the variant is script",
      trap: 14,
    },
    { published: "figures of an earlier release", here: "none of them is a target", trap: 15 },
  ],
  phantoms: {
    films: 60,
    size: 96,
    patterns: { normal: { opacities: 0 }, pneumonia: { opacities: 1, strength: 4 }, covid: { opacities: 4, strength: 3 } },
  },
  plan,
  tables,
  inspect: minaeeOcclusion,
  comparison,
};
