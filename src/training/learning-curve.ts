/** The course of a training as a picture. */
import type { EpochRecord } from "./log.ts";

const WIDTH = 720;
const PANEL = 220;
const MARGIN = { left: 64, right: 96, top: 34, bottom: 40 };

/** Okabe and Ito's blue and vermilion, which colour-blind readers tell apart. */
const COLOURS = { train: "#0072b2", val: "#d55e00" } as const;

/**
 * An SVG with a panel for every number that was recorded, training and validation together, and one for the learning rate on a
 * logarithmic scale. The best epoch is marked. Values that are no numbers leave gaps.
 */
export function learningCurve(records: readonly EpochRecord[], title = "Learning curve"): string {
  const names = [...new Set(records.flatMap(({ train, val }) => [...Object.keys(train), ...Object.keys(val ?? {})]))];
  const best = records.findLast(({ isBest }) => isBest)?.epoch;
  const panels = names.map((name) =>
    panel(inWords(name), records, best, [
      { label: "train", colour: COLOURS.train, values: records.map(({ train }) => train[name] ?? Number.NaN) },
      { label: "validation", colour: COLOURS.val, values: records.map(({ val }) => val?.[name] ?? Number.NaN) },
    ]),
  );
  const rates = [{ label: "rate", colour: "#555", values: records.map(({ lr }) => Math.log10(lr)) }];
  panels.push(panel("learning rate", records, best, rates, (value) => Number((10 ** value).toPrecision(2)).toExponential()));
  const height = 30 + panels.length * PANEL;
  const stacked = panels.map((content, i) => `<g transform="translate(0 ${30 + i * PANEL})">${content}</g>`).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${WIDTH / 2}" y="22" text-anchor="middle" font-size="16">${escaped(title)}</text>
${stacked}
</svg>
`;
}

/** "balanced accuracy" for balancedAccuracy. */
const inWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

interface Line {
  readonly label: string;
  readonly colour: string;
  /** One a record. */
  readonly values: readonly number[];
}

function panel(
  name: string,
  records: readonly EpochRecord[],
  best: number | undefined,
  lines: readonly Line[],
  format: (value: number) => string = plain,
): string {
  const shown = lines.filter(({ values }) => values.some(Number.isFinite));
  const all = shown.flatMap(({ values }) => values.filter(Number.isFinite));
  const epochs = records.map(({ epoch }) => epoch);
  const across = axis(Math.min(...epochs, 0), Math.max(...epochs, 1), MARGIN.left, WIDTH - MARGIN.right, 1);
  const up = axis(Math.min(...all), Math.max(...all), PANEL - MARGIN.bottom, MARGIN.top, 0);
  const grid = [
    ...up.ticks.map((value) => {
      const y = round(up.place(value));
      const label = `<text x="${MARGIN.left - 8}" y="${y + 4}" text-anchor="end">${format(value)}</text>`;
      return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y}" y2="${y}" stroke="#ddd"/>${label}`;
    }),
    ...across.ticks.map(
      (value) => `<text x="${round(across.place(value))}" y="${PANEL - MARGIN.bottom + 18}" text-anchor="middle">${value}</text>`,
    ),
  ];
  const marker = best === undefined ? "" : markerAt(round(across.place(best)));
  const names = spread(shown.map(({ values }) => up.place(values.findLast(Number.isFinite) ?? 0)));
  const drawn = shown.map(({ label, colour, values }, i) => {
    const text = `<text x="${WIDTH - MARGIN.right + 8}" y="${round(names[i] + 4)}" fill="${colour}">${label}</text>`;
    return `${path(values, epochs, across.place, up.place, colour)}${text}`;
  });
  const caption = `<text x="${MARGIN.left}" y="${MARGIN.top - 12}" font-weight="bold">${escaped(name)}</text>`;
  const below = `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${PANEL - 6}" text-anchor="middle">epoch</text>`;
  return [caption, below, ...grid, marker, ...drawn].join("\n");
}

function markerAt(x: number): string {
  const line = `<line x1="${x}" x2="${x}" y1="${MARGIN.top}" y2="${PANEL - MARGIN.bottom}" stroke="#999" stroke-dasharray="4 3"/>`;
  return `${line}<text x="${x}" y="${MARGIN.top - 4}" text-anchor="middle" fill="#777">best</text>`;
}

/** A line through the values that are numbers, broken where one is not; a dot where a value stands alone. */
function path(
  values: readonly number[],
  epochs: readonly number[],
  x: (epoch: number) => number,
  y: (value: number) => number,
  colour: string,
): string {
  let commands = "";
  let dots = "";
  for (const [i, value] of values.entries()) {
    if (!Number.isFinite(value)) continue;
    const isFirst = !Number.isFinite(values[i - 1] ?? Number.NaN);
    commands += `${isFirst ? "M" : "L"}${round(x(epochs[i]))} ${round(y(value))}`;
    const isAlone = isFirst && !Number.isFinite(values[i + 1] ?? Number.NaN);
    if (isAlone) dots += `<circle cx="${round(x(epochs[i]))}" cy="${round(y(value))}" r="2.5" fill="${colour}"/>`;
  }
  return `<path d="${commands}" fill="none" stroke="${colour}" stroke-width="1.8"/>${dots}`;
}

interface Axis {
  readonly ticks: readonly number[];
  place(value: number): number;
}

/** An axis over these values whose ticks are multiples of 1, 2 or 5 times a power of ten, and at least `least` apart. */
function axis(low: number, high: number, from: number, to: number, least: number): Axis {
  const span = high > low ? high - low : Math.max(Math.abs(low), 1);
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  const first = least > 0 ? low : Math.floor(low / step) * step;
  const last = least > 0 ? high : Math.max(Math.ceil(high / step) * step, first + step);
  const start = Math.ceil(first / step);
  const ticks = Array.from({ length: Math.floor(last / step + 1e-9) - start + 1 }, (_, i) => Number(((start + i) * step).toPrecision(12)));
  return { ticks, place: (value) => from + ((value - first) / (last - first || 1)) * (to - from) };
}

/** Names at the lines' ends, moved apart where they would lie on each other. */
function spread(places: readonly number[]): number[] {
  const order = [...places.keys()].sort((a, b) => places[a] - places[b]);
  const result = [...places];
  for (const [i, place] of order.entries()) if (i > 0) result[place] = Math.max(result[place], result[order[i - 1]] + 14);
  return result;
}

const plain = (value: number): string => String(Number(value.toPrecision(6)));
const round = (value: number): number => Math.round(value * 10) / 10;
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
