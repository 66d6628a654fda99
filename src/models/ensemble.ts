/** Several models on one picture: their scores combined, and how far they disagree. */
import { InputError } from "../bytes.ts";
import type { Finding } from "../imaging/quality.ts";
import type { ModelDescription } from "./description.ts";
import { inBatches, isList, type Outcome } from "./in-batches.ts";
import type { Model } from "./model.ts";
import type { Withheld } from "./out-of-distribution/detector.ts";
import { type Film, openFilm, type Picture, type ReadOptions, withFilm } from "./picture.ts";
import type { Milliseconds, Prediction, Result } from "./result.ts";

/**
 * mean: the mean of the members' scores. weighted: their weighted mean. vote: the share of the members that vote for a class, each for its
 * highest one (for classes that do not exclude each other: for every class that reaches its threshold, or one half); equal shares are in the order of
 * the mean scores (Keidar et al. 2021 take the label by vote and the probability by mean).
 */
export const combinations = ["mean", "vote", "weighted"] as const;
export type Combination = (typeof combinations)[number];

export interface EnsembleOptions {
  readonly combine?: Combination;
  /** For weighted: a number for each member, none negative, not all zero; they count by their share of the sum. */
  readonly weights?: readonly number[];
  /** What members are called in results and errors; by default by their networks. */
  readonly names?: readonly string[];
  /** How films are read that hold several frames, or may be read in several ways, and whether they are checked to be films. */
  readonly decode?: ReadOptions;
}

export interface EnsemblePrediction {
  readonly label: string;
  /** Of a regression's value, as `Prediction` has it. */
  readonly unit?: string;
  /** The combined score. There is no `positive`: a member's threshold is fixed on that member's scores. */
  readonly score: number;
  /** The standard deviation of the members' scores (over all members, not n − 1), weighted where the combination is. */
  readonly deviation: number;
}

/** Entropies in nats: 0 where all is certain, ln(classes) at most. */
export interface Disagreement {
  /** Of the mean of the members' scores. */
  readonly entropy: number;
  /** The mean of the members' own entropies: what each of them leaves open. */
  readonly expectedEntropy: number;
  /** Their difference, the mutual information between label and member: 0 where the members agree (Houlsby et al. 2011). */
  readonly mutualInformation: number;
}

/** What one member says of a picture. */
export interface MemberResult extends Pick<Result, "predictions" | "withheld" | "outlierScores"> {
  readonly name: string;
}

export interface EnsembleResult {
  /** Highest first, values in the first member's order; empty where the answer is withheld. */
  readonly predictions: readonly EnsemblePrediction[];
  /** The first member's reason, where a member cannot judge the picture: it is not outvoted on that. */
  readonly withheld?: Withheld & { readonly member: string };
  readonly members: readonly MemberResult[];
  /** Of a classification; absent where the answer is withheld. */
  readonly disagreement?: Disagreement;
  readonly notes?: readonly string[];
  /** What speaks against the picture as a film, where that was checked and found. */
  readonly findings?: readonly Finding[];
  /** Decoding is shared; the others are sums over the members. */
  readonly milliseconds: Milliseconds;
}

/** Owns nothing: its members are destroyed by whoever loaded them. */
export interface Ensemble {
  readonly names: readonly string[];
  readonly members: readonly Model[];
  /** In the first member's order. */
  readonly classes: readonly string[];
  readonly combine: Combination;
  /** The members' shares, which add up to 1. */
  readonly weights: readonly number[];
  /**
   * What the members say of one picture or of several, together.
   * @throws InputError for a picture that cannot be read.
   * @throws DeviceError if the GPU fails.
   */
  predict(picture: Picture): Promise<EnsembleResult>;
  predict(pictures: readonly Picture[]): Promise<readonly EnsembleResult[]>;
  /**
   * The same of many pictures in their order, batch by batch; a picture that cannot be read becomes an outcome and stops nothing.
   * @throws DeviceError if the GPU fails.
   */
  predictAll(pictures: Iterable<Picture>, options?: { readonly batch?: number }): AsyncGenerator<Outcome<EnsembleResult>>;
}

/**
 * Models that answer together. They have the same classes, in any order, and each picture is decoded once for all of them.
 * @throws InputError for no models, models that segment or are for different tasks, whose classes or output rules differ, or for weights that do not
 * fit.
 * @example
 * const both = ensemble([await loadModel("weights/cxr-resnet18.safetensors"), await loadModel("weights/cxr-mobilenet-v2.safetensors")]);
 * const { predictions, disagreement } = await both.predict("samples/phantom.png");
 */
