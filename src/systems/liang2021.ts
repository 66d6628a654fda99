/**
 * COVID-19 on X-ray films and CT (Liang et al. 2021, Communications Biology 4:35): small residual networks that tell COVID-19 from other films
 * (CNNCF), a gate that decides on a case by runs of positive pictures, and a network that predicts five clinical indicators (CNNRF).
 *
 * Pictures are pseudo-coloured, stretched to a square, and otherwise only scaled to 0 … 1. `facts` has every number, `plan` makes a training of
 * them, `tables` and `valueTables` what is put out. The published code is incomplete, and parts of it cannot run.
 */
import { applyColourMap, type ColourMap, type ColourTable, colourTable } from "../imaging/colour-map.ts";
import { toGrey } from "../imaging/grey.ts";
import type { Image } from "../loaders/image.ts";
import { multiclassIndices } from "../statistics/class-indices.ts";
import { confusionMatrix } from "../statistics/confusion.ts";
import { averagePrecision, precisionRecallTrapezoid } from "../statistics/precision-recall.ts";
import { regressionReport } from "../statistics/regression-report.ts";
import { rocAreaEstimate } from "../statistics/roc-area.ts";
import { evenThresholds, thresholdTable } from "../statistics/threshold-table.ts";
import type { Teaching } from "../training/distill.ts";
import { fact } from "./fact.ts";
import type { PredictedFilms } from "./predicted-films.ts";
import { oneAgainstRest, predictedOf, predictionTable } from "./scored-films.ts";
import type { Choice, Plan, Results, System } from "./system.ts";
import { cell, cells, type Tables } from "./table.ts";

