/** What is known of Apostolopoulos et al. 2020, number by number. No code was published, so that most are marked [K] or [?]. */
import { fact } from "./fact.ts";

export const facts = {
  data: {
    films: fact(3905, ["K", "A"], "the seven add up to it"),
    classes: fact(
      {
        covid: 455,
        pulmonary_edema: 293,
        pleural_effusion: 311,
        emphysema: 315,
        pulmonary_fibrosis: 280,
        pneumonia: 910,
        normal: 1341,
      },
      "K",
      "films of each; 455 of 3,905 reproduces the two-class figures",
    ),
  },
  network: {
    arch: fact("mobilenet_v2", "T"),
    widthMultiplier: fact(1, "T"),
    parametersOfSeven: fact(2_232_839, "A"),
    parametersOfTwo: fact(2_226_434, "A"),
    head: fact("global average pooling, dropout, dense, softmax", "K"),
    dropout: fact(0.2, "?", "as in MobileNetV2 itself"),
    strategies: fact(["scratch", "features", "fine-tuning"], ["T", "K"]),
    fineTunedFrom: fact("features.14", "?", "layers below stay as they are"),
  },
  preprocessing: {
    size: fact(200, "K"),
    resize: fact("letterbox", "K", "padded with black to a square"),
    channels: fact(3, "K"),
    augmentation: fact({ degrees: 10, shiftPixels: 20, flip: 0.5 }, ["K", "?"], "that there is some is known, its ranges are ours"),
  },
  training: {
    loss: fact("cross-entropy", "?"),
    optimizer: fact("adam", "?"),
    lrFromScratch: fact(1e-3, "?"),
    lrFineTuning: fact(1e-4, "?"),
    batch: fact(32, "?"),
    epochs: fact(100, "?"),
    patience: fact(10, "?"),
    folds: fact(10, "K", "stratified"),
    pooled: fact(true, "A", "the printed counts are over all 3,905 films"),
  },
  evaluation: {
    twoClasses: fact(["merged", "trained"], "K", "seven classes merged into COVID-19 and the rest, or a network of two outputs"),
  },
} as const;

/** The class of interest, by name. */
export const [COVID] = Object.keys(facts.data.classes.value);
