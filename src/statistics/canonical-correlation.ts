/** How two groups of measurements go together, as wholes. */
import { checkFinite } from "./cases.ts";
import { upperF } from "./distributions.ts";
import { meanOf, sumOf } from "./mean.ts";
import { StatisticsError } from "./statistics-error.ts";

/** A list of values for each name; all of one length. */
export type Columns = Readonly<Record<string, ArrayLike<number>>>;

export interface CanonicalPair {
  /** Of the two weighted sums, which no earlier pair's sums correlate with. */
  readonly correlation: number;
  /** What each measurement, less its mean, is multiplied by; the sums have variance 1. */
  readonly first: Readonly<Record<string, number>>;
  readonly second: Readonly<Record<string, number>>;
  /** Wilks's Λ = Π (1 − r²) over this pair and those after it. */
  readonly wilks: number;
  /** That this pair and those after it do not correlate, by Rao's F. */
  readonly p: number;
}

/**
 * Canonical correlations (Hotelling 1936), highest first, as many as the smaller group has measurements.
 * @throws StatisticsError for columns of different lengths or values that are not finite, no more cases than measurements + 1, or
 * measurements of one group that follow from each other.
 */
export function canonicalCorrelation(first: Columns, second: Columns): CanonicalPair[] {
  const [x, y] = [first, second].map(centred);
  const cases = x.columns[0].length;
  if (y.columns[0].length !== cases)
    throw new StatisticsError("canonical correlation", `both groups need the same cases, got ${cases} and ${y.columns[0].length}`);
  const [p, q] = [x.columns.length, y.columns.length];
  if (cases <= p + q + 1)
    throw new StatisticsError(
      "canonical correlation",
      `more than ${p + q + 1} cases are needed for ${p} and ${q} measurements, got ${cases}`,
    );
  const [a, b] = [orthonormal(x), orthonormal(y)];
  // The singular values of the product of orthonormal bases are the cosines of the angles between the two spaces.
  const { values, left, right } = singular(a.basis.map((u) => b.basis.map((v) => dot(u, v))));
  const correlations = values.map((value) => Math.min(1, value));
  const scale = Math.sqrt(cases - 1);
  return correlations.map((correlation, k) => {
    const wilks = correlations.slice(k).reduce((product, r) => product * (1 - r) * (1 + r), 1);
    return {
      correlation,
      first: named(x.names, backSubstituted(a.triangle, left[k]), scale),
      second: named(y.names, backSubstituted(b.triangle, right[k]), scale),
      wilks,
      p: raoP(wilks, cases, p, q, k),
    };
  });
}

interface Centred {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

function centred(of: Columns): Centred {
  const names = Object.keys(of);
  if (names.length === 0) throw new StatisticsError("canonical correlation", "each group needs a measurement");
  const columns = names.map((name) => {
    const values = of[name];
    if (values.length !== of[names[0]].length)
      throw new StatisticsError("canonical correlation", `${name} has ${values.length} values, ${names[0]} has ${of[names[0]].length}`);
    checkFinite("canonical correlation", values, name);
    const mean = meanOf(values);
    return Float64Array.from(values, (value) => value - mean);
  });
  return { names, columns };
}

/** Columns = basis · triangle, by Gram and Schmidt, each projected off twice so that rounding leaves nothing behind. */
function orthonormal({ names, columns }: Centred): { basis: Float64Array[]; triangle: number[][] } {
  const basis: Float64Array[] = [];
  const triangle = columns.map(() => columns.map(() => 0));
  for (const [j, column] of columns.entries()) {
    const rest = column.slice();
    for (let pass = 0; pass < 2; pass++)
      for (const [i, unit] of basis.entries()) {
        const share = dot(unit, rest);
        triangle[i][j] += share;
        for (let n = 0; n < rest.length; n++) rest[n] -= share * unit[n];
      }
    const length = Math.sqrt(dot(rest, rest));
    if (!(length > 1e-10 * Math.sqrt(dot(column, column))))
      throw new StatisticsError("canonical correlation", `${names[j]} does not vary, or follows from the other measurements of its group`);
    triangle[j][j] = length;
    basis.push(rest.map((value) => value / length));
  }
  return { basis, triangle };
}

/** The singular values of a small matrix, highest first, with their vectors, by one-sided Jacobi rotations (Hestenes 1958). */
function singular(matrix: readonly (readonly number[])[]): { values: number[]; left: number[][]; right: number[][] } {
  if (matrix.length < matrix[0].length) {
    const { values, left, right } = singular(matrix[0].map((_, j) => matrix.map((row) => row[j])));
    return { values, left: right, right: left };
  }
  const columns = matrix[0].map((_, j) => matrix.map((row) => row[j]));
  const turned = columns.map((_, i) => columns.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0, off = 1; sweep < 60 && off > 1e-15; sweep++) {
    off = 0;
    for (let i = 0; i < columns.length - 1; i++)
      for (let j = i + 1; j < columns.length; j++) {
        const [a, b, c] = [dot(columns[i], columns[i]), dot(columns[j], columns[j]), dot(columns[i], columns[j])];
        if (Math.abs(c) <= 1e-16 * Math.sqrt(a * b)) continue;
        off = Math.max(off, Math.abs(c) / Math.sqrt(a * b));
        const zeta = (b - a) / (2 * c);
        const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        for (const rows of [columns, turned]) rotate(rows[i], rows[j], cosine, cosine * tangent);
      }
  }
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)));
  const order = lengths.map((_, k) => k).sort((i, j) => lengths[j] - lengths[i]);
  return {
    values: order.map((k) => lengths[k]),
    left: order.map((k) => columns[k].map((value) => (lengths[k] > 0 ? value / lengths[k] : 0))),
    right: order.map((k) => turned[k]),
  };
}

function rotate(a: number[], b: number[], cosine: number, sine: number): void {
  for (let n = 0; n < a.length; n++) [a[n], b[n]] = [cosine * a[n] - sine * b[n], sine * a[n] + cosine * b[n]];
}

/** The w with triangle · w = vector. */
function backSubstituted(triangle: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const w = [...vector];
  for (let i = w.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < w.length; j++) w[i] -= triangle[i][j] * w[j];
    w[i] /= triangle[i][i];
  }
  return w;
}

const named = (names: readonly string[], weights: readonly number[], scale: number): Record<string, number> =>
  Object.fromEntries(names.map((name, i) => [name, weights[i] * scale]));

/** Rao 1951: F = (1 − Λ^(1/t)) / Λ^(1/t) · d₂ / d₁. */
function raoP(wilks: number, cases: number, p: number, q: number, before: number): number {
  const [a, b] = [p - before, q - before];
  const spread = a ** 2 + b ** 2 - 5;
  const t = spread > 0 ? Math.sqrt((a ** 2 * b ** 2 - 4) / spread) : 1;
  const freedom1 = a * b;
  const freedom2 = (cases - 1 - (p + q + 1) / 2) * t - freedom1 / 2 + 1;
  const root = wilks ** (1 / t);
  return root === 0 ? 0 : upperF((((1 - root) / root) * freedom2) / freedom1, freedom1, freedom2);
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => sumOf(Float64Array.from(a, (value, i) => value * b[i]));
