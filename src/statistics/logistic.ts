/** A logistic line through one score: P(y = 1) = 1 / (1 + exp(−(slope · x + intercept))). */

export interface LogisticLine {
  readonly slope: number;
  readonly intercept: number;
  /** Of slope and intercept, from the information at the maximum. */
  readonly standardErrors: readonly [number, number];
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** ln(p / (1 − p)). */
export const logit = (p: number): number => Math.log(p) - Math.log1p(-p);

/**
 * The line of greatest likelihood for targets from 0 to 1, by Newton's steps that are halved until the likelihood rises (Lin, Lin and
 * Weng 2007); undefined where there is none: the classes are told apart without error, or all scores are equal.
 */
export function fitLogistic(x: ArrayLike<number>, targets: ArrayLike<number>): LogisticLine | undefined {
  // Scores about 0 and of spread 1 keep the two unknowns apart.
  const { centre, spread } = standardOf(x);
  if (spread === 0) return undefined;
  const z = Float64Array.from({ length: x.length }, (_, i) => (x[i] - centre) / spread);
  let [slope, intercept] = [0, 0];
  let loss = lossOf(z, targets, slope, intercept);
  for (let step = 0; step < 100; step++) {
    const { gradient, information } = derivatives(z, targets, slope, intercept);
    const [[a, b], [, c]] = information;
    const determinant = a * c - b * b;
    if (!(determinant > 1e-12 * a * c)) return undefined;
    const move = [(c * gradient[0] - b * gradient[1]) / determinant, (a * gradient[1] - b * gradient[0]) / determinant];
    let length = 1;
    let next = lossOf(z, targets, slope - move[0], intercept - move[1]);
    while (!(next <= loss) && length > 1e-10) {
      length /= 2;
      next = lossOf(z, targets, slope - length * move[0], intercept - length * move[1]);
    }
    if (!(next <= loss)) break;
    slope -= length * move[0];
    intercept -= length * move[1];
    loss = next;
    // Scores that tell the classes apart drive the slope on without end.
    if (Math.abs(slope) > 1e4 || loss / x.length < 1e-9) return undefined;
    if (Math.abs(move[0]) + Math.abs(move[1]) < 1e-13 * (1 + Math.abs(slope) + Math.abs(intercept))) break;
  }
  const [[a, b], [, c]] = derivatives(z, targets, slope, intercept).information;
  const determinant = a * c - b * b;
  // intercept(x) = intercept(z) − centre / spread · slope(z)
  const shift = centre / spread;
  const interceptVariance = (a + 2 * shift * b + shift * shift * c) / determinant;
  return {
    slope: slope / spread,
    intercept: intercept - shift * slope,
    standardErrors: [Math.sqrt(c / determinant) / spread, Math.sqrt(interceptVariance)],
  };
}

function standardOf(x: ArrayLike<number>): { centre: number; spread: number } {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  const centre = sum / x.length;
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += (x[i] - centre) ** 2;
  return { centre, spread: Math.sqrt(squares / x.length) };
}

function lossOf(x: ArrayLike<number>, targets: ArrayLike<number>, slope: number, intercept: number): number {
  let loss = 0;
  for (let i = 0; i < x.length; i++) {
    const f = slope * x[i] + intercept;
    // ln(1 + exp(f)) − t f, without overflow on either side.
    loss += (f > 0 ? f : 0) + Math.log1p(Math.exp(-Math.abs(f))) - targets[i] * f;
  }
  return loss;
}

function derivatives(x: ArrayLike<number>, targets: ArrayLike<number>, slope: number, intercept: number) {
  const gradient = [0, 0];
  const information = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < x.length; i++) {
    const p = logistic(slope * x[i] + intercept);
    const weight = p * (1 - p);
    gradient[0] += (p - targets[i]) * x[i];
    gradient[1] += p - targets[i];
    information[0][0] += weight * x[i] * x[i];
    information[0][1] += weight * x[i];
    information[1][0] += weight * x[i];
    information[1][1] += weight;
  }
  return { gradient, information };
}
