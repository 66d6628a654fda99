/** Drawn patients with what would be known of real ones: a class, and clinical indicators that follow from their opacities by formula. */
import { random } from "../random.ts";
import { randomNormal } from "./noise.ts";
import { type Phantom, phantom } from "./phantom.ts";

/** What the films of a class hold. It names a drawn pattern, whatever the class is called. */
export interface Pattern {
  readonly opacities: number;
  /** As `PhantomOptions` has it; each patient's is up to a quarter less or more. 1 by default. */
  readonly strength?: number;
}

export interface CohortOptions {
  readonly films: number;
  /** Classes by name; patients take turns in their order. */
  readonly patterns: Readonly<Record<string, Pattern>>;
  /** Pixels along each side, 64 or more. */
  readonly size?: number;
  readonly seed?: number;
}

export interface CohortFilm {
  /** Such as "phantom-7": no two films show one patient. */
  readonly patient: string;
  readonly label: string;
  readonly phantom: Phantom;
  readonly strength: number;
  /** The opacities' share of the lungs, from 0 to 1. */
  readonly share: number;
  readonly indicators: Readonly<Record<Indicator, number>>;
}

export type Indicator = keyof typeof indicatorRules;

/**
 * The five indicators that Liang 2021 regresses, in their units: base + byShare · share + byBurden · share · strength, plus a normal error of
 * this deviation, and never below 0. The numbers are made up so that they lie where laboratories see them; only the form is known to be
 * right.
 */
export const indicatorRules = {
  /** 10⁹ / L. */
  white_blood_cells: { base: 5.5, byShare: 30, byBurden: 12, deviation: 0.4 },
  /** 10⁹ / L. */
  lymphocytes: { base: 2.3, byShare: -11, byBurden: 0, deviation: 0.1 },
  /** 10⁹ / L. */
  neutrophils: { base: 3.2, byShare: 26, byBurden: 14, deviation: 0.4 },
  /** mg / L. */
  c_reactive_protein: { base: 4, byShare: 0, byBurden: 420, deviation: 4 },
  /** ng / mL. */
  procalcitonin: { base: 0.05, byShare: 0.8, byBurden: 3.5, deviation: 0.04 },
} as const;

/** The indicators without their errors: what a regression can know at best. */
export const expectedIndicators = (share: number, strength: number): Record<Indicator, number> =>
  byIndicator(({ base, byShare, byBurden }) => Math.max(0, base + byShare * share + byBurden * share * strength));

/**
 * Film by film, the same for the same options in every engine.
 * @throws RangeError without films or patterns, and for what `phantom` refuses.
 */
export function* cohort({ films, patterns, size = 512, seed = 0 }: CohortOptions): Generator<CohortFilm, void, undefined> {
  const classes = Object.entries(patterns);
  if (!(Number.isInteger(films) && films > 0)) throw new RangeError(`cohort: films must be a count of at least 1, got ${films}`);
  if (classes.length === 0) throw new RangeError("cohort: patterns must name a class");
  for (let i = 0; i < films; i++) {
    const [label, { opacities, strength: usual = 1 }] = classes[i % classes.length];
    const patient = Math.imul(seed, 100_003) + i;
    const strength = usual * (0.75 + 0.5 * random(patient, STRENGTH));
    const drawn = phantom({ size, seed: patient, opacities, strength });
    const share = countOf(drawn.opacityMask) / countOf(drawn.lungs);
    const expected = expectedIndicators(share, strength);
    const indicators = byIndicator(({ deviation }, name, place) =>
      Math.max(0, expected[name] + deviation * randomNormal(patient, ERRORS + place)),
    );
    yield { patient: `phantom-${i}`, label, phantom: drawn, strength, share, indicators };
  }
}

/** Places in a patient's stream of random numbers, far from one another. */
const STRENGTH = 1 << 20;
const ERRORS = 1 << 21;

const countOf = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);

function byIndicator(
  value: (rule: { base: number; byShare: number; byBurden: number; deviation: number }, name: Indicator, place: number) => number,
): Record<Indicator, number> {
  const { white_blood_cells, lymphocytes, neutrophils, c_reactive_protein, procalcitonin } = indicatorRules;
  return {
    white_blood_cells: value(white_blood_cells, "white_blood_cells", 0),
    lymphocytes: value(lymphocytes, "lymphocytes", 1),
    neutrophils: value(neutrophils, "neutrophils", 2),
    c_reactive_protein: value(c_reactive_protein, "c_reactive_protein", 3),
    procalcitonin: value(procalcitonin, "procalcitonin", 4),
  };
}
