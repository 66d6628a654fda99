/**
 * COVID-19 on films of four hospitals (Keidar et al. 2021, European Radiology 31:9654): residual networks and a VGG under fully connected
 * layers, over pictures that carry the lung mask as a channel; their votes are one answer, and similar films are retrieved beside it.
 *
 * Data: sets are dealt out by patient. Every film is copied four times with changes, equalised (CLAHE), brought to 1,024 pixels with its sides'
 * ratio kept, and joined with the mask of its lungs (`keidarPictures`). `keidar2021-facts.ts` has every number, `plan` makes a training of
 * them, `tables`, `inspect` and `comparison` what is put out.
 */
import { confusionOfCounts, countsAt, countsOf } from "../statistics/binary-counts.ts";
import { binaryIndices } from "../statistics/binary-indices.ts";
import { bootstrap } from "../statistics/bootstrap.ts";
import { sumOf } from "../statistics/mean.ts";
import { ratio } from "../statistics/not-defined.ts";
import { averagePrecision, precisionRecallTrapezoid } from "../statistics/precision-recall.ts";
import { rocAreaEstimate } from "../statistics/roc-area.ts";
import { curveTables, histogramTable } from "./curve-tables.ts";
import { ensembleOf, shareRight } from "./film-ensemble.ts";
import { COVID, facts } from "./keidar2021-facts.ts";
import { keidarInspection } from "./keidar2021-inspection.ts";
import { oneAgainstRest, placeOf, positiveAt, predictedOf, predictionTable, type ScoredFilms } from "./scored-films.ts";
import type { Choice, Plan, Results, System } from "./system.ts";
import { cell, cells, type Table, type Tables } from "./table.ts";

/** In the place of imlab-uiip/lung-segmentation-2d, whose weights do not come with the package. */
const LUNG_MODEL = "lungs-unet16";

const members = {
  resnet34: "ResNet-34 under four layers",
  resnet50: "ResNet-50 under four layers, the first version's only network",
  resnet152: "ResNet-152 under four layers",
  vgg16: "VGG-16 with its own layers of 4096",
  resnet18: "ResNet-18 under four layers, configured and not in the paper",
  resnet101: "ResNet-101 under four layers, configured and not in the paper",
};

function plan({ member, variant, quick }: Choice): Plan {
  const { preprocessing, network, training } = facts;
  const [lr] = training.lr.value;
  return {
    arch: member.startsWith("resnet") ? `keidar_${member}` : member,
    size: quick ? 64 : preprocessing.size.value,
    resize: preprocessing.resize.value,
    merge: { [COVID]: [COVID], negative: ["*"] },
    start: network.start.value,
    freeze: network.frozen.value,
    frozenNorms: "fixed",
    epochs: quick ? 2 : training.epochs.value[0],
    batch: quick ? 8 : training.batch.value[0],
    optimizer: training.optimizer.value,
    lr: variant === "resumed" ? training.lrOfResumedRun.value : quick ? 1e-3 : lr,
    weightDecay: training.weightDecay.value,
    schedule: { kind: "exponential", gamma: training.gamma.value },
    loss: training.loss.value,
    sampler: training.sampler.value,
    augment: preprocessing.changes.value,
    augmentAt: "source",
    lungModel: LUNG_MODEL,
    copies: quick ? 1 : preprocessing.copies.value,
    monitor: "balancedAccuracy",
  };
}

/** Predictions, summary, confusion matrix, curves, histogram, and the mistakes, surest first. */
function tables({ test, threshold = facts.evaluation.threshold.value }: Results): Tables {
  const set = oneAgainstRest(test, COVID);
  const { scores, labels } = set;
  const predictions = positiveAt(predictionTable(test), COVID, threshold);
  return {
    predictions,
    summary: [summaryOf(test, threshold)],
    confusion: confusionOfCounts(countsAt(scores, labels, threshold)).map((row, truth) => ({
      truth: truth === 1 ? COVID : "negative",
      taken_for_negative: row[0],
      taken_for_covid: row[1],
      share_taken_for_negative: cell(ratio(row[0], sumOf(row), "no films")),
      share_taken_for_covid: cell(ratio(row[1], sumOf(row), "no films")),
    })),
    ...curveTables(set),
    ...histogramTable(set, [COVID, "negative"], facts.evaluation.histogramBins.value),
    mistakes: predictions
      .filter(({ mistake }) => mistake === 1)
      .sort((a, b) => Math.abs(Number(b[`p_${COVID}`]) - 0.5) - Math.abs(Number(a[`p_${COVID}`]) - 0.5)),
  };
}

function summaryOf(test: ScoredFilms, threshold: number): Table[number] {
  const { scores, labels, clusters } = oneAgainstRest(test, COVID);
  return {
    ...rates(
      test,
      Array.from(scores, (score) => Number(score >= threshold)),
    ),
    ...cells("roc_area", rocAreaEstimate(scores, labels, { clusters })),
    precision_recall_area: cell(precisionRecallTrapezoid(scores, labels)),
    average_precision: cell(averagePrecision(scores, labels)),
  };
}

