/**
 * COVID-19 on films of four hospitals (Keidar et al. 2021, European Radiology 31:9654): residual networks and a VGG under fully connected
 * layers, over pictures that carry the lung mask as a channel; their votes are one answer, and similar films are retrieved beside it.
 *
 * Data: sets are dealt out by patient. Every film is copied four times with changes, equalised (CLAHE), brought to 1,024 pixels with its sides'
 * ratio kept, and joined with the mask of its lungs (`keidarPicture`). `facts` has every number, `plan` makes a training of them, `tables` and
 * `comparison` what is put out. The facts marked [C] are of the authors' code, which belongs to the paper's first version.
 */
import { confusionOfCounts, countsAt } from "../statistics/binary-counts.ts";
import { binaryIndices } from "../statistics/binary-indices.ts";
import { bootstrap } from "../statistics/bootstrap.ts";
import { histogram } from "../statistics/histogram.ts";
import { sumOf } from "../statistics/mean.ts";
import { isDefined, ratio } from "../statistics/not-defined.ts";
import { averagePrecision, precisionRecallCurve, precisionRecallTrapezoid } from "../statistics/precision-recall.ts";
import { rocCurve } from "../statistics/roc.ts";
import { rocAreaEstimate } from "../statistics/roc-area.ts";
import { fact } from "./fact.ts";
import { oneAgainstRest, predictedOf, predictionTable, type ScoredFilms } from "./scored-films.ts";
import type { Choice, Plan, Results, System } from "./system.ts";
import { cell, cells, type Table, type Tables } from "./table.ts";

const facts = {
  data: {
    classes: fact(["covid", "negative"], "C", "in the order of the folders; names are stored with the model"),
    positives: fact(1384, "T"),
    negatives: fact(1024, "T", "the printed totals do not agree: 2,408, 2,326 and 2,362"),
    hospitals: fact(4, "T"),
    testShare: fact(0.15, "C", "of films, by patient"),
    test: fact({ positives: 179, negatives: 171 }, "A"),
    mostFilmsOfATestPatient: fact(5, "C"),
    splitSeed: fact(1234, "C"),
    leastSide: fact(600, "C", "pixels; smaller films are left out"),
  },
  preprocessing: {
    copies: fact(4, "C", "changed copies of each film, beside itself"),
    changes: fact("keidar", "C", "the recipe of this name; keidar-heavy is the variant in random order"),
    clahe: fact({ clipLimit: 2, tiles: 8 }, "C"),
    size: fact(1024, "C"),
    resize: fact("letterbox", "C", "area interpolation; bars black, the odd pixel below or at the right"),
    channels: fact(["zero", "mask", "image"], "C", "as networks see it: written blue first, read red first"),
    maskThreshold: fact(0, "C", "of the sigmoid, which keeps nearly all; their demo has 0.5"),
    maskLeastPart: fact(0.02, "C", "of the pixels; smaller parts and holes go"),
    maskBox: fact(50, "C", "pixels around the mask's bounding box"),
    scale: fact(1 / 255, "C"),
    normalised: fact(false, "C", "ImageNet's mean and deviation are configured, the call is commented out"),
  },
  network: {
    members: fact(["resnet34", "resnet50", "resnet152", "vgg16"], "T"),
    offered: fact(["resnet18", "resnet101", "vgg11", "vgg11_bn", "vgg16_bn", "densenet121"], "C"),
    start: fact("ImageNet", "C"),
    head: fact([1024, 512, 256, 2], "C", "ReLU between; Xavier uniform, bias 0"),
    headOfVgg: fact("two layers of 4096, the last replaced", "?"),
    frozen: fact("none", "C", "a list of layers may be frozen"),
    tabular: fact({ features: 500, values: 2, hidden: 256 }, "C", "optional: clinical values beside the features"),
  },
  training: {
    loss: fact("cross-entropy", "C", "unweighted"),
    sampler: fact("weighted", "C", "with replacement, 1 / count of the class"),
    optimizer: fact("adam", "C"),
    weightDecay: fact(1e-4, "C", "in the gradient"),
    lr: fact([1e-4, 2e-4], "C", "of a new run"),
    lrOfResumedRun: fact(1e-6, "C"),
    alternative: fact({ kind: "sgd", nesterov: true, lr: 1e-3, momentum: 0.9 }, "C"),
    gamma: fact(0.9261, "C", "after every epoch"),
    epochs: fact([50, 70], "C"),
    batch: fact([10, 24], "C"),
    evaluatedEvery: fact(2, "C", "epochs, on train and test"),
    checkpointsKept: fact(30, "C"),
  },
  ensemble: {
    label: fact("majority vote", "C"),
    probability: fact("mean of the softmax outputs", "C"),
    weights: fact("equal", "?"),
  },
  retrieval: {
    embedding: fact("the 256 numbers after the third layer's ReLU", "C"),
    distance: fact("euclidean", "C"),
    neighbours: fact([2, 3, 4, 5], "C"),
    usualNeighbours: fact(3, "C"),
    tsne: fact({ components: 2, seed: 40, perplexity: 30 }, "C"),
  },
  evaluation: {
    threshold: fact(0.5, "C"),
    histogramBins: fact(30, "C"),
    interval: fact("Wilson with continuity correction", "A", "of sensitivity and specificity"),
    accuracyInterval: fact("DeLong for the area, bootstrap for accuracy", "?", "the printed one of accuracy is of no known method"),
  },
} as const;

