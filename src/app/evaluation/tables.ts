/** The tables of a judgement. */
import type { Estimate } from "../../statistics/estimate.ts";
import { isDefined, type Statistic, statisticText } from "../../statistics/not-defined.ts";
import type { Threshold } from "../../statistics/threshold.ts";
import { macroArea, type OneClass, type Subgroup, type Within } from "./groups.ts";
import type { ClassJudgement, Judgement } from "./judge.ts";
import type { ReportTable } from "./table.ts";

/** "0.903 (0.853–0.940)", or why there is no value. The interval's method stands in a note. */
export function short({ value, interval }: Estimate): string {
  if (!isDefined(value)) return `not defined: ${value.notDefined}`;
  return isDefined(interval) ? `${value.toFixed(3)} (${interval.lower.toFixed(3)}–${interval.upper.toFixed(3)})` : value.toFixed(3);
}

/** The methods of intervals that a table holds, named once. */
export function methodsOf(estimates: readonly Estimate[]): string[] {
  const methods = new Set(
    estimates.flatMap(({ interval }) => (isDefined(interval) ? [`${interval.method}, ${100 * interval.level} %`] : [])),
  );
  const without = new Set(
    estimates.flatMap(({ value, interval }) => (isDefined(value) && !isDefined(interval) ? [interval.notDefined] : [])),
  );
  return [
    ...(methods.size > 0 ? [`Intervals: ${[...methods].join("; ")}.`] : []),
    ...(without.size > 0 ? [`Without an interval: ${[...without].join("; ")}.`] : []),
  ];
}

/** All classes together. */
export function overallTable({ classes, test }: Judgement): ReportTable {
  const title = `All classes, ${test.films.length} films${test.clusters ? ` of ${new Set(test.clusters).size} patients or groups` : ""}`;
  if (!isDefined(classes)) return { title, columns: ["", ""], rows: [["not defined", classes.notDefined]] };
  const { bootstrapped, areas, brier, logLoss, equalWidth } = classes;
  const { accuracy, balancedAccuracy, macroF1, kappa, matthews } = bootstrapped;
  const estimates = { accuracy, "balanced accuracy": balancedAccuracy, "macro F1": macroF1, kappa, "Matthews correlation": matthews };
  const numbers: Record<string, Statistic> = {
    "macro area under ROC": areas.macro,
    "Hand–Till M": areas.handTill,
    "Brier score": brier,
    "log loss": logLoss,
    [`calibration error (${equalWidth.method})`]: equalWidth.expected,
  };
  return {
    title,
    columns: ["", "value"],
    rows: [
      ...Object.entries(estimates).map(([name, estimate]) => [name, short(estimate)]),
      ...Object.entries(numbers).map(([name, value]) => [name, statisticText(value)]),
    ],
    notes: methodsOf(Object.values(estimates)),
  };
}

/** How often each class was taken for each other. */
export function confusionTable({ classes }: Judgement): ReportTable[] {
  if (!isDefined(classes)) return [];
  const { confusion } = classes.indices;
  return [
    {
      title: "Confusion matrix: the class of the highest score",
      columns: ["is / taken for", ...classes.classes, "films"],
      rows: confusion.map((row, c) => {
        const total = row.reduce((sum, count) => sum + count, 0);
        return [classes.classes[c], ...row.map((count) => withShare(count, total)), String(total)];
      }),
      notes: ["Counts, and shares of the row."],
    },
  ];
}

const withShare = (count: number, total: number): string =>
  total > 0 ? `${count} (${((100 * count) / total).toFixed(1)} %)` : String(count);

/** Each class against the rest. */
export function classesTable({ each }: Pick<Judgement, "each">): ReportTable {
  return {
    title: "Each class against the rest",
    columns: ["class", "films", "area under ROC", "average precision", "Brier score"],
    rows: each.map(({ positive, report: { positives, rocArea, averagePrecision, calibration } }) => [
      positive,
      String(positives),
      short(rocArea),
      short(averagePrecision),
      statisticText(isDefined(calibration) ? calibration.brier.brier : calibration),
    ]),
    notes: [
      ...methodsOf(each.flatMap(({ report }) => [report.rocArea, report.averagePrecision])),
      ...new Set(each.flatMap(({ positive, report }) => report.notes.map((note) => `${positive}: ${note}.`))),
    ],
  };
}

/** Where a threshold comes from, in words. */
export const originOf = ({ rule, chosenOn }: Threshold): string =>
  "fixed" in chosenOn ? `fixed by ${chosenOn.fixed}` : `${rule}, chosen on ${chosenOn.name} (${chosenOn.cases} films)`;

