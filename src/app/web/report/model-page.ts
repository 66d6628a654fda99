/** The last page of a report: which model computed it, on what, and the model's card. */
import { html, nothing, type TemplateResult } from "lit";
import { nameIn } from "../cases/film-finder.ts";
import type { OpenedModel } from "../protocol.ts";
import { bytesText, percentText } from "../score-text.ts";
import { strings } from "../strings.ts";
import { type CardBlock, cardBlocks, pieces } from "./card-blocks.ts";
import type { ReportDocument } from "./report-document.ts";

/** Characters of a metadata's text that are shown. */
const MOST = 600;

export function modelPage(report: ReportDocument, { thresholds, metadata }: OpenedModel, card: string | undefined): TemplateResult {
  const { model, adapter, browser, version, created, index } = report;
  const own = Object.entries(thresholds).map(([label, value]) => `${label} ${percentText(value)}`);
  const facts: readonly (readonly [string, string])[] = [
    [strings.model, model.name],
    [strings.network, `${model.arch}, ${model.task}`],
    [strings.classes, model.classes.join(", ")],
    [strings.ownThresholds, own.length > 0 ? own.join(", ") : strings.noThresholds],
    [strings.sha256, model.sha256],
    [strings.fileSize, bytesText(model.sizeBytes)],
    ...(index
      ? [
          [
            strings.indexFact,
            `${strings.indexFacts(index.name, index.items, index.layer, nameIn(index.model))}, ${index.modelHash}`,
          ] as const,
        ]
      : []),
    [strings.title, version],
    [strings.adapter, adapter],
    [strings.browser, browser],
    [strings.made, created],
  ];
  return html`
    <h1>${strings.modelAndVersions}</h1>
    ${factsTable(facts)}
    <div class="card">
      ${card === undefined ? fileSays(metadata) : html`<h2>${strings.card}</h2>${cardBlocks(card).map(blockHtml)}`}
    </div>
  `;
}

const factsTable = (facts: readonly (readonly [string, string])[]): TemplateResult =>
  html`<table><tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;

/** What stands in for a card: the model's file describes itself. */
function fileSays(metadata: Readonly<Record<string, string>>): TemplateResult | typeof nothing {
  const said = Object.entries(metadata);
  if (said.length === 0) return nothing;
  return html`<h2>${strings.fileSays}</h2>
    ${factsTable(said.map(([name, value]) => [name, value.length > MOST ? `${value.slice(0, MOST)} …` : value]))}`;
}

function blockHtml(block: CardBlock): TemplateResult {
  if (block.kind === "heading") return block.level === 1 ? html`<h3>${inline(block.text)}</h3>` : html`<h4>${inline(block.text)}</h4>`;
  if (block.kind === "list") return html`<ul>${block.items.map((item) => html`<li>${inline(item)}</li>`)}</ul>`;
  if (block.kind === "paragraph") return html`<p>${inline(block.text)}</p>`;
  return html`<table>
    ${block.head.length > 0 ? html`<thead><tr>${block.head.map((cell) => html`<th>${inline(cell)}</th>`)}</tr></thead>` : nothing}
    <tbody>${block.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inline(cell)}</td>`)}</tr>`)}</tbody>
  </table>`;
}

const inline = (text: string): (TemplateResult | string)[] =>
  pieces(text).map((piece) => {
    if (piece.kind === "strong") return html`<strong>${piece.text}</strong>`;
    return piece.kind === "code" ? html`<code>${piece.text}</code>` : piece.text;
  });
