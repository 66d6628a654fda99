/** All that is known of Liang et al. 2021, number by number. */
import { fact } from "./fact.ts";

export const facts = {
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
  heatMaps: {
    size: fact(224, "C"),
    kinds: fact(["gradient", "deconvnet", "guided backprop", "Grad-CAM", "guided Grad-CAM"], "C"),
    stages: fact(["conv2_x", "conv3_x", "conv4_x", "conv5_x"], "C", "Grad-CAM at every one"),
    class: fact(1, "C", "by index; here COVID-19 by its name"),
    colours: fact("jet, reversed", "C"),
  },
  lesions: {
    components: fact("principal components of the lesion pictures", "C"),
    correlation: fact(["Pearson", "canonical"], "K"),
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

/** The class of interest, by name: its place among the outputs is never assumed. */
export const COVID = "covid";

/** CNNRF is the regression, all others classify. */
export const REGRESSION = "cnnrf";

/** The student with and without a teacher. */
export const DISTILLATION = "distillation";