const facts = {
  task: {
    classes: fact(2, "C", "COVID-19 and the rest"),
    indicators: fact(["white_blood_cells", "lymphocytes", "neutrophils", "c_reactive_protein", "procalcitonin"], "C"),
    units: fact(["10⁹/L", "10⁹/L", "10⁹/L", "mg/L", "ng/mL"], "K", "as laboratories give them"),
    earlierForm: fact({ outputs: 7, thresholds: [0.5, 0.7] }, "C", "two symptoms before the five, all scaled to 0 … 1"),
  },
  gate: {
    rule: fact("so many positives in a row, and sensitivity against a threshold", "C"),
    threshold: fact(0.5, "?", "T: from which probability a picture is positive"),
    run: fact(3, "?", "N: how many positives in a row pass a case"),
  },
  networks: {
    blocks: fact(
      { base: [2, 1, 2, 1], ts1: [2, 1, 3, 1], ts2: [2, 2, 2, 1], ts3: [3, 1, 2, 1], ts4: [3, 2, 2, 1] },
      "C",
      "basic blocks, those of ts3 and ts4 bottlenecks; stem 3 × 3 without pooling",
    ),
    parameters: fact({ base: 6_153_794, ts1: 7_334_466, ts2: 6_449_218, ts3: 9_270_338, ts4: 9_550_402 }, "C"),
    regression: fact("five linear layers, each half as wide, and a shortcut from the features", "C"),
    activation: fact("none", "C", "between them; ReLU is offered"),
    shortcut: fact("linear without bias", "?", "the published one does not fit its output"),
  },
  preprocessing: {
    sizeOfClassification: fact(512, "C"),
    sizeOfRegression: fact(64, "C"),
    resize: fact("stretch", "C", "bilinear"),
    pseudoColour: fact("jet", "?", "that there is one is in the text, the map is nowhere"),
    scale: fact(1 / 255, "C"),
    mean: fact(0, "C"),
    std: fact(1, "C"),
    flip: fact(0.5, "C", "the only change; others are commented out"),
  },
  classification: {
    optimizer: fact({ kind: "sgd", momentum: 0.9, weightDecay: 1e-4 }, "C"),
    lr: fact(1e-2, "C"),
    schedule: fact({ stepSize: 10, gamma: 0.1 }, "C"),
    epochs: fact(100, "C"),
    batch: fact(32, "C"),
    loss: fact("cross-entropy", "C"),
    classWeights: fact([1, 5], "C", "of the indices 0 and 1; here of the names"),
    folds: fact(5, "C", "stratified"),
    split: fact([0.4, 0.6], "C", "stratified, before the folds"),
    keep: fact(["highest accuracy", "lowest loss"], "C", "both"),
    seed: fact(666, "C"),
    offered: fact(
      { labelSmoothing: 0.1, focal: { gamma: 2, alpha: 0.25 }, circle: { margin: 0.25, gamma: 30 } },
      "C",
      "off, like RAdam with LAMB, Lookahead, cosine with warm-up, plateau",
    ),
  },
  regression: {
    optimizer: fact({ kind: "sgd", momentum: 0.9, weightDecay: 1e-4 }, "C"),
    lr: fact(1e-2, "C"),
    schedule: fact({ stepSize: 50, gamma: 0.1 }, "C"),
    epochs: fact(200, "C"),
    batch: fact(20, "C"),
    loss: fact("rmse", "C", "over batch and outputs together"),
    folds: fact(3, "C", "coded, then a random split of 80 and 20 %"),
    keep: fact("lowest loss", "C"),
    seed: fact(666, "C"),
  },
  distillation: {
    optimizer: fact({ kind: "sgd", momentum: 0.9, weightDecay: 5e-4 }, "C"),
    lr: fact(1e-1, "C", "in the example"),
    schedule: fact({ stepSize: 150, gamma: 0.1 }, "C"),
    epochs: fact(200, "C"),
    batch: fact(128, "C", "in the example"),
    loss: fact("α T² KL(teacher_T ‖ student_T) + (1 − α) cross-entropy", "C"),
    alphas: fact([0.99, 0.95, 0.5, 0.1, 0.05], "C"),
    temperatures: fact([20, 10, 8, 6, 4.5, 3, 2, 1.5], "C"),
    reduction: fact("mean", "C", "over batch and classes; batchmean is the divergence"),
    seed: fact(230, "C"),
  },
  occlusion: {
    patches: fact([10, 15, 25, 35, 45, 90], "C"),
    stride: fact(1, "C"),
    fill: fact(0, "C"),
    colours: fact("bwr, reversed", "C"),
  },
  evaluation: {
    thresholdStep: fact(0.005, "C", "201 thresholds"),
    interval: fact("percentile bootstrap", "A", "its lower end suggests it, no more"),
  },
} as const;

const COVID = "covid";

/** CNNRF is the regression, all others classify. */
const REGRESSION = "cnnrf";

const members = {
  base: "CNNCF's own network, the student of distillation",
  ts1: "teacher 1",
  ts2: "teacher 2",
  ts3: "teacher 3, of bottlenecks",
  ts4: "teacher 4, of bottlenecks",
  [REGRESSION]: "five clinical indicators on the trunk of base",
};

function plan({ member, quick }: Choice): Plan {
  const isRegression = member === REGRESSION;
  const { optimizer, lr, schedule, epochs, batch, loss } = isRegression ? facts.regression : facts.classification;
  const { sizeOfClassification, sizeOfRegression, resize } = facts.preprocessing;
  const [, weight] = facts.classification.classWeights.value;
  return {
    arch: `liang_${member}`,
    size: quick ? 32 : (isRegression ? sizeOfRegression : sizeOfClassification).value,
    resize: resize.value,
    ...(isRegression
      ? { values: facts.task.indicators.value, units: facts.task.units.value, scaleValues: true }
      : { merge: { other: ["*"], [COVID]: [COVID] }, classWeights: { [COVID]: weight } }),
    start: "random",
    freeze: "none",
    frozenNorms: "fixed",
    epochs: quick ? 3 : epochs.value,
    batch: quick ? 8 : batch.value,
    optimizer: optimizer.value.kind,
    momentum: optimizer.value.momentum,
    weightDecay: optimizer.value.weightDecay,
    lr: lr.value,
    schedule: { kind: "step", ...schedule.value },
    loss: loss.value,
    sampler: "shuffled",
    augment: "liang",
    augmentAt: "input",
    monitor: isRegression ? "loss" : "accuracy",
    ...(!isRegression && { folds: quick ? 2 : facts.classification.folds.value }),
  };
}

