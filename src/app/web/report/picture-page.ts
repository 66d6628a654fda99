/** A picture's page: the film, its heat map with method, class and scale, scores with thresholds, remarks, and like films. */
import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { captionOf, voteText } from "../cases/listed-films.ts";
import { type HeatLevels, heatColours } from "../draw-film.ts";
import { drawPicture, type Picture } from "../draw-picture.ts";
import { percentText, valueText } from "../score-text.ts";
import { strings } from "../strings.ts";
import { PRINTED_SIDE, type PrintedPicture } from "./gather-pictures.ts";
import type { ReportDocument, ReportedClass } from "./report-document.ts";

export interface PageOptions {
  readonly report: ReportDocument;
  readonly heat: { readonly opacity: number };
}

/** Pixels of the longer side of a like film. */
const SMALL_SIDE = 224;

export function picturePage(picture: PrintedPicture, { report, heat }: PageOptions): TemplateResult {
  const { file, size, withheld, problem, status } = picture;
  return html`
    <h1>${file}</h1>
    <p class="quiet">${size ? strings.pixels(size[0], size[1]) : nothing}</p>
    ${filmsOf(picture, heat.opacity)}
    <h2>${strings.scores}</h2>
    ${
      withheld
        ? html`<p class="box"><strong>${strings.noAnswer}.</strong> ${strings.withheld(withheld.reason)}</p>`
        : status === "scored"
          ? scoresOf(picture.predictions, report)
          : html`<p class="box">${problem ?? strings.status.waiting}</p>`
    }
    ${remarksOf(picture)} ${likeOf(picture, report)}
  `;
}

function filmsOf({ film, heat, lungs, file }: PrintedPicture, opacity: number): TemplateResult | typeof nothing {
  if (!film) return nothing;
  const outlines = lungs?.outlines ?? [];
  const share = lungs ? strings.lungShare(percentText(lungs.share)) : "";
  return html`<div class="films">
    <figure>${canvas({ film, outlines }, PRINTED_SIDE, file)}<figcaption>${strings.filmCaption} ${share}</figcaption></figure>
    ${
      heat
        ? html`<figure>
            ${canvas({ film, heat: { levels: heat.levels, opacity } }, PRINTED_SIDE, strings.heatmap)}
            <div class="scale"><span>${heat.levels.isSigned ? valueText(-heat.limit) : "0"}</span>${scaleBar(heat.levels)}<span>${valueText(heat.limit)}</span></div>
            <figcaption>${strings.heatCaption(heat.method, heat.label, heat.layer)} ${heat.levels.isSigned ? strings.scaleSigned : strings.scale}</figcaption>
          </figure>`
        : nothing
    }
  </div>`;
}

const canvas = (picture: Picture, side: number, name: string): TemplateResult =>
  html`<canvas class="film" role="img" aria-label=${name} ${ref((made) => {
    if (made instanceof HTMLCanvasElement) drawPicture(made, picture, side);
  })}></canvas>`;

/** All colours of a heat map, from nothing, or from the strongest against, to the strongest for. */
const scaleBar = (levels: HeatLevels): TemplateResult =>
  html`<canvas width="256" height="1" aria-hidden="true" ${ref((made) => {
    if (!(made instanceof HTMLCanvasElement)) return;
    const context = made.getContext("2d", { alpha: false });
    const pixels = context?.createImageData(256, 1);
    if (!context || !pixels) return;
    const colours = heatColours(levels);
    for (let level = 0; level < 256; level++) pixels.data.set([...colours.subarray(3 * level, 3 * level + 3), 255], 4 * level);
    context.putImageData(pixels, 0, 0);
  })}></canvas>`;

function scoresOf(predictions: readonly ReportedClass[], { isProbability, notSureWithin }: ReportDocument): TemplateResult {
  if (!isProbability)
    return html`<table><tbody>${predictions.map(({ label, score }) => html`<tr><td>${label}</td><td class="number">${valueText(score)}</td></tr>`)}</tbody></table>`;
  return html`<table>
      <thead><tr><th>${strings.className}</th><th class="number">${strings.probability}</th><th aria-hidden="true"></th><th>${strings.threshold}</th><th>${strings.verdictColumn}</th></tr></thead>
      <tbody>${predictions.map(scoreRow)}</tbody>
    </table>
    <p class="quiet">${strings.notSureNote(percentText(notSureWithin))}</p>`;
}

function scoreRow({ label, score, threshold, verdict }: ReportedClass): TemplateResult {
  const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
  return html`<tr>
    <td>${label}</td>
    <td class="number">${percentText(score)}</td>
    <td><span class="barred"><span class="fill" .style=${`width: ${percent(score)}`}></span>
      ${threshold ? html`<span class="tick" .style=${`left: ${percent(threshold.value)}`}></span>` : nothing}</span></td>
    <td>${threshold ? `${percentText(threshold.value)}, ${strings.thresholdFrom[threshold.from]}` : nothing}</td>
    <td class=${`verdict-${verdict?.replace(" ", "-")}`}>${verdict ? strings.verdict[verdict] : nothing}</td>
  </tr>`;
}

function remarksOf({ findings, notes, heat, lungs }: PrintedPicture): TemplateResult | typeof nothing {
  const texts = new Set([...findings.map(({ message }) => message), ...notes, ...(heat?.notes ?? [])]);
  if (lungs?.problem) texts.add(strings.lungProblem(lungs.problem));
  if (texts.size === 0) return nothing;
  return html`<h2>${strings.remarks}</h2><ul>${[...texts].map((text) => html`<li>${text}</li>`)}</ul>`;
}

function likeOf({ like, vote }: PrintedPicture, { index }: ReportDocument): TemplateResult | typeof nothing {
  if (!like || !index) return nothing;
  const { metric, leftOut } = index.settings;
  return html`<h2>${strings.cases}</h2>
    <p class="quiet">${strings.likeCaption(index.name, index.items, metric, strings.leftOut[leftOut ?? "none"])}</p>
    ${vote ? html`<p>${voteText(vote)}</p>` : nothing}
    <ol class="like">${like.map(
      ({ film, picture }) => html`<li><figure>
        ${"missing" in picture ? html`<div class="none">${strings.missing[picture.missing]}</div>` : canvas({ film: picture }, SMALL_SIDE, film.name)}
        <figcaption>${captionOf(film)}</figcaption>
      </figure></li>`,
    )}</ol>`;
}
