/** A model's number for people: a probability in percent, a regression's value in its unit. */
export const scoreText = ({ score, unit }: { readonly score: number; readonly unit?: string }): string =>
  unit === undefined ? `${(score * 100).toFixed(1)} %` : `${Number(score.toPrecision(4))} ${unit}`.trimEnd();
