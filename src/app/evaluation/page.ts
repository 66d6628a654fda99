/** The report as one page that needs nothing else: styles, charts and pictures are in it, and no script. */

import { version } from "../version.ts";
import type { ChartData } from "./charts.ts";
import { type Chart, chartsOf } from "./charts.ts";
import type { Mistake } from "./gallery.ts";
import { binarySet } from "./judge.ts";
import type { JudgedModel, Section } from "./result.ts";
import { escaped, tableHtml } from "./table.ts";

/** What a page shows of one model beside its tables. */
export interface ModelPage {
  readonly section: Section;
  readonly charts: readonly Chart[];
  readonly mistakes: readonly Mistake[];
  /** Its card, as text. */
  readonly card?: string;
}

/** Charts of each positive class; names are `CLASS.CHART`. */
export async function modelCharts({ each, test }: JudgedModel, classOf: (place: number) => string): Promise<Chart[]> {
  const { parseHTML } = await import("linkedom");
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  return each.flatMap(({ positive, report }) => {
    const data: ChartData = {
      positive,
      report,
      scores: binarySet(test, positive).scores,
      groups: test.films.map((_, place) => classOf(place)),
    };
    return chartsOf(document, data).map((chart) => ({ ...chart, name: `${positive}.${chart.name}` }));
  });
}

export interface PageFacts {
  readonly title: string;
  /** Names and values that say what was judged: the manifest's checksum, those of the models. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export const reportPage = ({ title, facts }: PageFacts, models: readonly ModelPage[], rest: readonly Section[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="warning">Research and demonstration only: not a medical device, not for clinical use.</p>
<dl>${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>
<nav>${[...models.map(({ section }) => section), ...rest].map((section, i) => `<a href="#s${i}">${escaped(section.title)}</a>`).join(" · ")}</nav>
${models.map((model, i) => modelHtml(model, i)).join("\n")}
${rest.map((section, i) => sectionHtml(section, models.length + i)).join("\n")}
<footer>roentgen ${escaped(version)}</footer>
</body>
</html>
`;

function modelHtml({ section, charts, mistakes, card }: ModelPage, place: number): string {
  return `${sectionHtml(section, place)}
<div class="charts">${charts.map(({ svg, caption }) => `<figure>${svg}<figcaption>${escaped(caption)}</figcaption></figure>`).join("\n")}</div>
${mistakes.length > 0 ? `<h3>Mistakes</h3>\n<div class="gallery">${mistakes.map(mistakeHtml).join("\n")}</div>` : ""}
${card === undefined ? "" : `<details><summary>Model card</summary><pre>${escaped(card)}</pre></details>`}`;
}

const sectionHtml = ({ title, tables }: Section, place: number): string =>
  `<h2 id="s${place}">${escaped(title)}</h2>\n${tables.map(tableHtml).join("\n")}`;

const mistakeHtml = ({ kind, positive, film, score, truth, picture, pictures = [] }: Mistake): string => `<figure>
${[picture, ...pictures].map((png) => `<img alt="" width="160" src="data:image/png;base64,${png}">`).join("")}
<figcaption><b>${escaped(`false ${kind}`)}</b> for ${escaped(positive)}, P ${score.toFixed(3)}<br>is ${escaped(truth)}<br>${escaped(film)}</figcaption></figure>`;

const style = `
body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
.warning{font-weight:600;border-left:4px solid #d55e00;padding-left:.75rem}
h2{margin-top:3rem;border-bottom:1px solid #ccc}
.table{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px}
th,td{border-bottom:1px solid #ddd;padding:.25rem .6rem;text-align:left;vertical-align:top}
.note{font-size:12px;color:#555;margin:.2rem 0}
.charts,.gallery{display:flex;flex-wrap:wrap;gap:1.25rem}
figure{margin:0;max-width:540px}
.gallery figure{max-width:340px;font-size:12px}
figcaption{font-size:12px;color:#444}
pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}
dt{float:left;clear:left;width:11rem;color:#555}dd{margin-left:11.5rem;overflow-wrap:anywhere}
@media print{nav{display:none}}`;
