/** Results as a table for people. */
import { formatTable } from "../../src/graph/print.ts";
import type { CaseResult, Figures } from "./measure.ts";

export interface Standing {
  readonly peer: string;
  /** How many times as long the best GPU peer takes, on the clock. */
  readonly ratio: number;
  /** The same of processor time, all threads together. */
  readonly cpuRatio: number;
}

export const OURS = "roentgen";
/** A column of its own: not on the same adapter. */
export const CPU_PEER = "ort-cpu";

/** The fastest peer on the same adapter beside ours; undefined where one of the two is missing. */
export function standingOf({ contestants }: CaseResult): Standing | undefined {
  const ours = contestants[OURS];
  if (!ours?.wallMs || !ours.cpuMs) return undefined;
  let best: Standing | undefined;
  for (const [peer, { wallMs, cpuMs }] of Object.entries(contestants)) {
    if (peer === OURS || peer === CPU_PEER || !wallMs || !cpuMs) continue;
    const ratio = wallMs.median / ours.wallMs.median;
    if (!best || ratio < best.ratio) best = { peer, ratio, cpuRatio: cpuMs.median / ours.cpuMs.median };
  }
  return best;
}

/** @param peak the adapter's multiply–adds a second. */
export function formatResults(results: readonly CaseResult[], names: readonly string[], peak: number): string {
  const rows = results.map((result) => {
    const { contestants, macs, kind } = result;
    const standing = standingOf(result);
    const ours = contestants[OURS]?.wallMs;
    const rate = ours && macs > 0 && kind !== "load" ? macs / (ours.median / 1000) : undefined;
    return [
      result.name,
      ...names.map((name) => cell(contestants[name])),
      standing ? `${standing.ratio.toFixed(2)}× ${standing.peer}` : "",
      standing ? `${standing.cpuRatio.toFixed(2)}×` : "",
      milliseconds(contestants[OURS]?.cpuMs?.median),
      rate === undefined ? "" : (rate / 1e9).toFixed(1),
      rate === undefined ? "" : `${((100 * rate) / peak).toFixed(0)} %`,
    ];
  });
  const headings = ["case", ...names, "best peer / ours", "of CPU", "our CPU ms", "GMAC/s", "of peak"];
  const numbers = headings.map((_, column) => column).slice(1);
  return [formatTable(headings, rows, numbers), ...encodings(results), ...failures(results)].join("\n");
}

/** The same as Markdown, for a page that keeps a run: medians in milliseconds, and the ratio to the fastest peer. */
export function markdown(head: readonly string[], results: readonly CaseResult[], names: readonly string[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = results.map((result) => {
    const standing = standingOf(result);
    const times = names.map((name) => timeOf(result.contestants[name]));
    const ratios = standing ? [`**${standing.ratio.toFixed(2)}×** ${standing.peer}`, `${standing.cpuRatio.toFixed(2)}×`] : ["", ""];
    return row([result.name, ...times, ...ratios]);
  });
  const table = [
    row(["case", ...names.map((name) => `${name} ms`), "best peer / ours", "of CPU time"]),
    row(["---", ...names.map(() => "---:"), "---:", "---:"]),
    ...lines,
  ];
  return [
    "```",
    ...head,
    "```",
    "",
    ...table,
    ...[...encodings(results), ...failures(results)].map((line) => line.replace(/\n.*/s, "").replace(/^ {2}/, "- ")),
    "",
  ].join("\n");
}

function timeOf(figures?: Figures): string {
  if (!figures) return "";
  return figures.wallMs ? milliseconds(figures.wallMs.median) : withoutTime(figures);
}

/** A peer that has no such operation to call has not failed at it. */
const hasNoCall = ({ failure = "" }: Figures): boolean => /there is no call for|has no form/.test(failure);

const withoutTime = (figures: Figures): string =>
  hasNoCall(figures) ? "–" : figures.failure?.startsWith("wrong result") ? "wrong" : "failed";

/** Median, and the interquartile range as a share of it. */
function cell(figures?: Figures): string {
  if (!figures) return "";
  if (!figures.wallMs) return withoutTime(figures);
  const { median, lowerQuartile, upperQuartile } = figures.wallMs;
  return `${milliseconds(median)} ±${((50 * (upperQuartile - lowerQuartile)) / median).toFixed(0)}%`;
}

const milliseconds = (ms?: number): string => (ms === undefined ? "" : ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0));

/** What a launch of ours costs JavaScript, network by network. */
function encodings(results: readonly CaseResult[]): string[] {
  const lines = results.flatMap(({ name, contestants }) => {
    const { encoding } = contestants[OURS] ?? {};
    if (!encoding) return [];
    const { launches, encodeMicroseconds, submitMicroseconds } = encoding;
    return [`  ${name}: ${encodeMicroseconds.toFixed(1)} + ${submitMicroseconds.toFixed(1)} µs × ${launches}`];
  });
  return lines.length > 0 ? ["", "A launch of ours, to encode it in JavaScript + to submit it:", ...lines] : [];
}

const failures = (results: readonly CaseResult[]): string[] => {
  const lines = results.flatMap(({ name, contestants }) =>
    Object.entries(contestants).flatMap(([who, figures]) =>
      figures.failure === undefined || hasNoCall(figures) ? [] : [`  ${who}, ${name}: ${figures.failure}`],
    ),
  );
  return lines.length > 0 ? ["", "No figure:", ...lines] : [];
};
