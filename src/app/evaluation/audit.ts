/** How much of a model's success needs no lungs: with the lungs hidden, with the border alone, and how well its features tell sources. */
import { InputError } from "../../bytes.ts";
import type { Image } from "../../loaders/image.ts";
import type { Model } from "../../models/model.ts";
import { openFilm } from "../../models/picture.ts";
import { type Bootstrapped, bootstrap } from "../../statistics/bootstrap.ts";
import { classAreas } from "../../statistics/class-areas.ts";
import { balancedAccuracy, confusionMatrix, predictedClasses } from "../../statistics/confusion.ts";
import { type NotDefined, notDefined, type Statistic } from "../../statistics/not-defined.ts";
import type { Sample } from "../../training/dataset.ts";
import type { Leak } from "../../training/leaks.ts";
import { type Embedded, embedFilms } from "./embed.ts";
import { macroArea, someOf } from "./groups.ts";
import { hideUnder, showBorder } from "./hide.ts";
import type { ScoredFilms } from "./judge.ts";
import { meanScores } from "./mean-scores.ts";
import { type Scores, scoreFilms } from "./scores.ts";
import { type SourceTest, sourceTest } from "./source-test.ts";

/** How a model does on some films, shown whole or in part. */
export interface Shown {
  readonly films: number;
  readonly balancedAccuracy: Bootstrapped;
  /** The mean over classes of the area of one against the rest. */
  readonly area: Statistic;
}

export interface HiddenPart {
  /** With the part hidden, and the same films whole. */
  readonly hidden: Shown;
  readonly whole: Shown;
  /** Films that are in neither: they could not be read, or no mask of two lungs was found. */
  readonly leftOut: number;
  /** Those of the films with the part hidden. */
  readonly scores: Scores;
}

export interface Audit {
  readonly lungsHidden: HiddenPart;
  readonly borderOnly: HiddenPart;
  readonly source: SourceTest | NotDefined;
  /** Films of two sets that should be apart. */
  readonly leaks: readonly Leak[];
}

/** Of the bootstrap. */
export interface Sampling {
  readonly resamples: number;
  readonly seed: number;
}

export interface AuditOptions extends Sampling {
  readonly batch: number;
  /** Where the lungs are in a film; throws an InputError where that is not known, and the film is left out. */
  readonly lungs: (film: Sample, image: Image) => Promise<Image>;
  /** Where a film comes from; empty where that is not known. */
  readonly source: (film: Sample) => string;
  /** The training films, which the source is learnt from. */
  readonly train: () => Promise<Embedded>;
  readonly leaks: () => Promise<readonly Leak[]>;
  readonly onFilm?: () => void;
}

/** @throws DeviceError if the GPU fails. */
export async function audit(model: Model, test: ScoredFilms, options: AuditOptions): Promise<Audit> {
  return {
    lungsHidden: await hiddenPart(model, test, options, async (film) => {
      const { image } = await openFilm(film.picture);
      return hideUnder(image, await options.lungs(film, image));
    }),
    borderOnly: await hiddenPart(model, test, options, async (film) => showBorder((await openFilm(film.picture)).image)),
    source: await toldSource(model, test, options),
    leaks: await options.leaks(),
  };
}

async function toldSource(model: Model, test: ScoredFilms, options: AuditOptions): Promise<SourceTest | NotDefined> {
  try {
    return await sourceTest(model.device, await options.train(), await embedFilms(model, test.films, options), options.source);
  } catch (error) {
    // A network that has no features to compare, such as one of an ONNX file.
    if (error instanceof InputError) return notDefined(error.message);
    throw error;
  }
}

async function hiddenPart(
  model: Model,
  test: ScoredFilms,
  options: AuditOptions,
  change: (film: Sample) => Promise<Image>,
): Promise<HiddenPart> {
  const { batch, onFilm } = options;
  return judgedPart(test, await scoreFilms(model, test.films, { batch, onFilm, change }), options);
}

/** What the audit of the mean of several models' scores finds: no more is computed than was for each of them. */
export function auditOfMean(audits: readonly Audit[], test: ScoredFilms, sampling: Sampling): Audit {
  const part = (name: "lungsHidden" | "borderOnly") => judgedPart(test, meanScores(audits.map((own) => own[name].scores)), sampling);
  return {
    lungsHidden: part("lungsHidden"),
    borderOnly: part("borderOnly"),
    source: notDefined("a mean of scores has no features of its own"),
    leaks: audits[0].leaks,
  };
}

/** @param scores - of the test films with a part hidden, those that were left out without a row. */
function judgedPart(test: ScoredFilms, scores: Scores, sampling: Sampling): HiddenPart {
  const kept = scores.rows.flatMap((row, place) => (row ? [{ place, row }] : []));
  const whole = someOf(
    test,
    kept.map(({ place }) => place),
  );
  const hidden = { ...whole, scores: Float64Array.from(kept.flatMap(({ row }) => Array.from(row))) };
  return { hidden: shown(hidden, sampling), whole: shown(whole, sampling), leftOut: test.films.length - kept.length, scores };
}

/** How a model does on films, of which there may be none. */
export function shown({ films, labels, classes, scores, clusters }: ScoredFilms, sampling: Sampling): Shown {
  const { length } = classes;
  if (length < 2 || films.length === 0) {
    const none = notDefined(length < 2 ? "the model knows one class only" : "no films are left");
    return { films: films.length, balancedAccuracy: { value: none, interval: none, undefinedResamples: 0 }, area: none };
  }
  const predicted = predictedClasses(scores, length);
  const of = (places: Int32Array): Statistic =>
    balancedAccuracy(
      confusionMatrix(
        places.map((n) => predicted[n]),
        places.map((n) => labels[n]),
        length,
      ),
    );
  return {
    films: films.length,
    balancedAccuracy: bootstrap(films.length, of, { clusters, resamples: sampling.resamples, seed: sampling.seed }),
    area: macroArea(classAreas(scores, labels, length)),
  };
}
