/** How far the annotators agree, of every pair. */
import { html, nothing, type TemplateResult } from "lit";
import { type Estimate, estimateText } from "../../../statistics/estimate.ts";
import { isDefined, type NotDefined, type Statistic, statisticText } from "../../../statistics/not-defined.ts";
import { type Annotation, authorsOf, isConsensus, type Picture } from "./annotation.ts";
import type { Desk } from "./desk.ts";
import { labelRatings, type RatingAgreement, ratingAgreement } from "./label-agreement.ts";
import { type RegionAgreement, regionAgreement } from "./region-agreement.ts";
import { strings } from "./strings.ts";

interface Computed {
  readonly regions: readonly RegionAgreement[];
  readonly labels: RatingAgreement;
  readonly people: number;
}

export function agreementPanel(desk: Desk, redraw: () => void): () => TemplateResult {
  let computed: Computed | undefined;
  let label = "";
  const compute = (): Promise<void> =>
    desk.attempt(async () => {
      const { annotations, pictures } = await desk.store.all();
      computed = agreementOf(annotations, pictures, label === "" ? undefined : label);
      redraw();
    });
  const setLabel = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) label = target.value;
    compute();
  };
  return () => html`<details @toggle=${({ target }: Event) => target instanceof HTMLDetailsElement && target.open && compute()}>
    <summary>${strings.agreement}</summary>
    <p class="quiet small">${strings.agreementHint}</p>
    <label class="field"><span>${strings.label}</span>
      <select @change=${setLabel}>
        <option value="" .selected=${label === ""}>${strings.allLabels}</option>
        ${desk.state.labels.map((one) => html`<option .selected=${one === label}>${one}</option>`)}
      </select></label>
    <button @click=${compute}>${strings.compute}</button>
    ${computed ? results(computed) : nothing}
  </details>`;
}

/** Annotators with each other, and with each consensus. */
function agreementOf(annotations: readonly Annotation[], pictures: readonly Picture[], label: string | undefined): Computed {
  const people = authorsOf(annotations);
  const annotators = people.filter((one) => !isConsensus(one));
  const pairs = annotators.flatMap((a, i) => [...annotators.slice(i + 1), ...people.filter(isConsensus)].map((b) => [a, b] as const));
  return {
    regions: pairs.map(([a, b]) => regionAgreement(annotations, pictures, a, b, { label })).filter((pair) => pair.pictures.length > 0),
    labels: ratingAgreement(labelRatings(annotations, annotators, label)),
    people: annotators.length,
  };
}

function results({ regions, labels, people }: Computed): TemplateResult {
  if (regions.length === 0) return html`<p class="quiet">${strings.noAgreement}</p>`;
  return html`${regions.map((pair) => pairResult(pair, labels))}
    ${labels.all ? html`<dl class="values"><dt>${strings.fleiss(people)}</dt><dd>${valueText(labels.all.kappa)}</dd></dl>` : nothing}`;
}

function pairResult(
  { a, b, pictures, overlaps, matches, onlyA, onlyB, f1, meanIou }: RegionAgreement,
  labels: RatingAgreement,
): TemplateResult {
  const kappa = labels.pairs.find((pair) => pair.a === a && pair.b === b)?.kappa;
  const rows: readonly (readonly [name: string, value: string])[] = [
    [strings.films, String(pictures.length)],
    ...(kappa ? [[strings.kappa, valueText(kappa)] as const] : []),
    ...(isDefined(overlaps)
      ? [
          [strings.iou, valueText(overlaps.iou)] as const,
          [strings.dice, valueText(overlaps.dice)] as const,
          [strings.pooled, valueText(overlaps.pooledIou)] as const,
        ]
      : []),
    [strings.matches, `${matches} (${strings.iou} ${shortText(meanIou)})`],
    [strings.onlyOf, `${onlyA} / ${onlyB}`],
    [strings.f1, shortText(f1)],
  ];
  return html`<h3>${strings.pair(a, b)}</h3>
    <dl class="values">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    <details><summary class="small">${strings.perFilm}</summary>
      <table><thead><tr><th>${strings.films}</th><th>${strings.iou}</th><th>${strings.dice}</th><th>${strings.matches}</th></tr></thead>
        <tbody>${pictures.map(
          ({ picture, overlap, matches: found }) =>
            html`<tr><th scope="row">${picture.name}</th><td>${shortText(overlap.iou)}</td><td>${shortText(overlap.dice)}</td><td>${found.length}</td></tr>`,
        )}</tbody></table></details>`;
}

/** With its interval where there is one: a column has no room for why there is none. */
export const valueText = (estimate: Estimate): string =>
  isDefined(estimate.interval) ? estimateText(estimate, 2) : statisticText(estimate.value, 2);

/** Two digits, or a dash where there is no value. */
const shortText = (value: Statistic | NotDefined): string => (isDefined(value) ? value.toFixed(2) : "–");
