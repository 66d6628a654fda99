/** All that is known of Minaee et al. 2020, number by number. */
import { fact } from "./fact.ts";

export const facts = {
  data: {
    classes: fact(["covid", "non"], "C", "in the order of the outputs: alphabetical"),
    trainCovid: fact(84, ["C", "T"]),
    trainCovidWithCopies: fact(420, ["C", "T"]),
    trainOthers: fact(2000, ["C", "T"], "no finding 700, 13 other findings 100 each"),
    testCovid: fact(100, ["C", "T"]),
    testOthers: fact(3000, ["C", "T"], "no finding 1,700, 13 other findings 100 each"),
    views: fact("frontal", "T", "films of COVID-19 were looked at by a radiologist"),
    earlierRelease: fact({ trainCovid: 31, testCovid: 40 }, "C", "the repository's figures are of this one"),
  },
  networks: {
    names: fact(["resnet18", "resnet50", "squeezenet1_0", "densenet121"], "T"),
    squeezenet: fact("1.0", "?", "the version is not given; 1.1 can be chosen"),
    densenet: fact(["densenet121", "densenet161"], ["T", "C"], "the text has 121, the repository's figure 161"),
    start: fact("ImageNet", ["C", "T"]),
    trained: fact("last layer", "C"),
    outputs: fact(2, "C"),
  },
  preprocessing: {
    size: fact(224, "C"),
    mean: fact([0.485, 0.456, 0.406], "C"),
    std: fact([0.229, 0.224, 0.225], "C"),
    resize: fact("shorter side", "C", "and the middle of it"),
    trainCrop: fact({ area: [0.08, 1], ratio: [3 / 4, 4 / 3] }, "C", "torchvision's defaults; the flip is commented out"),
    copies: fact(
      { flip: 0.5, degrees: 10, grid: 4, magnitude: 3 },
      "?",
      "flips, small rotations and distortions by Augmentor; ranges not given",
    ),
  },
  training: {
    loss: fact("cross-entropy", ["C", "T"]),
    optimizerOfPaper: fact({ kind: "adam", lr: 1e-4 }, "T"),
    optimizerOfScript: fact({ kind: "sgd", momentum: 0.9, lr: 1e-4 }, "C", "its README says 1e-3"),
    scheduleOfScript: fact({ stepSize: 7, gamma: 0.1 }, "C"),
    epochs: fact(100, ["C", "T"]),
    batch: fact(20, ["C", "T"]),
    best: fact("accuracy", "C", "on validation"),
    frozenNormsOfScript: fact("drift", "C", "batch norms stay in training mode"),
  },
  evaluation: {
    threshold: fact(0.2, "C"),
    sensitivity: fact(0.98, "T", "the operating point that the paper prints for all networks"),
    thresholdStep: fact(0.05, "?", "which thresholds are listed is not given"),
    histogramEdges: fact(25, "C", "from 0 to 1, of COVID-19, normal and other films apart"),
    interval: fact("Wald", "T", "z √(p (1 − p) / N), z = 1.96"),
    prevalences: fact([0.01, 0.1, 0.5], "?"),
  },
  occlusion: {
    window: fact(32, "?"),
    stride: fact(8, "?"),
    fill: fact(0, "T"),
    forms: fact(["drop of the probability", "flip of the decision"], "T"),
  },
} as const;

/** The class of interest, by name: its place among the outputs is never assumed. */
export const [COVID] = facts.data.classes.value;