/** A film in colours, as the networks are shown it. The map is not published: which one was taken belongs with every result. */
export const pseudoColoured = (film: Image, colours: ColourMap | ColourTable = facts.preprocessing.pseudoColour.value): Image =>
  applyColourMap(toGrey(film), typeof colours === "string" ? colourTable(colours) : colours);

export interface GateOptions {
  /** From which probability a picture is positive. */
  readonly threshold?: number;
  /** How many positive pictures in a row pass a case. */
  readonly run?: number;
}

export interface GateDecision {
  readonly passes: boolean;
  /** The place of the picture that decided, counted from 0; none where the case does not pass. */
  readonly decidedAt?: number;
  /** The longest run of positive pictures. */
  readonly longestRun: number;
}

/**
 * The control gate: a case passes to the second stage once so many of its pictures in a row are positive.
 * @param probabilities - of COVID-19, of the pictures of one case in their order.
 * @throws RangeError for a probability outside 0 … 1, or a run that is no count.
 */
export function controlGate(
  probabilities: readonly number[],
  { threshold = facts.gate.threshold.value, run = facts.gate.run.value }: GateOptions = {},
): GateDecision {
  if (!(Number.isInteger(run) && run > 0)) throw new RangeError(`gate: the run must be a count of at least 1, got ${run}`);
  const wrong = probabilities.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new RangeError(`gate: a probability must be from 0 to 1, got ${wrong}`);
  let length = 0;
  let longestRun = 0;
  let decidedAt: number | undefined;
  for (const [place, p] of probabilities.entries()) {
    length = p >= threshold ? length + 1 : 0;
    longestRun = Math.max(longestRun, length);
    if (length === run) decidedAt ??= place;
  }
  return { passes: decidedAt !== undefined, decidedAt, longestRun };
}

/** The grid that distillation is tried on, the reduction as published: `fit` takes each with a teacher's logits. */
export function distillationGrid(): Omit<Teaching, "logits">[] {
  const { alphas, temperatures, reduction } = facts.distillation;
  return alphas.value.flatMap((alpha) => temperatures.value.map((temperature) => ({ alpha, temperature, reduction: reduction.value })));
}

/** Predictions, the sweep of 201 thresholds, areas, and all indices of each class. */
function tables({ test }: Results): Tables {
  const { scores, labels, clusters } = oneAgainstRest(test, COVID);
  const { classes, films } = test;
  const confusion = confusionMatrix(
    predictedOf(test),
    films.map(({ label }) => label),
    classes.length,
  );
  const indices = multiclassIndices(confusion, classes);
  return {
    predictions: predictionTable(test),
    thresholds: thresholdTable(scores, labels, evenThresholds(facts.evaluation.thresholdStep.value)).map((row) => ({
      threshold: row.threshold,
      sensitivity: cell(row.sensitivity.value),
      specificity: cell(row.specificity.value),
      precision: cell(row.ppv.value),
      recall: cell(row.sensitivity.value),
    })),
    summary: [
      {
        films: films.length,
        ...cells("accuracy", indices.accuracy),
        ...cells("roc_area", rocAreaEstimate(scores, labels, { clusters })),
        precision_recall_area: cell(precisionRecallTrapezoid(scores, labels)),
        average_precision: cell(averagePrecision(scores, labels)),
        kappa: cell(indices.kappa.value),
        matthews: cell(indices.matthews),
        macro_f1: cell(indices.macro.f1),
      },
    ],
    classes: indices.classes.map(({ name, positives, sensitivity, specificity, ppv, npv, f1, youden, matthews, kappa }) => ({
      class: name,
      films: positives,
      ...cells("sensitivity", sensitivity),
      ...cells("specificity", specificity),
      ...cells("ppv", ppv),
      ...cells("npv", npv),
      f1: cell(f1),
      youden: cell(youden),
      matthews: cell(matthews),
      kappa: cell(kappa),
    })),
    confusion: confusion.map((row, truth) => ({
      truth: classes[truth],
      ...Object.fromEntries(row.map((count, c) => [`taken_for_${classes[c]}`, count])),
    })),
    gate: gateTable(test),
  };
}

