/**
 * MobileNetV2 for seven diagnoses (Apostolopoulos et al. 2020, J. Med. Biol. Eng. 40:462): trained from random values, as a fixed extractor of
 * features, or fine-tuned, all three on the same ten folds.
 *
 * Data: 3,905 films of seven classes. Films are padded to a square of 200 pixels; slight augmentation; every film is judged by the fold
 * that held it out. `apostolopoulos2020-facts.ts` has every number, `plan` makes a training of them, `tables`, `inspect` and `comparison` what
 * is put out.
 */
import { countsOfClass } from "../statistics/binary-counts.ts";
import { binaryIndices } from "../statistics/binary-indices.ts";
import { classAreas } from "../statistics/class-areas.ts";
import { multiclassIndices } from "../statistics/class-indices.ts";
import { confusionMatrix } from "../statistics/confusion.ts";
import { mcnemar, rightAnswers } from "../statistics/mcnemar.ts";
import { proportion } from "../statistics/proportion.ts";
import { spreadOf } from "../training/folds.ts";
import { COVID, facts } from "./apostolopoulos2020-facts.ts";
import { apostolopoulosInspection } from "./apostolopoulos2020-inspection.ts";
import { curveTables, histogramTable } from "./curve-tables.ts";
import { oneAgainstRest, placeOf, predictedOf, predictionTable, type ScoredFilms } from "./scored-films.ts";
import type { Choice, Plan, Results, System } from "./system.ts";
import { type Cell, cell, cells, type Tables } from "./table.ts";

const members = {
  seven: "seven outputs; COVID-19 against the rest by merging them",
  two: "two outputs, COVID-19 and the rest",
};

function plan({ member, variant, quick }: Choice): Plan {
  const { network, preprocessing, training } = facts;
  const isScratch = variant === "scratch";
  const lr = variant === "fine-tuning" ? training.lrFineTuning.value : training.lrFromScratch.value;
  const freeze = { scratch: "none", features: "trunk", "fine-tuning": FROZEN }[variant] ?? "none";
  return {
    arch: network.arch.value,
    size: quick ? 64 : preprocessing.size.value,
    resize: preprocessing.resize.value,
    ...(member === "two" ? { merge: { [COVID]: [COVID], rest: ["*"] } } : !quick && { classes: Object.keys(facts.data.classes.value) }),
    start: isScratch ? "random" : "ImageNet",
    freeze,
    frozenNorms: "fixed",
    epochs: quick ? 2 : training.epochs.value,
    batch: quick ? 8 : training.batch.value,
    optimizer: training.optimizer.value,
    lr,
    schedule: { kind: "constant" },
    loss: training.loss.value,
    sampler: "shuffled",
    augment: "apostolopoulos",
    augmentAt: "input",
    monitor: "loss",
    patience: training.patience.value,
    folds: quick ? 2 : training.folds.value,
  };
}

/** All layers of MobileNetV2 below the one that fine-tuning begins with. */
const FROZEN = "features\\.(\\d|1[0-3])\\.";

/** Predictions; curves of COVID-19; accuracy of all classes and COVID-19 against the rest, pooled and by fold; confusion matrix; indices of each class. */
function tables({ test, folds }: Results): Tables {
  const { classes, films } = test;
  const labels = films.map(({ label }) => label);
  const indices = multiclassIndices(confusionMatrix(predictedOf(test), labels, classes.length), classes);
  const areas = classAreas(Float64Array.from(films.flatMap(({ probabilities }) => probabilities)), labels, classes.length);
  const perFold = (folds ?? []).map(({ fold, bestEpoch, places }) => ({ fold, best_epoch: bestEpoch, ...scoresOf(test, places) }));
  const pooled = scoresOf(test, [...films.keys()]);
  const set = oneAgainstRest(test, COVID);
  return {
    predictions: predictionTable(test),
    ...curveTables(set),
    ...histogramTable(set, [COVID, "rest"], BINS),
    summary: measures.map((measure) => {
      const numbers = perFold.map((row) => row[measure]).filter((value) => typeof value === "number");
      const spread = numbers.length > 0 ? spreadOf(numbers) : undefined;
      return {
        measure,
        films: films.length,
        ...cells("pooled", pooledEstimate(test, measure)),
        folds: perFold.length,
        mean_of_folds: spread?.mean ?? "",
        deviation_of_folds: spread ? cell(spread.deviation) : "",
      };
    }),
    folds: [...perFold, { fold: "pooled", best_epoch: "", ...pooled }],
    confusion: indices.confusion.map((row, truth) => ({
      truth: classes[truth],
      ...Object.fromEntries(row.map((count, c) => [`taken_for_${classes[c]}`, count])),
    })),
    classes: indices.classes.map(({ name, positives, ppv, sensitivity, specificity, f1 }, c) => ({
      class: name,
      films: positives,
      ...cells("precision", ppv),
      ...cells("recall", sensitivity),
      f1: cell(f1),
      ...cells("specificity", specificity),
      roc_area: cell(areas.oneVersusRest[c]),
    })),
  };
}