const [COVID] = facts.data.classes.value;

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
    epochs: quick ? 3 : training.epochs.value[0],
    batch: quick ? 8 : training.batch.value[0],
    optimizer: training.optimizer.value,
    lr: variant === "resumed" ? training.lrOfResumedRun.value : quick ? 1e-3 : lr,
    weightDecay: training.weightDecay.value,
    schedule: { kind: "exponential", gamma: training.gamma.value },
    loss: training.loss.value,
    sampler: training.sampler.value,
    augment: preprocessing.changes.value,
    augmentAt: "source",
    monitor: "balancedAccuracy",
  };
}

/** Predictions, summary, confusion matrix, curves, histogram, and the mistakes, surest first. */
function tables({ test }: Results): Tables {
  const { threshold, histogramBins } = facts.evaluation;
  const { scores, labels } = oneAgainstRest(test, COVID);
  const roc = rocCurve(scores, labels);
  const precisionRecall = precisionRecallCurve(scores, labels);
  const predictions = predictionTable(test);
  return {
    predictions,
    summary: [summaryOf(test)],
    confusion: confusionOfCounts(countsAt(scores, labels, threshold.value)).map((row, truth) => ({
      truth: truth === 1 ? COVID : "negative",
      taken_for_negative: row[0],
      taken_for_covid: row[1],
      share_taken_for_negative: cell(ratio(row[0], sumOf(row), "no films")),
      share_taken_for_covid: cell(ratio(row[1], sumOf(row), "no films")),
    })),
    roc: isDefined(roc) ? roc.map((point) => ({ ...point })) : [],
    precision_recall: isDefined(precisionRecall) ? precisionRecall.map((point) => ({ ...point })) : [],
    histogram: [COVID, "negative"].flatMap((group, place) =>
      histogram(
        Array.from(scores).filter((_, n) => (labels[n] === 1) === (place === 0)),
        histogramBins.value,
      ).map(({ lower, upper, count }) => ({ group, lower, upper, count })),
    ),
    mistakes: predictions
      .filter(({ mistake }) => mistake === 1)
      .sort((a, b) => Math.abs(Number(b[`p_${COVID}`]) - 0.5) - Math.abs(Number(a[`p_${COVID}`]) - 0.5)),
  };
}

function summaryOf(test: ScoredFilms): Table[number] {
  const { interval, threshold } = facts.evaluation;
  const { scores, labels, clusters } = oneAgainstRest(test, COVID);
  const counts = countsAt(scores, labels, threshold.value);
  const { accuracy, sensitivity, specificity, ppv } = binaryIndices(counts, { method: interval.value });
  const right = Array.from(scores, (score, n) => Number((score >= threshold.value ? 1 : 0) === labels[n]));
  const resampled = bootstrap(labels.length, (places) => sumOf(Array.from(places, (n) => right[n])) / places.length, { clusters });
  return {
    films: labels.length,
    ...cells("accuracy", accuracy),
    ...cells("accuracy_bootstrap", resampled),
    ...cells("sensitivity", sensitivity),
    ...cells("specificity", specificity),
    ...cells("precision", ppv),
    ...cells("roc_area", rocAreaEstimate(scores, labels, { clusters })),
    precision_recall_area: cell(precisionRecallTrapezoid(scores, labels)),
    average_precision: cell(averagePrecision(scores, labels)),
  };
}

/**
 * One answer of several networks for the same films: the class that most of them name, of equal ones that of the higher mean, and the mean of
 * their probabilities.
 * @throws RangeError where there is no network, or they were not judged on the same films and classes.
 */
export function ensembleOf(scored: readonly ScoredFilms[]): { readonly mean: ScoredFilms; readonly votes: readonly number[] } {
  const [first] = scored;
  if (!first) throw new RangeError("ensemble: a network is needed");
  for (const { films, classes } of scored)
    if (
      films.length !== first.films.length ||
      String(classes) !== String(first.classes) ||
      films.some(({ name }, n) => name !== first.films[n].name)
    )
      throw new RangeError("ensemble: the networks were not judged on the same films");
  const mean: ScoredFilms = {
    ...first,
    films: first.films.map((film, n) => ({
      ...film,
      probabilities: film.probabilities.map((_, c) => sumOf(scored.map(({ films }) => films[n].probabilities[c])) / scored.length),
    })),
  };
  const answers = scored.map(predictedOf);
  const votes = mean.films.map(({ probabilities }, n) => {
    const counts = probabilities.map((_, c) => answers.filter((predicted) => predicted[n] === c).length);
    const most = Math.max(...counts);
    return probabilities.reduce((best, p, c) => (counts[c] === most && (best < 0 || p > probabilities[best]) ? c : best), -1);
  });
  return { mean, votes };
}

/** The networks and their ensemble. */
function comparison(results: Readonly<Record<string, Results>>): Tables {
  const named = Object.entries(results);
  const { mean, votes } = ensembleOf(named.map(([, { test }]) => test));
  const predicted = predictedOf(mean);
  return {
    models: [...named.map(([model, { test }]) => ({ model, ...summaryOf(test) })), { model: "mean of all", ...summaryOf(mean) }],
    votes: predictionTable(mean).map((row, n) => ({
      ...row,
      predicted_by_mean: mean.classes[predicted[n]],
      predicted: mean.classes[votes[n]],
      mistake: votes[n] === mean.films[n].label ? 0 : 1,
    })),
  };
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
    {
      published: "four changed copies of each film, made once",
      here: "a film is changed anew in every epoch; `keidarPictures` makes the copies",
    },
    { published: "weight decay of all values", here: "biases and what batch norms scale by are spared" },
    { published: "50 to 70 epochs and batches of 10 to 24", here: "50 and 10 unless others are typed" },
  ],
  phantoms: {
    films: 40,
    size: 96,
    patterns: { normal: { opacities: 0 }, covid: { opacities: 4, strength: 3 } },
  },
  plan,
  tables,
  comparison,
};
