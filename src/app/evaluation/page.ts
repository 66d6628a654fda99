/** The report as one page that needs nothing else: styles, charts and pictures are in it, and no script. */
import { version } from "../version.ts";
import type { Chart } from "./chart.ts";
import type { AlikeFilm, Mistake } from "./gallery.ts";
import type { ModelCharts } from "./report-charts.ts";
import type { Section } from "./result.ts";
import { escaped, tableHtml } from "./table.ts";

/** What a page shows of one model. */
export interface ModelPage {
  readonly section: Section;
  readonly charts: ModelCharts;
  readonly mistakes: readonly Mistake[];
  /** Its card, as text. */
  readonly card?: string;
}

/** What it shows of several beside each other. */
export interface ComparisonPage {
  readonly section: Section;
  readonly charts: readonly Chart[];
}

export interface PageFacts {
  readonly title: string;
  /** Names and values that say what was judged: the manifest's checksum, those of the models. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export const reportPage = (
  { title, facts }: PageFacts,
  models: readonly ModelPage[],
  rest: readonly ComparisonPage[],
): string => `<!doctype html>
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
<nav>${[...models, ...rest].map(({ section }, i) => `<a href="#s${i}">${escaped(section.title)}</a>`).join(" · ")}</nav>
${models.map((model, i) => modelHtml(model, i)).join("\n")}
${rest.map(({ section, charts }, i) => `${headingHtml(section, models.length + i)}\n${chartsHtml(charts)}\n${tablesHtml(section)}`).join("\n")}
<footer>roentgen ${escaped(version)}</footer>
</body>
</html>
`;

/** The headline with its chart comes first, so that nobody reads another number before it. */
function modelHtml({ section, charts: { overview, classes }, mistakes, card }: ModelPage, place: number): string {
  return `${headingHtml(section, place)}
${chartsHtml(overview)}
${tablesHtml(section)}
${classes.map(({ positive, charts }) => (charts.length > 0 ? `<h3>${escaped(section.title)}: charts of ${escaped(positive)}</h3>\n${chartsHtml(charts)}` : "")).join("\n")}
${mistakes.length > 0 ? galleryHtml(section.title, mistakes) : ""}
${card === undefined ? "" : `<details><summary>Model card of ${escaped(section.title)}</summary><pre>${escaped(card)}</pre></details>`}`;
}

const headingHtml = ({ title }: Section, place: number): string => `<h2 id="s${place}">${escaped(title)}</h2>`;

const tablesHtml = ({ tables }: Section): string => tables.map(tableHtml).join("\n");

const chartsHtml = (charts: readonly Chart[]): string =>
  charts.length === 0
    ? ""
    : `<div class="charts">${charts.map(({ svg, caption }) => `<figure>${svg}<figcaption>${escaped(caption)}</figcaption></figure>`).join("\n")}</div>`;

/** Mistakes of each class and kind under a heading of their own. */
function galleryHtml(model: string, mistakes: readonly Mistake[]): string {
  const kinds = [...new Set(mistakes.map(({ kind, positive }) => `false ${kind}s of ${positive}`))];
  const parts = kinds.map((name) => {
    const own = mistakes.filter(({ kind, positive }) => `false ${kind}s of ${positive}` === name);
    return `<h4>${escaped(name)}</h4>\n<div class="gallery">${own.map(mistakeHtml).join("\n")}</div>`;
  });
  return `<h3>${escaped(model)}: worst mistakes</h3>
<p class="note">At each class's first threshold. Beside a film: where the network sees the class (Grad-CAM), and the training films that are nearest
by its features, none of the same patient.</p>
${parts.join("\n")}`;
}

const mistakeHtml = ({ positive, film, score, truth, picture, heatMap, neighbours }: Mistake): string => `<figure>
<div class="films">${[picture, ...(typeof heatMap === "string" ? [heatMap] : [])].map((png) => imageHtml(png)).join("")}</div>
${neighbours.length > 0 ? `<div class="films">${neighbours.map(alikeHtml).join("")}</div>` : ""}
<figcaption><b>is ${escaped(truth)}</b>, P(${escaped(positive)}) ${score.toFixed(3)}<br>${escaped(film)}${
  heatMap !== undefined && typeof heatMap !== "string" ? `<br>no heat map: ${escaped(heatMap.notDefined)}` : ""
}</figcaption></figure>`;

const alikeHtml = ({ film, truth, distance, picture }: AlikeFilm): string =>
  `<span title="${escaped(film)}">${picture === undefined ? "" : imageHtml(picture)}<small>${escaped(truth)} ${distance.toPrecision(3)}</small></span>`;

const imageHtml = (png: string): string => `<img alt="" src="data:image/png;base64,${png}">`;

const style = `
body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
.warning{font-weight:600;border-left:4px solid #d55e00;padding-left:.75rem}
h2{margin-top:3rem;border-bottom:1px solid #ccc}
.table{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px}
th,td{border-bottom:1px solid #ddd;padding:.25rem .6rem;text-align:left;vertical-align:top}
.note{font-size:12px;color:#555;margin:.2rem 0}
.charts,.gallery{display:flex;flex-wrap:wrap;gap:1.25rem;margin:1rem 0}
figure{margin:0;max-width:100%}
figure svg{max-width:100%;height:auto}
.charts figure{display:table}
.charts figcaption{display:table-caption;caption-side:bottom}
.gallery figure{width:330px;font-size:12px}
.films{display:flex;gap:.4rem;align-items:flex-end;margin-bottom:.4rem}
.films span{display:flex;flex-direction:column}
h4{margin:1.2rem 0 .2rem}
figcaption{font-size:12px;color:#444}
pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}
dl{display:grid;grid-template-columns:fit-content(20rem) 1fr;gap:.1rem 1.2rem}
dt{color:#555;overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}
@media print{nav{display:none}}`;
