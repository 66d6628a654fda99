/** All charts of a report, drawn under Node. */
import type { Chart } from "./chart.ts";
import { chartsOf } from "./charts.ts";
import { binarySet, type Judgement } from "./judge.ts";
import { comparisonCharts, overviewCharts } from "./overview-charts.ts";
import type { JudgedModel } from "./result.ts";

export interface ModelCharts {
  /** Of the model as a whole. */
  readonly overview: readonly Chart[];
  /** Of each positive class; names are `CLASS.CHART`. */
  readonly classes: readonly { readonly positive: string; readonly charts: readonly Chart[] }[];
}

export interface ReportCharts {
  readonly models: readonly ModelCharts[];
  /** Of several models beside each other. */
  readonly comparison: readonly Chart[];
}

/**
 * @param classOf - the class of a film in words.
 * @param source - what the column is called that says where films come from.
 */
export async function reportCharts(
  judged: readonly JudgedModel[],
  classOf: (film: Judgement["test"]["films"][number]) => string,
  source: string,
): Promise<ReportCharts> {
  const { parseHTML } = await import("linkedom");
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const models = judged.map((model): ModelCharts => {
    const groups = model.test.films.map(classOf);
    return {
      overview: overviewCharts(document, model, source),
      classes: model.each.map(({ positive, report }) => {
        const drawn = chartsOf(document, { positive, report, scores: binarySet(model.test, positive).scores, groups });
        return { positive, charts: drawn.map((chart) => ({ ...chart, name: `${positive}.${chart.name}` })) };
      }),
    };
  });
  return { models, comparison: comparisonCharts(document, judged) };
}