/** What answers are worth, 1 for COVID-19 and 0 for none, a film each. */
function rates(test: ScoredFilms, positive: readonly number[]): Table[number] {
  const { labels, clusters } = oneAgainstRest(test, COVID);
  const { accuracy, sensitivity, specificity, ppv } = binaryIndices(countsOf(positive, labels), {
    method: facts.evaluation.interval.value,
  });
  const right = positive.map((answer, n) => Number(answer === labels[n]));
  const resampled = bootstrap(labels.length, (places) => sumOf(Array.from(places, (n) => right[n])) / places.length, { clusters });
  return {
    films: labels.length,
    ...cells("accuracy", accuracy),
    ...cells("accuracy_bootstrap", resampled),
    ...cells("sensitivity", sensitivity),
    ...cells("specificity", specificity),
    ...cells("precision", ppv),
  };
}

/**
 * The networks and their ensembles: the mean of their probabilities, the same weighted by how many validation films each reads right, and
 * what most of them say.
 */
function comparison(results: Readonly<Record<string, Results>>): Tables {
  const named = Object.entries(results);
  const tests = named.map(([, { test }]) => test);
  const [[, { threshold = facts.evaluation.threshold.value }]] = named;
  const { mean, votes } = ensembleOf(tests);
  const right = named.map(([, { val }]) => (val ? shareRight(val) : 1));
  const isWeighted = named.every(([, { val }]) => val) && right.some((share) => share > 0);
  const predicted = predictedOf(mean);
  const positive = positiveByVotes(tests, mean, threshold);
  return {
    models: [
      ...named.map(([model, { test }]) => ({ model, ...summaryOf(test, threshold) })),
      { model: "mean of all", ...summaryOf(mean, threshold) },
      ...(isWeighted ? [{ model: "mean, weighted by validation", ...summaryOf(ensembleOf(tests, right).mean, threshold) }] : []),
      { model: "majority of all", ...rates(mean, positive) },
    ],
    ensemble_weights: named.map(([model], m) => ({ model, weight: isWeighted ? right[m] / sumOf(right) : 1 / named.length })),
    ...curvesOf({ ...Object.fromEntries(named.map(([name, { test }]) => [name, test])), "mean of all": mean }),
    ensemble: positiveAt(predictionTable(mean), COVID, threshold),
    votes: predictionTable(mean).map((row, n) => ({
      ...row,
      predicted_by_mean: mean.classes[predicted[n]],
      predicted: mean.classes[votes[n]],
      mistake: votes[n] === mean.films[n].label ? 0 : 1,
      threshold,
      positive: positive[n],
    })),
  };
}

/** 1 where most networks reach the threshold; where half of them do, as the mean of their probabilities does. */
function positiveByVotes(tests: readonly ScoredFilms[], mean: ScoredFilms, threshold: number): number[] {
  const covid = placeOf(mean.classes, COVID);
  const reaches = ({ films }: ScoredFilms, n: number): boolean => films[n].probabilities[covid] >= threshold;
  return mean.films.map((_, n) => {
    const votes = tests.filter((test) => reaches(test, n)).length;
    return Number(2 * votes === tests.length ? reaches(mean, n) : 2 * votes > tests.length);
  });
}

/** The curves of several networks in one table each. */
function curvesOf(tests: Readonly<Record<string, ScoredFilms>>): Tables {
  const curves = Object.entries(tests).map(([model, test]) => ({ model, ...curveTables(oneAgainstRest(test, COVID)) }));
  const of = (curve: "roc" | "precision_recall"): Table =>
    curves.flatMap(({ model, [curve]: rows }) => rows.map((row) => ({ model, ...row })));
  return { roc: of("roc"), precision_recall: of("precision_recall") };
}

export const keidar2021: System = {
  name: "keidar2021",
  paper: "Keidar et al. 2021",
  members,
  variants: { new: "a new run, at 1e-4", resumed: "going on from a run that ended, at 1e-6" },
  facts,
  deviations: [
    { published: "channels change places between writing and reading", here: "their order is named, and the same on both ways", trap: 1 },
    { published: "column 1 is called COVID-19 where column 0 is", here: "classes are told by name everywhere", trap: 2 },
    { published: "test films are evaluated while training and choose the epoch", here: "validation films do", trap: 4 },
    { published: "the mask is what is above 0 of a sigmoid", here: "0.5 by default, 0 where it is asked for", trap: 5 },
    { published: "lungs by imlab-uiip/lung-segmentation-2d", here: `by ${LUNG_MODEL}; --lung-model takes theirs, --lung-masks drawn ones` },
    { published: "whether copies of test films are judged is not told", here: "copies are made of training films alone" },
    { published: "a film's neighbours are never of its own file", here: "nor are test films among those that are searched", trap: 3 },
    { published: "a left-out film's neighbours may be of its own patient", here: "the same, and beside it other patients' alone" },
    { published: "weights of the ensemble are not told", here: "equal ones, and beside them the share of validation films read right" },
    { published: "weight decay of all values", here: "biases and what batch norms scale by are spared" },
    { published: "50 to 70 epochs and batches of 10 to 24", here: "50 and 10 unless others are typed" },
  ],
  together: { members: [...facts.network.members.value], variants: ["new"] },
  quick: { members: ["resnet18", "resnet34"], variants: ["new"] },
  phantoms: {
    films: 40,
    size: 96,
    patterns: { normal: { opacities: 0 }, covid: { opacities: 4, strength: 3 } },
  },
  plan,
  tables,
  inspect: keidarInspection,
  comparison,
};
