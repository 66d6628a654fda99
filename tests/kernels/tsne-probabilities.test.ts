/** Rows of neighbour probabilities have the perplexity asked for, as a plain search in float64 finds them. */
import { tsneProbabilities } from "../../src/kernels/tsne-probabilities.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { tsneProbabilities as reference } from "../reference/tsne-probabilities.ts";

/**
 * The search ends when the entropy is right to 2 · 10⁻⁶. It changes by the variance of t = β x, about 1/2, for each step in ln β, and p = e^−t
 * by t e^−t, at most 0.4 of the largest: some 10⁻⁶. A sum of 10⁴ products is allowed about ten times that.
 */
const terms = 1e4;

describeOp("tsneProbabilities", tsneProbabilities, reference, [
  { name: "five points, the last vector nearly empty", shapes: [[5, 5]], options: { perplexity: 2 }, values: [0, 10], terms },
  { name: "more than a workgroup of 64 rows", shapes: [[67, 67]], options: { perplexity: 12.5 }, values: [1, 9], terms },
  { name: "distances of ten thousands, all nearly alike", shapes: [[20, 20]], options: { perplexity: 6 }, values: [4e4, 5e4], terms },
  { name: "distances of a millionth", shapes: [[20, 20]], options: { perplexity: 6 }, values: [0, 1e-6], terms },
  {
    name: "one point very far from all others",
    shapes: [[24, 24]],
    options: { perplexity: 5 },
    values: (_, element, random) => (element % 24 === 23 || element >= 23 * 24 ? 1e6 : 0) + random,
    terms,
  },
  {
    name: "nine copies of a point share its row, whose perplexity cannot be 4",
    shapes: [[12, 12]],
    options: { perplexity: 4 },
    values: (_, element) => (element % 12 < 10 && element < 120 ? 0 : 1),
    terms,
  },
]);

describeShapeErrors("tsneProbabilities", tsneProbabilities, [
  { name: "distances that are not square", shapes: [[4, 5]], options: { perplexity: 2 } },
  { name: "two points", shapes: [[2, 2]], options: { perplexity: 1.5 } },
  { name: "a perplexity of all others", shapes: [[5, 5]], options: { perplexity: 4 } },
  { name: "a perplexity of 1", shapes: [[5, 5]], options: { perplexity: 1 } },
]);