export function ensemble(
  members: readonly Model[],
  { combine = "mean", weights: given, names = members.map(({ description }) => description.arch), decode }: EnsembleOptions = {},
): Ensemble {
  checkMembers(members, names, combine);
  const weights = sharesOf(given, combine, members.length);
  const { classes } = members[0].description;

  /** The members one after the other, each on the whole batch. */
  const judge = async (films: readonly Decoded[]): Promise<Result[][]> => {
    const pictures = films.map(({ picture }) => picture);
    const results: Result[][] = [];
    for (const member of members) {
      const own: Result[] = [];
      for await (const outcome of member.predictAll(pictures, { batch: pictures.length })) {
        if ("error" in outcome) throw outcome.error;
        own.push(outcome.result);
      }
      results.push(own);
    }
    return pictures.map((_, place) => results.map((own) => own[place]));
  };

  async function* predictAll(
    pictures: Iterable<Picture>,
    { batch = 1 }: { readonly batch?: number } = {},
  ): AsyncGenerator<Outcome<EnsembleResult>> {
    yield* inBatches(pictures, {
      caller: "predictAll",
      batch,
      async read(picture) {
        const start = performance.now();
        const film = await openFilm(picture, decode);
        return { ...film, picture: withFilm(picture, film.image), decodeMs: performance.now() - start };
      },
      compute: async (films) => (await judge(films)).map((results, place) => together(results, films[place])),
    });
  }

  const together = (results: readonly Result[], { findings, decodeMs }: Decoded): EnsembleResult => {
    const said = results.map(({ predictions, withheld, outlierScores }, i) => ({
      name: names[i],
      predictions,
      ...(withheld && { withheld }),
      ...(outlierScores && { outlierScores }),
    }));
    const refusing = said.find(({ withheld }) => withheld);
    const notes = [...new Set(results.flatMap(({ notes: own = [] }) => own))];
    const shared = {
      members: said,
      ...(notes.length > 0 && { notes }),
      ...(findings.length > 0 && { findings }),
      milliseconds: {
        decode: decodeMs,
        preprocess: sum(results.map(({ milliseconds }) => milliseconds.preprocess)),
        run: sum(results.map(({ milliseconds }) => milliseconds.run)),
      },
    };
    if (refusing?.withheld) return { predictions: [], withheld: { ...refusing.withheld, member: refusing.name }, ...shared };
    const { task, output, units } = members[0].description;
    const scores = said.map(({ predictions }) => classes.map((label) => scoreOf(predictions, label)));
    const votes = said.map(({ predictions }) => votesOf(predictions, classes, output === "sigmoid"));
    return {
      predictions:
        task === "regression"
          ? averaged(scores, classes, weights).map((row, i) => ({ ...row, unit: units?.[i] ?? "" }))
          : combined(scores, votes, classes, weights, combine),
      ...(task === "classification" && { disagreement: disagreementOf(scores, weights, output === "sigmoid") }),
      ...shared,
    };
  };

  async function predict(picture: Picture): Promise<EnsembleResult>;
  async function predict(pictures: readonly Picture[]): Promise<readonly EnsembleResult[]>;
  async function predict(pictures: Picture | readonly Picture[]): Promise<EnsembleResult | readonly EnsembleResult[]> {
    const list = isList(pictures) ? pictures : [pictures];
    const results: EnsembleResult[] = [];
    for await (const outcome of predictAll(list, { batch: Math.max(1, list.length) })) {
      if ("error" in outcome) throw outcome.error;
      results.push(outcome.result);
    }
    return isList(pictures) ? results : results[0];
  }

  return { names, members, classes, combine, weights, predict, predictAll };
}

