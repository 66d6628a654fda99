/** The course of a training as curves, by Observable Plot, which is loaded when there is something to draw. */
import * as Plot from "@observablehq/plot";
import type { EpochRecord } from "../../training/log.ts";
import { asOnePicture } from "../one-picture.ts";
import { strings } from "./strings.ts";
import type { LossPoint } from "./training-course.ts";

export interface Curves {
  readonly records: readonly EpochRecord[];
  readonly losses: readonly LossPoint[];
  readonly epochs: number;
  /** In CSS pixels. */
  readonly width: number;
}

/** What a line is of; its colour is a property of the page's style. */
interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly epoch: number; readonly value: number }[];
}

const HEIGHT = 200;

/** A chart of the loss, and one of the metric that tells the best epoch. */
export function trainingCurves({ records, losses, epochs, width }: Curves): Element[] {
  const line = (name: string, colour: string, numberOf: (record: EpochRecord) => number | undefined): Line => ({
    name,
    colour,
    points: records.flatMap((record) => {
      const value = numberOf(record);
      return value === undefined || !Number.isFinite(value) ? [] : [{ epoch: record.epoch + 1, value }];
    }),
  });
  const lossLines = [
    line(strings.training.train, "var(--train)", ({ train }) => train.loss),
    line(strings.training.validation, "var(--validation)", ({ val }) => val?.loss),
  ];
  const scores = line(strings.training.validation, "var(--validation)", ({ val }) => val?.balancedAccuracy);
  const batches = losses.filter(({ loss }) => Number.isFinite(loss));
  const best = records.findLast(({ isBest }) => isBest)?.epoch;
  const shared = { width, epochs, best: best === undefined ? undefined : best + 1 };
  return [
    chart(strings.training.columns.loss, lossLines, {
      ...shared,
      below: [Plot.line(batches, { x: "epoch", y: "loss", stroke: "var(--train)", strokeOpacity: 0.3 })],
    }),
    ...(scores.points.length > 0 ? [chart(strings.training.columns.balancedAccuracy, [scores], { ...shared, domain: [0, 1] })] : []),
  ];
}

interface ChartOptions {
  readonly width: number;
  readonly epochs: number;
  /** Where the best epoch ends. */
  readonly best?: number;
  readonly domain?: readonly [number, number];
  readonly below?: readonly Plot.Markish[];
}

function chart(label: string, lines: readonly Line[], { width, epochs, best, domain, below = [] }: ChartOptions): Element {
  const figure = Plot.plot({
    width,
    height: HEIGHT,
    marginLeft: 46,
    marginRight: 70,
    x: { label: strings.training.columns.epoch, domain: [0, epochs], ticks: Math.min(epochs, 8) },
    y: { label, grid: true, nice: true, ...(domain && { domain }) },
    marks: [
      ...below,
      ...(best === undefined ? [] : [Plot.ruleX([best], { stroke: "var(--quiet)", strokeDasharray: "4 3" })]),
      ...lines.flatMap(({ name, colour, points }) => [
        Plot.line(points, { x: "epoch", y: "value", stroke: colour, strokeWidth: 2 }),
        Plot.dot(points, { x: "epoch", y: "value", fill: colour, r: 2.5 }),
        Plot.text(points.slice(-1), { x: "epoch", y: "value", text: () => name, fill: colour, textAnchor: "start", dx: 7 }),
      ]),
    ],
  });
  // Its rules stand in the page's own style: a content policy refuses those that lie in a picture.
  for (const style of figure.querySelectorAll("style")) style.remove();
  asOnePicture(figure, strings.training.curveOf(label));
  return figure;
}
