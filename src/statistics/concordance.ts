/** How near pairs of measurements are to equal. */
import { checkCount, checkFinite } from "./cases.ts";
import { normalReach } from "./distributions.ts";
import { checkLevel, type Estimate, type LevelOptions, noEstimate } from "./estimate.ts";
import { meanOf } from "./mean.ts";
import { notDefined } from "./not-defined.ts";

/**
 * Lin's concordance correlation coefficient (1989): 2 s₁₂ / (s₁² + s₂² + (x̄ − ȳ)²) with moments over n, and his interval by Fisher's z
 * with the variance as corrected in 2000. Not defined for fewer than 3 cases, or where neither varies.
 * @throws StatisticsError for lists of different lengths or a value that is not finite.
 */
export function concordance(x: ArrayLike<number>, y: ArrayLike<number>, { level = 0.95 }: LevelOptions = {}): Estimate {
  checkCount("concordance", "second values", y.length, x.length);
  checkFinite("concordance", x, "first value");
  checkFinite("concordance", y, "second value");
  checkLevel("concordance", level);
  const cases = x.length;
  if (cases < 3) return noEstimate("3 cases at least are needed");
  const [mx, my] = [meanOf(x), meanOf(y)];
  const moment = (of: (i: number) => number): number => meanOf(Float64Array.from({ length: cases }, (_, i) => of(i)));
  const sxx = moment((i) => (x[i] - mx) ** 2);
  const syy = moment((i) => (y[i] - my) ** 2);
  const sxy = moment((i) => (x[i] - mx) * (y[i] - my));
  if (sxx === 0 || syy === 0) return noEstimate("one of the two does not vary");
  const value = (2 * sxy) / (sxx + syy + (mx - my) ** 2);
  const r = sxy / Math.sqrt(sxx * syy);
  if (Math.abs(value) >= 1 || r === 0)
    return { value, interval: notDefined(r === 0 ? "the two do not correlate" : "the agreement is perfect") };
  const u2 = (mx - my) ** 2 / Math.sqrt(sxx * syy);
  const variance =
    (((1 - r ** 2) * value ** 2) / ((1 - value ** 2) * r ** 2) +
      (2 * value ** 3 * (1 - value) * u2) / (r * (1 - value ** 2) ** 2) -
      (value ** 4 * u2 ** 2) / (2 * r ** 2 * (1 - value ** 2) ** 2)) /
    (cases - 2);
  if (!(variance > 0)) return { value, interval: notDefined("the variance is 0") };
  const centre = Math.atanh(value);
  const reach = normalReach(level) * Math.sqrt(variance);
  return { value, interval: { lower: Math.tanh(centre - reach), upper: Math.tanh(centre + reach), level, method: "Lin" } };
}