interface Decoded extends Film {
  /** Decoded, with the clinical values that came with it. */
  readonly picture: Picture;
  readonly decodeMs: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function checkMembers(members: readonly Model[], names: readonly string[], combine: Combination): void {
  if (members.length === 0) throw new InputError("ensemble", "has no models");
  if (names.length !== members.length) throw new InputError("ensemble", `has ${members.length} models, got ${names.length} names`);
  const [{ description: first }] = members;
  for (const [i, { description }] of members.entries()) {
    if (description.task === "segmentation") throw new InputError(names[i], "is a segmentation model, an ensemble combines scores");
    if (description.task !== first.task)
      throw new InputError(names[i], `is a ${description.task} model, ${names[0]} is a ${first.task} model: they cannot answer together`);
    const differs =
      description.classes.length !== first.classes.length || !description.classes.every((label) => first.classes.includes(label));
    if (differs)
      throw new InputError(names[i], `has the classes ${description.classes.join(", ")}; ${names[0]} has ${first.classes.join(", ")}`);
    const other = first.classes.find((label) => unitOf(description, label) !== unitOf(first, label));
    if (other !== undefined)
      throw new InputError(names[i], `gives ${other} in "${unitOf(description, other)}", ${names[0]} in "${unitOf(first, other)}"`);
    if ((description.output === "sigmoid") !== (first.output === "sigmoid"))
      throw new InputError(names[i], `gives scores by ${description.output}, ${names[0]} by ${first.output}: they do not mean the same`);
  }
  if (combine === "vote" && first.task !== "classification")
    throw new InputError(names[0], `is a ${first.task} model, votes are for classes`);
}

const unitOf = ({ classes, units }: ModelDescription, label: string): string => units?.[classes.indexOf(label)] ?? "";

/** Each member's share. */
function sharesOf(given: readonly number[] | undefined, combine: Combination, count: number): number[] {
  if (combine !== "weighted") {
    if (given) throw new InputError("ensemble", `weights are for the combination weighted, got ${combine}`);
    return new Array<number>(count).fill(1 / count);
  }
  if (given?.length !== count)
    throw new InputError("ensemble", `${count} weights are needed, one for each model, got ${given?.length ?? 0}`);
  const total = sum(given);
  if (!given.every((weight) => weight >= 0) || !Number.isFinite(total) || total <= 0)
    throw new InputError("ensemble", `weights must be 0 or more, and not all 0, got ${given.join(", ")}`);
  return given.map((weight) => weight / total);
}

const scoreOf = (predictions: readonly Prediction[], label: string): number => {
  const found = predictions.find((prediction) => prediction.label === label);
  return found ? found.score : Number.NaN;
};

/** Which classes a member votes for: its highest one, or each that it finds where several can be there at once. */
function votesOf(predictions: readonly Prediction[], classes: readonly string[], isMultiLabel: boolean): boolean[] {
  return classes.map((label) => {
    if (!isMultiLabel) return predictions[0].label === label;
    const found = predictions.find((prediction) => prediction.label === label);
    return found !== undefined && (found.positive ?? found.score >= 0.5);
  });
}

function combined(
  scores: readonly (readonly number[])[],
  votes: readonly (readonly boolean[])[],
  classes: readonly string[],
  weights: readonly number[],
  combine: Combination,
): EnsemblePrediction[] {
  const rows = averaged(scores, classes, weights).map(({ label, score: mean, deviation }, c) => {
    const share = votes.filter((own) => own[c]).length / votes.length;
    return { label, mean, score: combine === "vote" ? share : mean, deviation };
  });
  return rows.sort((a, b) => b.score - a.score || b.mean - a.mean).map(({ label, score, deviation }) => ({ label, score, deviation }));
}

/** The mean of each class or value over the members, and their deviation from it. */
const averaged = (scores: readonly (readonly number[])[], classes: readonly string[], weights: readonly number[]): EnsemblePrediction[] =>
  classes.map((label, c) => {
    const score = sum(weights.map((weight, m) => weight * scores[m][c]));
    const variance = sum(weights.map((weight, m) => weight * (scores[m][c] - score) ** 2));
    return { label, score, deviation: Math.sqrt(variance) };
  });

/** For classes that do not exclude each other, sums over the classes of what each one's presence has. */
export function disagreementOf(scores: readonly (readonly number[])[], weights: readonly number[], isMultiLabel: boolean): Disagreement {
  const entropyOf = (row: readonly number[]): number => sum(row.map((score) => surprise(score) + (isMultiLabel ? surprise(1 - score) : 0)));
  const mean = scores[0].map((_, c) => sum(weights.map((weight, m) => weight * scores[m][c])));
  const entropy = entropyOf(mean);
  const expectedEntropy = sum(weights.map((weight, m) => weight * entropyOf(scores[m])));
  // Never negative (Jensen), but by rounding.
  return { entropy, expectedEntropy, mutualInformation: Math.max(0, entropy - expectedEntropy) };
}

/** −p ln p; 0 where nothing is left open. */
const surprise = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);