/** Each patient's pictures through the gate, in the order of the films; a film without a patient is a case of its own. */
function gateTable({ classes, films }: Results["test"]): Tables[string] {
  const covid = classes.indexOf(COVID);
  const cases = new Map<string, typeof films>();
  for (const film of films) {
    const key = film.patient ?? film.name;
    cases.set(key, [...(cases.get(key) ?? []), film]);
  }
  return [...cases].map(([patient, own]) => {
    const { passes, decidedAt, longestRun } = controlGate(own.map(({ probabilities }) => probabilities[covid]));
    return {
      case: patient,
      films: own.length,
      truth: own.some(({ label }) => label === covid) ? COVID : "other",
      longest_run: longestRun,
      decided_at: decidedAt ?? "",
      passes: passes ? 1 : 0,
    };
  });
}

/** Each film's indicators, and errors, correlations and agreement of each. */
function valueTables({ names, films }: PredictedFilms): Tables {
  const clusters = films.map(({ name, patient }) => patient ?? name);
  return {
    predictions: films.map(({ name, patient = "", truth, predicted }) => ({
      file: name,
      patient,
      ...Object.fromEntries(names.flatMap((of, i) => [[of, truth[i]] as const, [`predicted_${of}`, predicted[i]] as const])),
    })),
    indicators: names.map((name, i) => {
      const report = regressionReport(
        films.map(({ predicted }) => predicted[i]),
        films.map(({ truth }) => truth[i]),
        { clusters },
      );
      return {
        indicator: name,
        films: films.length,
        mse: cell(report.mse),
        ...cells("rmse", report.bootstrapped.rmse),
        ...cells("mae", report.bootstrapped.mae),
        ...cells("r2", report.bootstrapped.r2),
        ...cells("pearson", report.pearson),
        pearson_p: cell(report.pearson.p),
        rmsle: cell(report.rmsle),
      };
    }),
  };
}

/** The networks side by side, as student and teachers are compared. */
const comparison = (results: Readonly<Record<string, Results>>): Tables => ({
  models: Object.entries(results).flatMap(([model, result]) => tables(result).summary.map((row) => ({ model, ...row }))),
});

export const liang2021: System = {
  name: "liang2021",
  paper: "Liang et al. 2021",
  members,
  variants: { published: "SGD at 1e-2 with steps" },
  facts,
  deviations: [
    { published: "a shortcut that does not fit its output, and seven outputs in the test", here: "one linear map to five", trap: 6 },
    {
      published: "five linear layers without activations, which are one linear map",
      here: "the same by default, ReLU is offered",
      trap: 7,
    },
    { published: "teacher 1, whichever is named", here: "the teacher whose logits are given", trap: 8 },
    { published: "a teacher's outputs by the number of the batch", here: "by the film's name, for the unchanged film" },
    { published: "class weights 1 and 5 by index", here: "5 of COVID-19 by its name", trap: 11 },
    { published: "focal loss of the batch's mean", here: "of each film", trap: 9 },
    {
      published: "pseudo-coloured pictures",
      here: "grey, unless pictures are coloured beforehand (`pseudoColoured`): the map is not published",
    },
    { published: "bilinear without smoothing", here: "with, so that fine lines do not alias" },
    { published: "weight decay of all values", here: "biases and what batch norms scale by are spared" },
    { published: "folds of films", here: "folds of patients" },
    {
      published: "where the indicators' scales come from is not told",
      here: "from the training films alone; results are in the units of the manifest",
    },
  ],
  phantoms: {
    films: 40,
    size: 64,
    patterns: { normal: { opacities: 0 }, covid: { opacities: 4, strength: 3 } },
  },
  plan,
  tables,
  valueTables,
  comparison,
};
