/** The charts of a whole model, and of several beside each other. */
import * as Plot from "@observablehq/plot";
import { isDefined } from "../../statistics/not-defined.ts";
import { type Chart, COLOURS, chart, diagonal, square, unit } from "./chart.ts";
import { type HeadlineRow, headlineRows } from "./headline.ts";
import type { Judgement } from "./judge.ts";
import type { JudgedModel } from "./result.ts";
import { short } from "./tables.ts";

/** All that are defined, in the order of a report. */
export const overviewCharts = (document: Document, model: JudgedModel, source: string): Chart[] =>
  [headlineChart(document, model, source), confusionChart(document, model)].flatMap((drawn) => drawn ?? []);

const kinds = {
  whole: ["all films", COLOURS[0]],
  within: ["films of one place", COLOURS[2]],
  hidden: ["without the lungs", COLOURS[1]],
  source: ["the place itself", COLOURS[3]],
} as const satisfies Record<HeadlineRow["kind"], readonly [name: string, colour: string]>;

/** Balanced accuracies over each other, each with its chance: what stands far above chance without lungs is no diagnosis. */
function headlineChart(document: Document, model: JudgedModel, source: string): Chart | undefined {
  const rows = headlineRows(model, source).flatMap(({ kind, name, films, balancedAccuracy: { value, interval }, chance }) =>
    isDefined(value)
      ? [
          {
            name,
            films,
            chance,
            value,
            of: kinds[kind][0],
            text: short({ value, interval }),
            lower: isDefined(interval) ? interval.lower : value,
            upper: isDefined(interval) ? interval.upper : value,
          },
        ]
      : [],
  );
  if (rows.length === 0) return undefined;
  const shown = Object.values(kinds).filter(([name]) => rows.some(({ of }) => of === name));
  return chart(document, "headline", `${model.model}: balanced accuracy, with 95 % intervals; grey lines are chance`, {
    width: 660,
    height: 60 + 26 * rows.length,
    marginLeft: 190,
    marginRight: 150,
    x: { label: "balanced accuracy", domain: unit, grid: true },
    y: { label: null, domain: rows.map(({ name }) => name) },
    color: { domain: shown.map(([name]) => name), range: shown.map(([, colour]) => colour) },
    marks: [
      Plot.tickX(rows, { x: "chance", y: "name", stroke: "#888", strokeWidth: 3 }),
      Plot.ruleY(rows, { y: "name", x1: "lower", x2: "upper", stroke: "of", strokeWidth: 2 }),
      Plot.dot(rows, { x: "value", y: "name", fill: "of", r: 4.5 }),
      Plot.text(rows, { y: "name", text: "text", frameAnchor: "right", textAnchor: "start", dx: 12, fill: "of" }),
    ],
  });
}

/** How often each class was taken for each other, in shares of the row. */
function confusionChart(document: Document, { model, classes }: Judgement): Chart | undefined {
  if (!isDefined(classes)) return undefined;
  const cells = classes.indices.confusion.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, place) => {
      const share = total > 0 ? count / total : 0;
      return { truth: classes.classes[truth], taken: classes.classes[place], count, share, ink: share > 0.5 ? "#fff" : "#222" };
    });
  });
  const side = Math.max(64, 300 / classes.classes.length);
  return chart(document, "confusion", `${model}: films, and their share of the row; the class of the highest score`, {
    width: 120 + side * classes.classes.length,
    height: 60 + side * classes.classes.length,
    marginLeft: 100,
    marginTop: 40,
    marginBottom: 10,
    x: { label: "taken for", axis: "top", domain: classes.classes, labelAnchor: "left", padding: 0.02 },
    y: { label: "is", domain: classes.classes, padding: 0.02 },
    color: { scheme: "blues", domain: unit },
    marks: [
      Plot.cell(cells, { x: "taken", y: "truth", fill: "share" }),
      Plot.text(cells, { x: "taken", y: "truth", text: "count", fill: "ink", dy: -7, fontSize: 14 }),
      Plot.text(cells, {
        x: "taken",
        y: "truth",
        text: ({ share }: { share: number }) => `${(100 * share).toFixed(1)} %`,
        fill: "ink",
        dy: 9,
      }),
    ],
  });
}

/** The ROC curves of several models for each class that all of them were judged on. */
export function comparisonCharts(document: Document, judged: readonly Judgement[]): Chart[] {
  if (judged.length < 2) return [];
  return judged[0].each.flatMap(({ positive }) => {
    const points = judged.flatMap(({ model, each }) => {
      const curve = each.find((own) => own.positive === positive)?.report.rocCurve;
      return curve && isDefined(curve) ? curve.map((point) => ({ ...point, model })) : [];
    });
    if (points.length === 0) return [];
    const models = judged.map(({ model }) => model);
    const ends = models.flatMap((model, i) => ({ model, y: 0.06 + 0.06 * (models.length - 1 - i) }));
    return chart(document, `${positive}.roc`, `${positive}: ROC of all models on the same films`, {
      ...square,
      x: { label: "1 − specificity", domain: unit },
      y: { label: "sensitivity", domain: unit },
      color: { domain: models, range: COLOURS },
      marks: [
        diagonal(),
        Plot.line(points, { x: "falsePositiveRate", y: "truePositiveRate", stroke: "model", strokeWidth: 2 }),
        Plot.text(ends, { x: 0.98, y: "y", text: "model", fill: "model", textAnchor: "end" }),
      ],
    });
  });
}
