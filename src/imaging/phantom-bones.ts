/** The phantom's bones: what they add to a ray at distance s from the midline and height y. */
import type { Anatomy } from "./phantom-anatomy.ts";
import { arch, clamp01, hill, length, step, toSegment, tube } from "./phantom-shapes.ts";

export const bones = (a: Anatomy, s: number, y: number): number => spine(a, s, y) + ribs(a, s, y) + clavicle(a, s, y) + shoulder(s, y);

/** Vertebrae: bodies with denser end plates, pedicles, spinous processes. */
function spine({ vertebra }: Anatomy, s: number, y: number): number {
  const width = 0.036 + 0.012 * clamp01(y);
  const phase = y / vertebra - Math.floor(y / vertebra);
  const middle = Math.abs(phase - 0.5);
  const waist = width * (0.88 + 0.5 * middle * middle);
  const inside = 1 - step(waist - 0.014, waist + 0.006, s);
  const plate = step(0.28, 0.38, middle) - step(0.4, 0.49, middle);
  const disc = step(0.36, 0.5, middle);
  const pedicle = length((s - 0.6 * width) / 0.009, ((phase - 0.36) * vertebra) / 0.013);
  const process = length(s / 0.007, ((phase - 0.72) * vertebra) / 0.017);
  const marks = 0.014 * (step(0.4, 0.85, pedicle) - step(0.85, 1.3, pedicle)) + 0.02 * (1 - step(0.3, 1.2, process));
  return inside * (0.045 + 0.01 * plate - 0.02 * disc + marks) * (1 - 0.35 * step(0.3, 0.5, y));
}

/** Ten ribs a side: half an ellipse behind, and in front a fainter one that falls towards the breastbone. */
function ribs(a: Anatomy, s: number, y: number): number {
  let sum = 0;
  for (let k = 0; k < 10; k++) {
    const level = 0.15 + a.ribSpacing * k;
    const lateral = level + a.ribDrop * (0.8 + 0.09 * k);
    const isBehind = y < lateral;
    const height = isBehind ? lateral - level : 0.115 + 0.012 * k;
    const v = (y - lateral) / height;
    if (Math.abs(v) > 1.4) continue;
    const reach = chestWall(a, lateral) - (k === 0 ? 0.1 : 0.06);
    const u = (s - 0.06) / reach;
    if (u > 1.1) continue;
    const d = (u * u + v * v - 1) / (2 * (length(u / reach, v / height) || 1)); // to first order, the distance to the ellipse
    const edge = 1 + 0.9 * step(0.7, 1, u); // the ray runs along the bone where it turns
    if (isBehind) sum += 4.4 * edge * tube(d, 0.0115) * step(0.035, 0.055, s);
    else sum += 2.6 * edge * tube(d, 0.0135) * step(0.15 + 0.012 * k, 0.27 + 0.008 * k, s);
  }
  return sum;
}

/** How far out the chest reaches at a height: just beyond the lung. */
function chestWall({ lungWidth, lungApex }: Anatomy, y: number): number {
  const v = y < 0.7 ? (0.7 - y) / (0.7 - lungApex) : (y - 0.7) / 0.9;
  return 0.14 + (lungWidth - 0.134) * Math.max(0.14, arch(v));
}

/** An S from the breastbone, up and out to the shoulder. */
function clavicle({ clavicleTilt }: Anatomy, s: number, y: number): number {
  const t = (s - 0.04) / 0.37;
  if (t < -0.05 || t > 1.05) return 0;
  const bend = 0.23 * t * (t - 0.5) * (t - 1);
  const axis = 0.2 - clavicleTilt * t - bend;
  const radius = 0.0125 + 0.006 * (1 - step(0, 0.2, t)) + 0.004 * step(0.7, 1, t);
  return 6.4 * tube(0.95 * (y - axis), radius) * step(-0.04, 0.02, t) * (1 - step(0.9, 1.04, t));
}

/** The scapula beside the lung with its spine, and the upper arm. */
function shoulder(s: number, y: number): number {
  const border = 0.345 + 0.1 * (y - 0.2) + 0.6 * (y - 0.33) * (y - 0.33);
  const span = step(0.16, 0.25, y) * (1 - step(0.4, 0.5, y));
  const blade = 0.03 * span * step(border - 0.004, border + 0.004, s) * (1 - step(border + 0.03, border + 0.11, s));
  const rim = 0.022 * span * (1 - step(0.002, 0.007, Math.abs(s - border)));
  const crest = 0.045 * hill(toSegment(s, y, 0.36, 0.19, 0.47, 0.135) / 0.03) * step(0.34, 0.44, s);
  const head = 0.055 * (1 - step(0.82, 1.06, length((s - 0.487) / 0.047, (y - 0.183) / 0.05)));
  const shaft = 3.2 * tube(toSegment(s, y, 0.505, 0.2, 0.63, 0.6), 0.024);
  return blade + rim + crest + Math.max(head, shaft);
}
