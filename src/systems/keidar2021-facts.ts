/** What is known of Keidar et al. 2021, number by number. Those marked [C] are of the authors' code, which belongs to the paper's first version. */
import { fact } from "./fact.ts";

export const facts = {
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

/** The class of interest, by name: its place among the outputs is never assumed. */
export const [COVID] = facts.data.classes.value;
