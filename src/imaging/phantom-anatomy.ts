/** What a ray through the chest passes: the phantom's air, soft tissue and bone, as smooth formulas of a place on the film. */
import { random } from "./noise.ts";

/**
 * What one ray meets. Lengths are in units of the film's width (about 40 cm), attenuation in units of soft tissue.
 */
export interface Ray {
  /** Air in the lung crossed. */
  readonly air: number;
  /** Whether the ray counts as lung: clear of heart, vessels' root and diaphragm. */
  readonly inField: boolean;
  /** Which lung the air belongs to, as the patient has it. */
  readonly side: "left" | "right";
  /** Everything that stops the ray, the air left out. */
  readonly attenuation: number;
}

/** The measures that differ between patients. */
export interface Anatomy {
  readonly center: number;
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

/** A patient drawn by seed, around the average adult. */
export function drawAnatomy(seed: number): Anatomy {
  const around = (index: number, mean: number, spread: number) => mean + spread * (2 * random(seed, index) - 1);
  return {
    center: around(0, 0.5, 0.012),
    top: around(1, 0, 0.012),
    lungWidth: around(2, 0.365, 0.02),
    lungApex: around(3, 0.105, 0.01),
    domeHeight: around(4, 0.735, 0.025),
    heartWidth: around(5, 0.165, 0.015),
    ribSpacing: around(6, 0.064, 0.003),
    ribDrop: around(7, 0.085, 0.015),
    clavicleTilt: around(8, 0.068, 0.02),
    vertebra: around(9, 0.056, 0.003),
  };
}

/** The ray through (x, y), both 0 to 1 from the top left corner of the film. The patient's left is on the film's right. */
export function castRay(a: Anatomy, x: number, filmY: number): Ray {
  const y = filmY - a.top;
  const offset = x - a.center;
  const isLeft = offset > 0;
  const s = Math.abs(offset);
  const flesh = Math.sqrt(trunk(s, y) ** 2 + arms(s, y) ** 2);
  const cage = ribCage(a, s, y);
  const border = mediastinum(a, y, isLeft);
  const solid = 0.42 * arch(s / border) + 0.05 * hilum(s, y, isLeft);
  const below = y - dome(a, s, isLeft);
  const air = Math.max(0, cage - solid) * aboveDome(below);
  const bones = spine(a, s, y) + ribs(a, s, y) + clavicle(a, s, y) + shoulder(s, y);
  const gas = trachea(offset, y) + (isLeft ? stomach(a, s, y) : 0);
  return { air, inField: cage > 0.07 && s > border && below < 0, side: isLeft ? "left" : "right", attenuation: flesh + bones - Math.min(gas, flesh) };
}

/** Half the height of an ellipse of half-width 1 at distance q from its middle. */
const arch = (q: number): number => Math.sqrt(Math.max(0, 1 - q * q));

const clamp01 = (t: number): number => Math.min(1, Math.max(0, t));

/** 0 below `from`, 1 above `to`, smooth between. */
function step(from: number, to: number, value: number): number {
  const t = clamp01((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** A smooth curve through points (y, value): cubic between neighbours, with the slope of their neighbours (Catmull and Rom 1974). */
function curve(points: readonly (readonly [number, number])[], y: number): number {
  const last = points.length - 1;
  if (y <= points[0][0]) return points[0][1];
  if (y >= points[last][0]) return points[last][1];
  let i = 0;
  while (y > points[i + 1][0]) i++;
  const slope = (k: number) => {
    const [before, after] = [points[Math.max(0, k - 1)], points[Math.min(last, k + 1)]];
    return (after[1] - before[1]) / (after[0] - before[0]);
  };
  const [y0, v0] = points[i];
  const [y1, v1] = points[i + 1];
  const h = y1 - y0;
  const t = (y - y0) / h;
  return v0 * (1 + 2 * t) * (1 - t) ** 2 + v1 * t * t * (3 - 2 * t) + h * t * (1 - t) * (slope(i) * (1 - t) - slope(i + 1) * t);
}

/** A solid rod across the ray, at distance d from its axis. */
const rod = (d: number, radius: number): number => radius * arch(d / radius);

/** A bone: a rod whose inside is mostly marrow, so that its edges are brighter than its middle. */
function bone(d: number, radius: number): number {
  return Math.abs(d) < radius ? rod(d, radius) - 0.72 * rod(d, 0.74 * radius) : 0;
}

/** Distance from (s, y) to the segment between two points. */
function toSegment(s: number, y: number, s0: number, y0: number, s1: number, y1: number): number {
  const ds = s1 - s0;
  const dy = y1 - y0;
  const t = clamp01(((s - s0) * ds + (y - y0) * dy) / (ds * ds + dy * dy));
  const ex = s - s0 - t * ds;
  const ey = y - y0 - t * dy;
  return Math.sqrt(ex * ex + ey * ey);
}

const trunkWidth = [
  [-0.05, 0.135],
  [0.0, 0.14],
  [0.05, 0.2],
  [0.09, 0.34],
  [0.13, 0.47],
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

/** The arms hang beside the trunk. */
const arms = (s: number, y: number): number => 2.6 * rod(toSegment(s, y, 0.48, 0.19, 0.64, 0.75), 0.09);

/** Depth of a lung that fills its half of the chest: half an ellipsoid with its top off the midline. */
function ribCage({ lungWidth, lungApex }: Anatomy, s: number, y: number): number {
  const middle = 0.14;
  const u = s > middle ? (s - middle) / (lungWidth - middle) : (middle - s) / (middle - 0.01);
  const v = y < 0.7 ? (0.7 - y) / (0.7 - lungApex) : (y - 0.7) / 0.6;
  return 0.42 * Math.sqrt(Math.max(0, 1 - u * u - v * v));
}

/** The right border: great veins, then the right atrium. */
const rightBorder = [
  [0.05, 0.045],
  [0.18, 0.055],
  [0.3, 0.062],
  [0.4, 0.066],
  [0.5, 0.08],
  [0.6, 0.1],
  [0.68, 0.098],
  [0.76, 0.075],
] as const;

/** The left border: subclavian artery, aortic knob, window, pulmonary trunk, left ventricle. */
const leftBorder = [
  [0.05, 0.045],
  [0.18, 0.058],
  [0.25, 0.072],
  [0.3, 0.094],
  [0.345, 0.086],
  [0.375, 0.076],
  [0.42, 0.09],
  [0.47, 0.103],
  [0.54, 0.135],
  [0.62, 0.19],
  [0.69, 0.226],
  [0.74, 0.23],
  [0.8, 0.2],
] as const;

/** How far heart and great vessels reach from the midline. */
function mediastinum({ heartWidth, domeHeight }: Anatomy, y: number, isLeft: boolean): number {
  const border = curve(isLeft ? leftBorder : rightBorder, y - (domeHeight - 0.735) * clamp01((y - 0.3) / 0.4));
  return border + (heartWidth - 0.165) * step(0.45, 0.65, y);
}

/** The roots of the lungs; the left one is higher. */
function hilum(s: number, y: number, isLeft: boolean): number {
  const q = ((s - (isLeft ? 0.1 : 0.085)) / 0.045) ** 2 + ((y - (isLeft ? 0.415 : 0.44)) / 0.075) ** 2;
  return q < 1 ? (1 - q) * (1 - q) : 0;
}

/** The height of the diaphragm's dome at s; the left one is lower. */
function dome({ domeHeight }: Anatomy, s: number, isLeft: boolean): number {
  const d = s - 0.17;
  return domeHeight + (isLeft ? 0.022 : 0) + (d > 0 ? 2.5 : 1.3) * d * d;
}

/** The share of the lung's depth above the diaphragm: all of it over the dome, a wedge behind the dome further down. */
const aboveDome = (below: number): number => 0.2 * (1 - step(0, 0.13, below)) + 0.8 * (1 - step(-0.005, 0.007, below));

/** Vertebrae: bodies with denser end plates, pedicles, spinous processes. */
function spine({ vertebra }: Anatomy, s: number, y: number): number {
  const width = 0.036 + 0.012 * clamp01(y);
  const phase = y / vertebra - Math.floor(y / vertebra);
  const middle = Math.abs(phase - 0.5);
  const waist = width * (0.88 + 0.5 * middle * middle);
  const inside = 1 - step(waist - 0.014, waist + 0.006, s);
  const plate = step(0.28, 0.38, middle) - step(0.4, 0.49, middle);
  const disc = step(0.36, 0.5, middle);
  const pedicle = Math.sqrt(((s - 0.6 * width) / 0.009) ** 2 + ((phase - 0.36) * (vertebra / 0.013)) ** 2);
  const process = Math.sqrt((s / 0.007) ** 2 + ((phase - 0.72) * (vertebra / 0.017)) ** 2);
  const marks = 0.016 * (step(0.4, 0.85, pedicle) - step(0.85, 1.3, pedicle)) + 0.024 * (1 - step(0.3, 1.2, process));
  return inside * (0.045 + 0.012 * plate - 0.024 * disc + marks);
}

/** Ten ribs a side: half an ellipse behind, and in front a fainter one that falls towards the middle. */
function ribs(a: Anatomy, s: number, y: number): number {
  let sum = 0;
  for (let k = 0; k < 10; k++) {
    const level = 0.15 + a.ribSpacing * k;
    const lateral = level + a.ribDrop * (0.8 + 0.09 * k);
    const isBehind = y < lateral;
    const height = isBehind ? lateral - level : 0.115 + 0.012 * k;
    const v = (y - lateral) / height;
    if (Math.abs(v) > 1.4) continue;
    const reach = lateralWall(a, lateral) - (k === 0 ? 0.1 : 0.06);
    const u = (s - 0.06) / reach;
    if (u > 1.1) continue;
    const slope = Math.sqrt((u / reach) ** 2 + (v / height) ** 2) || 1;
    const d = (u * u + v * v - 1) / (2 * slope);
    const edge = 1 + 0.9 * step(0.7, 1, u); // the ray runs along the bone where it turns
    if (isBehind) sum += 4.4 * edge * bone(d, 0.0115) * step(0.035, 0.055, s);
    else sum += 2.6 * edge * bone(d, 0.0135) * step(0.15 + 0.012 * k, 0.27 + 0.008 * k, s);
  }
  return sum;
}

/** How far out a rib reaches: the lung's wall at its height. */
function lateralWall({ lungWidth, lungApex }: Anatomy, y: number): number {
  const v = y < 0.7 ? (0.7 - y) / (0.7 - lungApex) : (y - 0.7) / 0.9;
  return 0.14 + (lungWidth + 0.006 - 0.14) * Math.sqrt(Math.max(0.02, 1 - v * v));
}

/** An S from the breastbone, up and out to the shoulder. */
function clavicle({ clavicleTilt }: Anatomy, s: number, y: number): number {
  const t = (s - 0.04) / 0.36;
  if (t < -0.05 || t > 1.05) return 0;
  const bend = 0.022 * 10.4 * t * (t - 0.5) * (t - 1);
  const axis = 0.2 - clavicleTilt * t - bend;
  const radius = 0.0125 + 0.006 * (1 - step(0, 0.2, t)) + 0.004 * step(0.7, 1, t);
  return 7 * bone((y - axis) * 0.95, radius) * step(-0.04, 0.02, t) * (1 - step(0.97, 1.04, t));
}

/** The blade of the scapula beside the lung, and the upper arm. */
function shoulder(s: number, y: number): number {
  const border = 0.345 + 0.1 * (y - 0.2) + 0.6 * (y - 0.33) * (y - 0.33);
  const span = step(0.16, 0.25, y) * (1 - step(0.4, 0.5, y));
  const blade = span * 0.03 * step(border - 0.004, border + 0.004, s) * (1 - step(border + 0.03, border + 0.11, s));
  const rim = span * 0.022 * (1 - step(0.002, 0.007, Math.abs(s - border)));
  const acromion = 0.05 * (1 - step(0.6, 1.1, toSegment(s, y, 0.37, 0.175, 0.455, 0.125) / 0.016));
  const head = Math.sqrt((s - 0.482) ** 2 + (y - 0.175) ** 2);
  const arm = toSegment(s, y, 0.5, 0.2, 0.63, 0.6);
  const humerus = Math.max(0.075 * (1 - step(0.8, 1.05, head / 0.043)), 3.4 * bone(arm, 0.024));
  return blade + rim + acromion + humerus;
}

/** The windpipe and the two bronchi it divides into. */
function trachea(offset: number, y: number): number {
  const bend = -0.006 * step(0.12, 0.3, y);
  const pipe = 6 * rod(offset - bend, 0.017) * (1 - step(0.33, 0.36, y));
  const right = 4 * rod(toSegment(offset, y, bend, 0.335, -0.062, 0.4), 0.0125);
  const left = 4 * rod(toSegment(offset, y, bend, 0.335, 0.072, 0.405), 0.0115);
  return Math.max(pipe, right, left);
}

/** Gas in the stomach, under the left dome. */
function stomach(a: Anatomy, s: number, y: number): number {
  const top = dome(a, 0.15, true) + 0.012;
  const q = Math.sqrt(((s - 0.15) / 0.07) ** 2 + ((y - top - 0.03) / 0.036) ** 2);
  return 0.09 * arch(q) * arch(q) * step(0.008, 0.016, y - dome(a, s, true));
}