/** What thresholds make of each class, with predictive values at the prevalences that are asked for. */
export function thresholdTables({ each }: Pick<Judgement, "each">): ReportTable[] {
  const rows = each.flatMap(({ positive, report, without }) => [
    ...report.thresholds.map(({ threshold, indices: { sensitivity, specificity, ppv, npv }, bootstrapped }) => [
      positive,
      threshold.value.toPrecision(4),
      originOf(threshold),
      `${sensitivity.successes}/${sensitivity.trials} = ${short(sensitivity)}`,
      `${specificity.successes}/${specificity.trials} = ${short(specificity)}`,
      short(ppv),
      short(npv),
      short(bootstrapped.balancedAccuracy),
      short(bootstrapped.f1),
      short(bootstrapped.matthews),
    ]),
    ...without.map(({ rule, reason }) => [positive, "", `${rule}: ${reason.notDefined}`, "", "", "", "", "", "", ""]),
  ]);
  const first = each.flatMap(({ report }) =>
    report.thresholds.flatMap(({ indices, bootstrapped }) => [indices.sensitivity, bootstrapped.f1]),
  );
  return [
    {
      title: "At thresholds",
      columns: ["class", "threshold", "rule", "sensitivity", "specificity", "PPV", "NPV", "balanced accuracy", "F1", "Matthews"],
      rows,
      notes: [...methodsOf(first), "PPV and NPV here hold at the prevalence of these films, and nowhere else."],
    },
    ...prevalenceTable(each),
  ];
}

function prevalenceTable(each: readonly ClassJudgement[]): ReportTable[] {
  const found = each.flatMap(({ positive, report }) =>
    report.thresholds.flatMap(({ threshold, predictiveValues, indices }) =>
      predictiveValues.map((values) => ({ positive, threshold, own: indices.prevalence.value, ...values })),
    ),
  );
  if (found.length === 0) return [];
  return [
    {
      title: "Predictive values where the class is as common as stated",
      columns: ["class", "threshold", "among these films", "prevalence", "PPV", "NPV"],
      rows: found.map(({ positive, threshold, own, prevalence, ppv, npv }) => [
        positive,
        threshold.value.toPrecision(4),
        statisticText(own),
        String(prevalence),
        short(ppv),
        short(npv),
      ]),
      notes: methodsOf(found.flatMap(({ ppv, npv }) => [ppv, npv])),
    },
  ];
}

/** What a model tells apart within each source. */
export function withinTable(parts: readonly (Within | OneClass)[], column: string): ReportTable {
  const told = parts.filter((part): part is Within => "classes" in part);
  return {
    title: `Within each ${column}: what is left where all films come from one place`,
    columns: [column, "films", "classes", "balanced accuracy", "by chance", "among all classes", "area under ROC"],
    rows: parts.map((part) =>
      "reason" in part
        ? [part.source, String(part.films), part.reason, "", "", "", ""]
        : [
            part.source,
            String(part.films),
            part.classes.map(({ name, films }) => `${name} ${films}`).join(", "),
            short(part.balancedAccuracy),
            (1 / part.classes.length).toFixed(3),
            statisticText(part.amongAll),
            "value" in part.area ? short(part.area) : statisticText(macroArea(part.area)),
          ],
    ),
    notes: [
      ...methodsOf(told.flatMap(({ balancedAccuracy, area }) => ("value" in area ? [balancedAccuracy, area] : [balancedAccuracy]))),
      "Balanced accuracy among a place's own classes; a model that tells places and not diseases falls to chance here.",
    ],
  };
}

/** One class on the films with each value of a column. */
export function subgroupTable(positive: string, found: readonly Subgroup[], threshold: number | undefined): ReportTable {
  const [{ column }] = found;
  return {
    title: `${positive}, by ${column}`,
    columns: [column, "films", positive, "area under ROC", "sensitivity", "specificity", "accuracy of all classes"],
    rows: found.map(({ value, films, positives, area, indices, accuracy }) => [
      value,
      String(films),
      String(positives),
      isDefined(area.value) ? short(area) : area.value.notDefined,
      indices ? shortOrReason(indices.sensitivity) : "",
      indices ? shortOrReason(indices.specificity) : "",
      accuracy ? short(accuracy) : "",
    ]),
    notes: [
      ...(threshold === undefined ? [] : [`Sensitivity and specificity at the threshold ${threshold.toPrecision(4)}.`]),
      ...methodsOf(found.flatMap(({ area, indices }) => [area, ...(indices ? [indices.sensitivity] : [])])),
    ],
  };
}

const shortOrReason = (estimate: Estimate): string => (isDefined(estimate.value) ? short(estimate) : estimate.value.notDefined);
