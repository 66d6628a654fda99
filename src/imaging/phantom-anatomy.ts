/** What a ray through the chest passes: the phantom's soft tissue, air and bone as formulas of a place on the film. */
import { random } from "../random.ts";
import { bones } from "./phantom-bones.ts";
import { arch, clamp01, curve, hill, length, step, toSegment } from "./phantom-shapes.ts";

/** What one ray meets. Lengths are in units of the film's width (about 40 cm), attenuation in units of soft tissue. */
export interface Ray {
  /** The depth of air in the lung. */
  readonly air: number;
  /** Whether it counts as lung: clear of the heart, the great vessels and the diaphragm. */
  readonly isLung: boolean;
  /** Everything that stops the ray, as if the lung were full. */
  readonly attenuation: number;
}

/** The measures in which patients differ. */
export interface Anatomy {
  /** Where the midline is, how it leans, and how far down everything lies. */
  readonly center: number;
  readonly lean: number;
  readonly top: number;
  readonly lungWidth: number;
  readonly lungApex: number;
  readonly domeHeight: number;
  readonly heartWidth: number;
  readonly ribSpacing: number;
  readonly ribDrop: number;
  readonly clavicleTilt: number;
  readonly vertebra: number;
}

/** A patient drawn by seed, around an average adult. */
export function drawAnatomy(seed: number): Anatomy {
  const around = (index: number, mean: number, spread: number) => mean + spread * (2 * random(seed, index) - 1);
  return {
    center: around(0, 0.5, 0.015),
    lean: around(10, 0, 0.018),
    top: around(1, 0.004, 0.012),
    lungWidth: around(2, 0.365, 0.025),
    lungApex: around(3, 0.105, 0.01),
    domeHeight: around(4, 0.735, 0.035),
    heartWidth: around(5, 0, 0.025),
    ribSpacing: around(6, 0.064, 0.003),
    ribDrop: around(7, 0.09, 0.015),
    clavicleTilt: around(8, 0.068, 0.018),
    vertebra: around(9, 0.056, 0.003),
  };
}

/** Where a place on the film, 0 to 1 from its top left corner, lies in the patient: `offset` from the midline (the patient's left is positive) and height. */
export const inPatient = (a: Anatomy, x: number, y: number) => ({ offset: x - a.center - a.lean * (y - 0.5), y: y - a.top });

/** The ray through a place in the patient. */
export function castRay(a: Anatomy, offset: number, y: number): Ray {
  const isLeft = offset > 0;
  const s = Math.abs(offset);
  const flesh = length(trunk(s, y), arms(s, y));
  const cage = ribCage(a, s, y);
  const border = mediastinum(a, y, isLeft);
  const below = y - dome(a, s, isLeft);
  const inside = Math.max(0, cage - 0.42 * arch(s / border) - 0.06 * hilum(s, y, isLeft));
  const gas = trachea(offset, y) + (isLeft ? stomach(a, s, y) : 0);
  return {
    air: inside * aboveDome(below),
    isLung: cage > 0.07 && s > border && below < 0,
    attenuation: flesh + aorta(offset, y) + bones(a, s, y) - Math.min(gas, flesh),
  };
}

const trunkWidth = [
  [-0.05, 0.135],
  [0, 0.14],
  [0.05, 0.2],
  [0.09, 0.34],
  [0.13, 0.46],
  [0.2, 0.53],
  [0.34, 0.485],
  [0.5, 0.455],
  [0.75, 0.44],
  [1.1, 0.45],
] as const;

const trunkDepth = [
  [-0.05, 0.32],
  [0.06, 0.3],
  [0.16, 0.36],
  [0.3, 0.46],
  [0.6, 0.52],
  [0.9, 0.6],
] as const;

/** Neck, shoulders and trunk: an ellipse at each height. */
const trunk = (s: number, y: number): number => curve(trunkDepth, y) * arch(s / curve(trunkWidth, y));