/** Of the scores' histogram. */
const BINS = 20;

const measures = ["accuracy", "covid_accuracy", "covid_sensitivity", "covid_specificity"] as const;
type Measure = (typeof measures)[number];

const scoresOf = (test: ScoredFilms, places: readonly number[]): Record<Measure, Cell> => {
  const part = { ...test, films: places.map((place) => test.films[place]) };
  const value = (measure: Measure): Cell => cell(pooledEstimate(part, measure).value);
  return {
    accuracy: value("accuracy"),
    covid_accuracy: value("covid_accuracy"),
    covid_sensitivity: value("covid_sensitivity"),
    covid_specificity: value("covid_specificity"),
  };
};

/** A measure over films: of all classes, or of COVID-19 where the highest probability says so, against whatever else it says. */
function pooledEstimate(test: ScoredFilms, measure: Measure) {
  const predicted = predictedOf(test);
  const labels = test.films.map(({ label }) => label);
  if (measure === "accuracy") return proportion(rightOf(predicted, labels), labels.length, {}, "no films");
  const confusion = confusionMatrix(predicted, labels, test.classes.length);
  const { accuracy, sensitivity, specificity } = binaryIndices(countsOfClass(confusion, placeOf(test.classes, COVID)));
  return { covid_accuracy: accuracy, covid_sensitivity: sensitivity, covid_specificity: specificity }[measure];
}

const rightOf = (predicted: readonly number[], labels: readonly number[]): number =>
  rightAnswers(predicted, labels).reduce((sum, right) => sum + right, 0);

/** The strategies side by side, and McNemar's test of each pair, over the same films and folds. */
function comparison(results: Readonly<Record<string, Results>>): Tables {
  const named = Object.entries(results);
  const pairs = named.flatMap(([first, a], i) => named.slice(i + 1).map(([second, b]) => ({ first, second, a, b })));
  return {
    strategies: named.map(([strategy, { test }]) => ({ strategy, films: test.films.length, ...scoresOf(test, [...test.films.keys()]) })),
    mcnemar: pairs.flatMap(({ first, second, a, b }) => {
      checkSameFilms(first, a.test, second, b.test);
      return (["all classes", "covid or not"] as const).map((question) => {
        const [x, y] = [a.test, b.test].map((test) => answersOf(test, question));
        const { onlyFirst, onlySecond, both, neither, difference, exactP, midP, correctedP } = mcnemar(x, y);
        return {
          first,
          second,
          question,
          both,
          only_first: onlyFirst,
          only_second: onlySecond,
          neither,
          ...cells("difference", difference),
          exact_p: cell(exactP),
          mid_p: cell(midP),
          corrected_p: cell(correctedP),
        };
      });
    }),
  };
}

/** 1 where a film is read right. */
function answersOf(test: ScoredFilms, question: "all classes" | "covid or not"): Uint8Array {
  const predicted = predictedOf(test);
  const labels = test.films.map(({ label }) => label);
  if (question === "all classes") return rightAnswers(predicted, labels);
  const covid = placeOf(test.classes, COVID);
  return rightAnswers(
    predicted.map((c) => Number(c === covid)),
    labels.map((c) => Number(c === covid)),
  );
}

/** @throws RangeError where two trainings were not judged on the same films in one order. */
function checkSameFilms(first: string, a: ScoredFilms, second: string, b: ScoredFilms): void {
  const differs = a.films.length !== b.films.length || a.films.some(({ name }, i) => name !== b.films[i].name);
  if (differs) throw new RangeError(`comparison: ${first} and ${second} were not judged on the same films`);
}

export const apostolopoulos2020: System = {
  name: "apostolopoulos2020",
  paper: "Apostolopoulos et al. 2020",
  members,
  variants: {
    scratch: "all layers, from random values",
    features: "the last layer alone, on ImageNet's features",
    "fine-tuning": "the upper layers, from ImageNet's values",
  },
  facts,
  deviations: [
    { published: "folds of films", here: "folds of patients, so that no patient is on both sides" },
    { published: "when a training ends is not told", here: "a tenth of the other folds decides it, never the fold that is judged" },
    { published: "probably Keras's MobileNetV2, whose epsilon and padding differ", here: "torchvision's" },
  ],
  together: { members: ["seven"], variants: [...facts.network.strategies.value] },
  quick: { members: ["seven"], variants: [...facts.network.strategies.value] },
  phantoms: {
    films: 84,
    size: 64,
    patterns: {
      covid: { opacities: 5, strength: 2 },
      pulmonary_edema: { opacities: 6, strength: 1 },
      pleural_effusion: { opacities: 2, strength: 5 },
      emphysema: { opacities: 1, strength: 1 },
      pulmonary_fibrosis: { opacities: 3, strength: 1.5 },
      pneumonia: { opacities: 1, strength: 5 },
      normal: { opacities: 0 },
    },
  },
  plan,
  tables,
  inspect: apostolopoulosInspection,
  comparison,
};
