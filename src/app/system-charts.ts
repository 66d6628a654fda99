/** The plots of a system's tables: curves, histograms by group, and predicted against true numbers. */
import * as Plot from "@observablehq/plot";
import type { Table, Tables } from "../systems/table.ts";
import { type Chart, COLOURS, chart, diagonal, square, unit } from "./evaluation/chart.ts";

/**
 * A chart for each table whose columns are those of a plot: `roc`, `precision_recall`, `histogram`, and of `predictions` each number beside
 * its `predicted_` column. The histogram has a line where `predictions` has its threshold. Tables without rows have none.
 */
export async function systemCharts({ roc = [], precision_recall = [], histogram = [], predictions = [] }: Tables): Promise<Chart[]> {
  const { parseHTML } = await import("linkedom");
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const numbers = Object.keys(predictions[0] ?? {}).filter((column) => predictions.some((row) => `predicted_${column}` in row));
  const thresholds = [...new Set(predictions.map(({ threshold }) => threshold))].filter((threshold) => threshold !== undefined);
  return [
    ...drawn(roc, () =>
      chart(document, "roc", "ROC", {
        ...square,
        x: { label: "1 − specificity", domain: unit },
        y: { label: "sensitivity", domain: unit },
        ...colours(roc),
        marks: [...legend(roc), diagonal(), Plot.line(roc, { x: "falsePositiveRate", y: "truePositiveRate", ...line(roc) })],
      }),
    ),
    ...drawn(precision_recall, () =>
      chart(document, "precision-recall", "Precision and recall", {
        ...square,
        x: { label: "recall", domain: unit },
        y: { label: "precision", domain: unit },
        ...colours(precision_recall),
        marks: [
          ...legend(precision_recall),
          Plot.line(precision_recall, { x: "recall", y: "precision", ...line(precision_recall), curve: "step-before" }),
        ],
      }),
    ),
    ...drawn(histogram, () => {
      const groups = [...new Set(histogram.map(({ group }) => group))];
      return chart(document, "histogram", "Scores by what films are", {
        width: 520,
        height: 60 + 90 * groups.length,
        marginRight: 110,
        x: { label: "score", domain: unit },
        y: { label: "films", grid: true },
        fy: { label: null, domain: groups },
        marks: [
          Plot.rectY(histogram, { x1: "lower", x2: "upper", y: "count", fy: "group", fill: COLOURS[0] }),
          Plot.ruleX(thresholds, { stroke: "#333", strokeDasharray: "4 3" }),
          Plot.ruleY([0]),
        ],
      });
    }),
    ...numbers.map((name) =>
      chart(document, `scatter-${name}`, `${name}: predicted against true; the line is the least-squares fit, its band 95 %`, {
        width: square.width,
        height: square.height,
        grid: true,
        x: { label: `true ${name}` },
        y: { label: `predicted ${name}` },
        marks: [
          Plot.line(ends(predictions, name), { stroke: "#777", strokeDasharray: "4 3" }),
          Plot.linearRegressionY(predictions, { x: name, y: `predicted_${name}`, stroke: COLOURS[1] }),
          Plot.dot(predictions, { x: name, y: `predicted_${name}`, fill: COLOURS[0], r: 3 }),
        ],
      }),
    ),
  ];
}

/** One line, or one of a colour for each model where a table is of several. */
const line = ([row]: Table) => ({ stroke: row && "model" in row ? "model" : COLOURS[0], strokeWidth: 2 });

const modelsIn = (table: Table): string[] => [...new Set(table.flatMap(({ model }) => (model === undefined ? [] : [String(model)])))];

/** A colour for each model. */
const colours = (table: Table) => ({ color: { domain: modelsIn(table), range: COLOURS } });

/** The models' names in their lines' colours, in the corner that curves leave free. */
const legend = (table: Table) =>
  modelsIn(table).map((name, i) =>
    Plot.text([name], { text: () => name, frameAnchor: "bottom-right", dx: -6, dy: -6 - 14 * i, fill: COLOURS[i % COLOURS.length] }),
  );

const drawn = (table: Table, draw: () => Chart): Chart[] => (table.length > 0 ? [draw()] : []);

/** Where true and predicted are equal, from the least to the greatest true value. */
function ends(predictions: Table, name: string): [number, number][] {
  const values = predictions.map((row) => Number(row[name]));
  return [Math.min(...values), Math.max(...values)].map((value) => [value, value]);
}
