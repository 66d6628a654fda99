/**
 * Quantiles and tail probabilities. Quantiles are jstat's; those of the beta distribution, whose incomplete beta function stops at 3 · 10⁻⁷
 * there, are brought to full precision. Tails are computed as such and not as 1 − body, so that small p-values keep their digits.
 */
import jStat from "jstat";

/** Φ⁻¹(share), for a share between 0 and 1. */
export const normalQuantile = (share: number): number => jStat.normal.inv(share, 0, 1);

/** Φ(z). */
export const normalCdf = (z: number): number => (z > 0 ? 1 - twoSidedNormal(z) / 2 : twoSidedNormal(z) / 2);

/** How many deviations a two-sided interval of a normal estimate reaches: 1.959964 for 0.95. */
export const normalReach = (level: number): number => normalQuantile(1 - (1 - level) / 2);

/** P(|Z| ≥ |z|) of a standard normal Z. */
export function twoSidedNormal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (x < 1) return 1 - jStat.erf(x);
  // erfc(x) = exp(−x²) / √π · 1 / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + …)))), Abramowitz and Stegun 7.1.14, from inside out.
  let fraction = x;
  for (let k = 200; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** How many standard errors a two-sided interval with Student's distribution reaches. */
export function studentReach(level: number, freedom: number): number {
  const x = betaQuantile(1 - level, freedom / 2, 0.5);
  return Math.sqrt((freedom * (1 - x)) / x);
}

/** The quantile of Snedecor's F. */
export function fQuantile(share: number, freedom1: number, freedom2: number): number {
  const x = betaQuantile(share, freedom1 / 2, freedom2 / 2);
  return (freedom2 * x) / (freedom1 * (1 - x));
}

/** P(F ≥ f) of Snedecor's F. */
export const upperF = (f: number, freedom1: number, freedom2: number): number =>
  incompleteBeta(freedom2 / (freedom2 + freedom1 * f), freedom2 / 2, freedom1 / 2);

/** P(X ≤ k) of a binomial X of n trials with probability 1/2. */
export const fairBinomialCdf = (k: number, n: number): number => (k >= n ? 1 : incompleteBeta(0.5, n - k, k + 1));

/** ln of the probability that a fair binomial of n trials is k. */
export const logFairBinomial = (k: number, n: number): number => -Math.log(n + 1) - logBeta(k + 1, n - k + 1) - n * Math.LN2;

/** The x with I_x(a, b) = share: jstat's, then Newton's steps, halved back where they would leave what is known to hold the root. */
export function betaQuantile(share: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  const start = jStat.beta.inv(share, a, b);
  let x = start > 0 && start < 1 ? start : a / (a + b);
  for (let step = 0; step < 200; step++) {
    const excess = incompleteBeta(x, a, b) - share;
    if (excess > 0) high = x;
    else low = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta(a, b));
    const newton = x - excess / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-15 * x) return next;
    x = next;
  }
  return x;
}

/** The regularised incomplete beta function I_x(a, b) by its continued fraction (Lentz's method; Press et al. 2007, 6.4). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / apart(1 + even * d);
    c = apart(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / apart(1 + odd * d);
    c = apart(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return fraction;
}

/** Lentz's method must not divide by 0. */
const apart = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** ln Γ(x) for x > 0, by Lanczos's series with g = 607/128 (Press et al. 2007, 6.1). */
function logGamma(x: number): number {
  let sum = 0.9999999999999971;
  for (const [i, coefficient] of lanczos.entries()) sum += coefficient / (x + i + 1);
  const base = x + 607 / 128 + 0.5;
  return (x + 0.5) * Math.log(base) - base + Math.log((Math.sqrt(2 * Math.PI) * sum) / x);
}

const lanczos = [
  57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202, 3.399464998481189e-5, 4.652362892704858e-5,
  -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488, 0.00021743961811521265, -0.0001643181065367639,
  8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
];