/** The arms, held away from the trunk. */
const arms = (s: number, y: number): number => 0.23 * arch(toSegment(s, y, 0.48, 0.19, 0.64, 0.75) / 0.09);

/** Depth of a lung that filled its half of the chest: half an ellipsoid with its top off the midline. */
function ribCage({ lungWidth, lungApex }: Anatomy, s: number, y: number): number {
  const middle = 0.14;
  const u = s > middle ? (s - middle) / (lungWidth - middle) : (middle - s) / (middle - 0.01);
  const v = y < 0.7 ? (0.7 - y) / (0.7 - lungApex) : (y - 0.7) / 0.6;
  return 0.42 * arch(length(u, v));
}

/** The right border: great veins, then the right atrium. */
const rightBorder = [
  [0.05, 0.045],
  [0.18, 0.055],
  [0.3, 0.062],
  [0.4, 0.066],
  [0.48, 0.076],
  [0.56, 0.097],
  [0.64, 0.107],
  [0.72, 0.111],
  [0.8, 0.116],
] as const;

/** The left border: subclavian artery, aortic knob and the window under it, pulmonary trunk, left ventricle. */
const leftBorder = [
  [0.05, 0.045],
  [0.18, 0.058],
  [0.25, 0.072],
  [0.3, 0.092],
  [0.34, 0.086],
  [0.375, 0.077],
  [0.42, 0.09],
  [0.47, 0.104],
  [0.54, 0.136],
  [0.62, 0.19],
  [0.69, 0.226],
  [0.74, 0.23],
  [0.8, 0.2],
] as const;

/** How far heart and great vessels reach from the midline; the heart lies on the diaphragm, wherever that is. */
function mediastinum({ heartWidth, domeHeight }: Anatomy, y: number, isLeft: boolean): number {
  const sunk = (domeHeight - 0.735) * clamp01((y - 0.3) / 0.4);
  return curve(isLeft ? leftBorder : rightBorder, y - sunk) + heartWidth * step(0.45, 0.65, y);
}

/** The roots of the lungs; the left one is higher. */
const hilum = (s: number, y: number, isLeft: boolean): number =>
  isLeft ? hill(length((s - 0.1) / 0.045, (y - 0.41) / 0.08)) : hill(length((s - 0.085) / 0.045, (y - 0.44) / 0.08));

/** The descending aorta, an edge beside the spine. */
const aorta = (offset: number, y: number): number => 0.035 * arch((offset - 0.022) / 0.042) * step(0.3, 0.38, y);

/** The height of the diaphragm's dome; the left one is lower. */
function dome({ domeHeight }: Anatomy, s: number, isLeft: boolean): number {
  const d = s - (isLeft ? 0.185 : 0.165);
  return domeHeight + (isLeft ? 0.022 : 0) + (d > 0 ? 2.5 : 1.3) * d * d;
}

/** The share of the lung's depth above the diaphragm: all of it over the dome, a wedge behind the dome further down. */
const aboveDome = (below: number): number => 0.2 * (1 - step(0, 0.13, below)) + 0.8 * (1 - step(-0.005, 0.007, below));

/** The windpipe and the two bronchi it divides into. */
function trachea(offset: number, y: number): number {
  const bend = -0.006 * step(0.12, 0.3, y);
  const pipe = 0.1 * arch((offset - bend) / 0.017) * (1 - step(0.33, 0.36, y));
  const right = 0.05 * arch(toSegment(offset, y, bend, 0.335, -0.062, 0.4) / 0.0125);
  const left = 0.045 * arch(toSegment(offset, y, bend, 0.335, 0.072, 0.405) / 0.0115);
  return Math.max(pipe, right, left);
}

/** Gas in the stomach, under the left dome. */
function stomach(a: Anatomy, s: number, y: number): number {
  const top = dome(a, 0.15, true) + 0.012;
  return 0.09 * hill(0.8 * length((s - 0.15) / 0.065, (y - top - 0.03) / 0.034)) * step(0.008, 0.016, y - dome(a, s, true));
}
