/** Quantiles and tails agree with SciPy's to eleven digits, far out too. */
import { describe, test } from "vitest";
import {
  betaQuantile,
  fairBinomialCdf,
  fQuantile,
  incompleteBeta,
  logFairBinomial,
  normalCdf,
  normalQuantile,
  studentReach,
  twoSidedNormal,
  upperF,
} from "../../src/statistics/distributions.ts";
import { expectClose, expectNear, oracle } from "./data.ts";

/** P(|T| ≥ |t|) of Student's T, which is how far out the incomplete beta function is looked at. */
const twoSidedStudent = (t: number, freedom: number): number => incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);

const distributions = { betaQuantile, fQuantile, studentReach, twoSidedNormal, twoSidedStudent, upperF };

describe.each(Object.entries(distributions))("%s", (name, distribution) => {
  // ln Γ of some thousands is rounded to about 10⁻¹², which is the relative error of what is made of its exponential.
  test.each(oracle[name] as number[][])("of %j, %j, …", (...row) => {
    const expected = row[row.length - 1];
    expectClose((distribution as (...values: number[]) => number)(...row.slice(0, -1)), expected, 1e-11);
  });
});

test("normal quantiles", () => {
  for (const [share, expected] of oracle.normalQuantile) expectNear(normalQuantile(share), expected, 1e-10);
});

test("the normal distribution function is one half at 0 and inverts the quantile", () => {
  expectNear(normalCdf(0), 0.5, 1e-15);
  for (const share of [0.001, 0.2, 0.7, 0.99]) expectNear(normalCdf(normalQuantile(share)), share, 1e-12);
});

test("a fair coin", () => {
  // Of 4 throws 0, 1 or 2 heads come in 1 + 4 + 6 of 16 ways.
  expectNear(fairBinomialCdf(2, 4), 11 / 16, 1e-14);
  expectNear(fairBinomialCdf(4, 4), 1, 1e-14);
  expectNear(Math.exp(logFairBinomial(2, 4)), 6 / 16, 1e-14);
});
