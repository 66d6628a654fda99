/** The charts of one class against the rest: each is a function of plain data and of the document to draw in. */
import * as Plot from "@observablehq/plot";
import type { BinaryReport } from "../../statistics/binary-report.ts";
import { estimateText } from "../../statistics/estimate.ts";
import { histogram } from "../../statistics/histogram.ts";
import { isDefined, statisticText } from "../../statistics/not-defined.ts";
import { type Chart, COLOURS, chart, diagonal, SIDE, square, unit } from "./chart.ts";
import { originOf } from "./tables.ts";

/** What charts of one class against the rest show. */
export interface ChartData {
  readonly positive: string;
  readonly report: BinaryReport;
  readonly scores: ArrayLike<number>;
  /** The class of each film in words. */
  readonly groups: readonly string[];
}

/** All charts that are defined for these films, in the order of a report. */
export function chartsOf(document: Document, data: ChartData): Chart[] {
  return [rocChart, precisionRecallChart, reliabilityChart, histogramChart, decisionChart].flatMap((draw) => draw(document, data) ?? []);
}

function rocChart(document: Document, { positive, report }: ChartData): Chart | undefined {
  const { rocCurve, rocArea, thresholds } = report;
  if (!isDefined(rocCurve)) return undefined;
  const points = thresholds.flatMap(({ threshold, indices: { sensitivity, specificity } }) =>
    isDefined(sensitivity.value) && isDefined(specificity.value)
      ? [{ x: 1 - specificity.value, y: sensitivity.value, text: threshold.value.toPrecision(3), rule: originOf(threshold) }]
      : [],
  );
  return chart(document, "roc", `${positive}: ROC, area ${estimateText(rocArea)}; points are the thresholds`, {
    ...square,
    x: { label: "1 − specificity", domain: unit },
    y: { label: "sensitivity", domain: unit },
    marks: [
      diagonal(),
      Plot.line(rocCurve, { x: "falsePositiveRate", y: "truePositiveRate", stroke: COLOURS[0], strokeWidth: 2 }),
      Plot.dot(points, { x: "x", y: "y", fill: COLOURS[1], r: 4, title: "rule" }),
      Plot.text(points, { x: "x", y: "y", text: "text", dx: 8, dy: 8, textAnchor: "start", fill: COLOURS[1] }),
    ],
  });
}

function precisionRecallChart(document: Document, { positive, report }: ChartData): Chart | undefined {
  const { precisionRecallCurve: curve, averagePrecision, positives, cases } = report;
  if (!isDefined(curve)) return undefined;
  const caption = `${positive}: precision and recall, average precision ${estimateText(averagePrecision)}; dashed is chance, ${(positives / cases).toFixed(3)}`;
  return chart(document, "precision-recall", caption, {
    ...square,
    x: { label: "recall", domain: unit },
    y: { label: "precision", domain: unit },
    marks: [
      Plot.ruleY([positives / cases], { stroke: "#777", strokeDasharray: "4 3" }),
      // Between two points precision is what the higher recall gives, as average precision takes it.
      Plot.line(curve, { x: "recall", y: "precision", stroke: COLOURS[0], strokeWidth: 2, curve: "step-before" }),
    ],
  });
}

function reliabilityChart(document: Document, { positive, report: { calibration } }: ChartData): Chart | undefined {
  if (!isDefined(calibration)) return undefined;
  const rows = calibration.reliability.flatMap(({ meanProbability, observed, cases }) =>
    meanProbability !== null && isDefined(observed.value) && isDefined(observed.interval)
      ? [{ said: meanProbability, happens: observed.value, lower: observed.interval.lower, upper: observed.interval.upper, cases }]
      : [],
  );
  const caption = `${positive}: reliability, bars are Wilson's 95 % intervals; expected calibration error ${statisticText(calibration.equalWidth.expected)} (${calibration.equalWidth.method})`;
  return chart(document, "reliability", caption, {
    ...square,
    x: { label: "mean probability that is said", domain: unit },
    y: { label: "share that is so", domain: unit },
    marks: [
      diagonal(),
      Plot.ruleX(rows, { x: "said", y1: "lower", y2: "upper", stroke: COLOURS[0] }),
      Plot.dot(rows, { x: "said", y: "happens", fill: COLOURS[0], r: 4 }),
      Plot.text(rows, {
        x: "said",
        y: "happens",
        text: (row: { cases: number }) => `n ${row.cases}`,
        dx: 7,
        textAnchor: "start",
        fill: "#555",
      }),
    ],
  });
}

/** 30 bins, as Keidar 2021 has them, a panel for each class that films are of. */
function histogramChart(
  document: Document,
  { positive, scores, groups, report: { thresholds, calibration } }: ChartData,
): Chart | undefined {
  if (!isDefined(calibration)) return undefined;
  const names = [...new Set(groups)].sort();
  const bins = names.flatMap((group) =>
    histogram(
      Array.from(scores).filter((_, i) => groups[i] === group),
      30,
    ).map((bin) => ({ ...bin, group })),
  );
  return chart(document, "histogram", `Scores of ${positive} by what films are; dashed are the thresholds`, {
    width: 520,
    height: 60 + 90 * names.length,
    marginRight: 110,
    x: { label: `P(${positive})`, domain: unit },
    y: { label: "films", grid: true },
    fy: { label: null, domain: names },
    marks: [
      Plot.rectY(bins, {
        x1: "lower",
        x2: "upper",
        y: "count",
        fy: "group",
        fill: (bin: { group: string }) => (bin.group === positive ? COLOURS[1] : COLOURS[0]),
      }),
      Plot.ruleX(thresholds, {
        x: ({ threshold }: BinaryReport["thresholds"][number]) => threshold.value,
        stroke: "#333",
        strokeDasharray: "4 3",
      }),
      Plot.ruleY([0]),
    ],
  });
}

function decisionChart(document: Document, { positive, report: { decisionCurve, positives, cases } }: ChartData): Chart | undefined {
  if (!isDefined(decisionCurve)) return undefined;
  const prevalence = positives / cases;
  const lines = decisionCurve.flatMap(({ threshold, netBenefit, treatAll }) => [
    { threshold, benefit: netBenefit, what: "by the model" },
    { threshold, benefit: treatAll, what: "on all" },
    { threshold, benefit: 0, what: "on none" },
  ]);
  // Far below zero nobody would act; the line of acting on all goes there, and is named where it leaves.
  const lowest = -prevalence / 2;
  const lastOnAll = lines.findLast(({ what, benefit }) => what === "on all" && benefit >= lowest);
  const names = lines.filter((point) => point === lastOnAll || (point.what !== "on all" && point.threshold === 0.5));
  return chart(
    document,
    "decision-curve",
    `${positive}: net benefit of acting by the model, on all and on none, at these films' prevalence`,
    {
      width: 520,
      height: SIDE - 60,
      marginRight: 20,
      x: { label: "probability from which one acts", domain: unit },
      y: { label: "net benefit, true positives a film", grid: true, domain: [lowest, prevalence * 1.05] },
      color: { legend: false, domain: ["by the model", "on all", "on none"], range: [COLOURS[0], COLOURS[1], "#777"] },
      marks: [
        Plot.line(lines, { x: "threshold", y: "benefit", stroke: "what", strokeWidth: 2, clip: true }),
        Plot.text(names, { x: "threshold", y: "benefit", text: "what", fill: "what", textAnchor: "start", dx: 6, dy: -7 }),
      ],
    },
  );
}
