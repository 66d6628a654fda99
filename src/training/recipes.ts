/** The augmentations of the four published systems. */
import type { Recipe } from "./augment.ts";

/**
 * Keidar 2021: each film gets four such copies, made at the film's own size of a thousand pixels and more (`augmentAt: "source"`); at a
 * network's size the same blur is stronger. Their CLAHE's "tile size of 6 to 10 px" is handed to OpenCV as the number of tiles, and
 * so it is here.
 */
export const keidar: Recipe = {
  steps: [
    { op: "brightness", probability: 0.4, factor: [0.8, 1.4] },
    { op: "gamma", probability: 0.3, exponent: [0.6, 1.3] },
    { op: "clahe", probability: 0.4, clipLimit: [0.5, 2], tiles: [6, 10] },
    { op: "rotate", probability: 0.4, degrees: [-10, 10] },
    { op: "shear", probability: 0.4, degrees: [-10, 10] },
    { op: "scale", probability: 0.4, factor: [0.9, 1.1] },
    { op: "flip", probability: 0.5 },
    {
      op: "oneOf",
      steps: [
        { op: "blur", sigma: [0, 1.9] },
        { op: "sharpen", alpha: [0, 0.82] },
      ],
    },
  ],
};

/** Keidar 2021, the variant in random order. */
export const keidarHeavy: Recipe = {
  order: "random",
  steps: [
    { op: "brightness", probability: 0.6, factor: [0.8, 1.4] },
    { op: "clahe", probability: 0.4, clipLimit: [0.5, 2], tiles: [6, 10] },
    { op: "rotate", probability: 0.41, degrees: [-8, 8] },
    { op: "shear", probability: 0.41, degrees: [-8, 8] },
    {
      op: "oneOf",
      steps: [
        { op: "blur", sigma: [0, 1.9] },
        { op: "sharpen", alpha: [0, 0.82] },
      ],
    },
  ],
};

/** Liang 2021: flips. */
export const liang: Recipe = { steps: [{ op: "flip", probability: 0.5 }] };

/** Minaee 2020, while training: torchvision's RandomResizedCrop with its defaults, which may keep 8 % of the film. */
export const minaee: Recipe = { steps: [{ op: "resizedCrop", area: [0.08, 1], ratio: [3 / 4, 4 / 3] }] };

/** Minaee 2020, the copies made beforehand: flips, small rotations and distortions; their ranges are not published. */
const minaeeCopies: Recipe = {
  steps: [
    { op: "flip", probability: 0.5 },
    { op: "rotate", degrees: [-10, 10] },
    { op: "elastic", columns: 4, rows: 4, magnitude: 3 / 224 },
  ],
};

/** Apostolopoulos 2020: slight rotations, shifts of 20 in 200 pixels, flips; their ranges are not published. */
export const apostolopoulos: Recipe = {
  steps: [
    { op: "rotate", degrees: [-10, 10] },
    { op: "shift", share: [-0.1, 0.1] },
    { op: "flip", probability: 0.5 },
  ],
};

/** The recipes by name; `none` does nothing. */
export const recipes: Readonly<Record<string, Recipe>> = {
  none: { steps: [] },
  keidar,
  "keidar-heavy": keidarHeavy,
  liang,
  minaee,
  "minaee-copies": minaeeCopies,
  apostolopoulos,
};
