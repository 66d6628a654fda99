/**
 * COVID-19 on X-ray films and CT (Liang et al. 2021, Communications Biology 4:35): small residual networks that tell COVID-19 from other films
 * (CNNCF), a gate that decides on a case by runs of positive pictures, and a network that predicts five clinical indicators (CNNRF).
 *
 * Pictures are pseudo-coloured, stretched to a square, and otherwise only scaled to 0 … 1. `liang2021-facts.ts` has every number,
 * `plan` makes a training of them. The published code is incomplete, and parts of it cannot run.
 */
import { type Findings, type Inspection, together } from "./inspection.ts";
import { distillationGrid } from "./liang2021-distillation.ts";
import { COVID, DISTILLATION, facts, REGRESSION } from "./liang2021-facts.ts";
import { liangLesions } from "./liang2021-lesions.ts";
import { liangPictures } from "./liang2021-pictures.ts";
import { liangComparison, liangTables, liangValueTables } from "./liang2021-tables.ts";
import type { Choice, Plan, System } from "./system.ts";

const members = {
  base: "CNNCF's own network, the student of distillation",
  ts1: "teacher 1",
  ts2: "teacher 2",
  ts3: "teacher 3, of bottlenecks",
  ts4: "teacher 4, of bottlenecks",
  [REGRESSION]: "five clinical indicators on the trunk of base",
  [DISTILLATION]: "base alone and taught by a teacher, by every pair of the grid",
};

function plan({ member, quick }: Choice): Plan {
  const isRegression = member === REGRESSION;
  const isDistillation = member === DISTILLATION;
  const { classification, regression, distillation } = facts;
  const part = isRegression ? regression : isDistillation ? distillation : classification;
  const { optimizer, lr, schedule, epochs, batch, seed } = part;
  const loss = isRegression ? regression.loss : classification.loss;
  const { sizeOfClassification, sizeOfRegression, resize, pseudoColour } = facts.preprocessing;
  const [, weight] = facts.classification.classWeights.value;
  return {
    arch: `liang_${isDistillation ? STUDENT : member}`,
    size: quick ? 32 : (isRegression ? sizeOfRegression : sizeOfClassification).value,
    resize: resize.value,
    pseudoColour: pseudoColour.value,
    ...(isRegression
      ? { values: facts.task.indicators.value, units: facts.task.units.value, scaleValues: true }
      : { merge: { other: ["*"], [COVID]: [COVID] }, ...(!isDistillation && { classWeights: { [COVID]: weight } }) }),
    start: "random",
    freeze: "none",
    frozenNorms: "fixed",
    seed: seed.value,
    epochs: quick ? (isDistillation ? 2 : 3) : epochs.value,
    batch: quick ? 8 : batch.value,
    optimizer: optimizer.value.kind,
    momentum: optimizer.value.momentum,
    weightDecay: optimizer.value.weightDecay,
    // A few steps at the published rate of distillation, which is for batches of 128, leave no number.
    lr: quick && isDistillation ? classification.lr.value : lr.value,
    schedule: { kind: "step", ...schedule.value },
    loss: loss.value,
    sampler: "shuffled",
    augment: "liang",
    augmentAt: "input",
    monitor: isRegression ? "loss" : "accuracy",
    ...(!isRegression && !isDistillation && { folds: quick ? 2 : classification.folds.value }),
    ...(isDistillation && {
      teacher: `liang_${TEACHER}`,
      grid: distillationGrid()
        .filter((_, i) => !quick || QUICK_PAIRS.includes(i))
        .map(({ alpha, temperature }) => `${alpha}:${temperature}`),
      klReduction: distillation.reduction.value,
    }),
  };
}

/** The published student, and the teacher that the published code loads whichever is named. */
const STUDENT = "base";
const TEACHER = "ts1";

/** Pairs of a quick run, by their places in the grid: a strong, an even and a weak teacher. */
const QUICK_PAIRS: readonly number[] = [11, 20, 29];

const inspect = async (inspection: Inspection): Promise<Findings> =>
  together([await liangPictures(inspection), await liangLesions(inspection)]);

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
      published: "pseudo-coloured pictures, in colours that are not told",
      here: "jet, stored with the model, which applies it to every film; another map can be chosen",
    },
    {
      published: "occlusion in steps of a pixel, and heat maps at 224 pixels",
      here: "in steps of half a patch, at the network's own size; patches are as large a part of it, those below four pixels left out",
    },
    { published: "occlusion maps moved by one step", here: "where the patch was", trap: 10 },
    { published: "colours reversed", here: "red is what speaks for the class" },
    {
      published: "the most accurate epoch and that of the lowest loss are kept",
      here: "the most accurate; --monitor loss keeps the other",
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
    films: 60,
    size: 64,
    patterns: { normal: { opacities: 0 }, covid: { opacities: 4, strength: 3 } },
  },
  plan,
  tables: liangTables,
  valueTables: liangValueTables,
  inspect,
  comparison: liangComparison,
};
