/** What a training says to people. */
import { statisticText } from "../statistics/not-defined.ts";
import type { Report } from "../training/report.ts";
import type { Trainee } from "../training/trainee.ts";
import { note } from "./command-line.ts";
import type { FoldsReport } from "./train-folds.ts";
import type { TrainOptions } from "./train-options.ts";

export function foldsText(out: string, { pooled, spreads, folds }: FoldsReport): string {
  const lines = Object.entries(pooled.metrics).map(([name, value]) => {
    const { mean, deviation } = spreads[name];
    return `pooled ${name} ${value.toFixed(4)}, folds ${mean.toFixed(4)} ± ${statisticText(deviation, 4)}`;
  });
  return `${[out, `films ${pooled.films}, folds ${folds.length}`, ...lines].join("\n")}\n`;
}

export function reportText(out: string, report: Report | undefined): string {
  if (!report) return `${out}\n`;
  const lines = Object.entries(report.metrics).map(([name, value]) => `test ${name} ${value.toFixed(4)}`);
  const parts = report.parts.map(({ name, films, classes, balancedAccuracy, dice }) =>
    balancedAccuracy === undefined
      ? `${name} (${films}): dice ${dice?.toFixed(4)}`
      : `${name}, ${classes?.join("/")} (${films}): balanced accuracy ${balancedAccuracy.toFixed(4)}`,
  );
  return `${[out, `test films ${report.films}`, ...lines, ...parts].join("\n")}\n`;
}

/** Says what the network starts with, where that is a file. */
export function noteStart({ start }: Trainee, options: TrainOptions): void {
  if (!start) return;
  const some = (names: readonly string[]) => (names.length > 4 ? [...names.slice(0, 4), "…"] : names).join(", ");
  const counted = (names: readonly string[], what: string) => (names.length > 0 ? [`${names.length} ${what} (${some(names)})`] : []);
  const parts = [`${start.loaded.length} values loaded`, ...counted(start.drawn, "drawn anew"), ...counted(start.left, "left")];
  note(`${start.file}: ${parts.join("; ")}`, options);
}
