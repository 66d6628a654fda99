/** A model's number for people. */
import { percent } from "./film-report.ts";

/** A probability in percent, a value in its unit. */
export const scoreText = ({ score, unit }: { readonly score: number; readonly unit?: string }): string =>
  unit === undefined ? percent(score) : `${Number(score.toPrecision(4))} ${unit}`.trimEnd();
