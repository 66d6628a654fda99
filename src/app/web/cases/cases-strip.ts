/** `<roentgen-cases>`: the films like a picture in a row, nearest first, and what they vote for; each is shown large beside the picture. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { classColour } from "../../../imaging/palette.ts";
import { drawPicture } from "../draw-picture.ts";
import type { Session } from "../session.ts";
import { strings } from "../strings.ts";
import { CompareDialog, defineCompareDialog } from "./compare-dialog.ts";
import { distanceText, type ListedFilm, listedFilms, voteText } from "./listed-films.ts";
import type { CasesState, SmallFilm } from "./similar-cases.ts";

/** Canvas pixels of a small picture's longer side: two for each of the page's. */
const SIDE = 224;

export class CasesStrip extends LitElement {
  static override properties = { session: { attribute: false }, cases: { attribute: false } };

  static override styles = css`
    :host { display: block; padding: 0.5rem 0.8rem; background: var(--panel); border-top: 1px solid var(--line); color: var(--text); }
    p { margin: 0 0 0.4rem; }
    ol { list-style: none; display: flex; gap: 0.5rem; margin: 0; padding: 2px; overflow-x: auto; }
    li { flex: none; width: 8.2rem; }
    button { display: block; width: 100%; height: 100%; padding: 0.35rem; text-align: left; font: inherit; color: inherit; cursor: pointer;
      background: none; border: 1px solid var(--line); border-radius: 8px; }
    button:hover { border-color: var(--quiet); }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
    .picture { display: grid; place-items: center; height: 7rem; background: #000; border-radius: 5px; overflow: hidden; color: #98a2ad;
      font-size: 12px; text-align: center; }
    canvas { max-width: 100%; max-height: 7rem; }
    .line { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px; color: var(--quiet); }
    .label { color: var(--text); font-size: 14px; font-weight: 600; }
    .dot { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; margin-right: 0.35em; }
    .quiet { color: var(--quiet); }
  `;

  declare session: Session;
  /** What is seen; the viewer hands it over anew with every change. */
  declare cases: CasesState;

  constructor() {
    super();
    defineCompareDialog();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // A dialog about films that are no longer found would show others.
    const before = changed.get("cases");
    if (before?.found && before.found !== this.cases.found) this.#dialog()?.close();
  }

  protected override render(): TemplateResult {
    const { found } = this.cases;
    const films = listedFilms(this.cases);
    return html`<section aria-label=${strings.casesFound} aria-busy=${!found}>
      ${
        !found
          ? html`<p class="quiet">${this.cases.problem === undefined ? strings.searching : nothing}</p>`
          : films.length === 0
            ? html`<p class="quiet">${strings.noNeighbours}</p>`
            : html`${found.vote ? html`<p>${voteText(found.vote)}</p>` : nothing}
                <ol>${films.map((film) => html`<li>${this.#film(film)}</li>`)}</ol>`
      }
      <roentgen-compare .session=${this.session}></roentgen-compare>
    </section>`;
  }

  #film(film: ListedFilm): TemplateResult {
    const { rank, distance, label, labelPlace, name, item } = film;
    const small = this.cases.films.get(film.place);
    const dot = (): TemplateResult => html`<span class="dot" .style=${`background: rgb(${classColour(labelPlace).join(" ")})`}></span>`;
    return html`<button title=${item.file} @click=${() => this.#dialog()?.show(film)}>
      <span class="picture" aria-hidden=${!small || "film" in small}>${smallPicture(small)}</span>
      <span class="line label">${label ? html`${dot()}${label}` : name}</span>
      <span class="line">${rank}. ${strings.distanceOf(distanceText(distance))}</span>
      ${label ? html`<span class="line">${name}</span>` : nothing}
      ${item.source ? html`<span class="line">${strings.sourceOf(item.source)}</span>` : nothing}
    </button>`;
  }

  #dialog(): CompareDialog | undefined {
    const dialog = this.renderRoot?.querySelector("roentgen-compare");
    return dialog instanceof CompareDialog ? dialog : undefined;
  }
}

/** A film's small picture, or why there is none. */
function smallPicture(film: SmallFilm | undefined): TemplateResult | string {
  if (!film) return "…";
  if ("missing" in film) return strings.missing[film.missing];
  return html`<canvas ${ref((canvas) => canvas instanceof HTMLCanvasElement && drawPicture(canvas, { film }, SIDE))}></canvas>`;
}

export const defineCasesStrip = (): void => {
  if (!customElements.get("roentgen-cases")) customElements.define("roentgen-cases", CasesStrip);
};
