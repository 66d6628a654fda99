/** `<roentgen-compare>`: a film of the index beside the picture that it is like, each with a viewer's mouse and keys. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { InputError } from "../../../bytes.ts";
import type { ReadFilm } from "../protocol.ts";
import type { Session } from "../session.ts";
import { strings } from "../strings.ts";
import { selectedItem } from "../worklist.ts";
import { captionOf, type ListedFilm, listedFilms } from "./listed-films.ts";

/** What is under way is called so. */
const KIND = "compare";

export class CompareDialog extends LitElement {
  static override properties = { session: { attribute: false }, shown: { state: true }, read: { state: true }, problem: { state: true } };

  static override styles = css`
    dialog { width: min(96vw, 90rem); height: min(92vh, 60rem); max-width: none; max-height: none; padding: 0; border: 1px solid #343c45;
      border-radius: 10px; background: #0d0f12; color: #dfe4ea; color-scheme: dark; }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: #000a; }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; padding: 0.5rem 0.8rem; }
    .bar h2 { flex: 1; min-width: 12rem; margin: 0; font-size: 15px; font-weight: 600; overflow-wrap: anywhere; }
    button { font: inherit; color: inherit; background: #171b20; border: 1px solid #3a434d; border-radius: 6px; padding: 0.3rem 0.7rem;
      min-height: 2rem; cursor: pointer; }
    button:disabled { opacity: 0.45; cursor: default; }
    :focus-visible { outline: 2px solid #6cb6ff; outline-offset: 1px; }
    .films { flex: 1; min-height: 0; display: grid; grid-template-columns: 1fr 1fr; gap: 2px; }
    figure { display: flex; flex-direction: column; min-width: 0; min-height: 0; margin: 0; }
    figcaption { padding: 0.3rem 0.8rem; font-size: 13px; color: #98a2ad; overflow-wrap: anywhere; }
    roentgen-film { flex: 1; min-height: 0; }
    .missing { flex: 1; display: grid; place-items: center; background: #000; color: #98a2ad; }
    @media (max-width: 760px) { .films { grid-template-columns: none; grid-template-rows: 1fr 1fr; } }
  `;

  declare session: Session;
  declare private shown: ListedFilm | undefined;
  declare private read: ReadFilm | undefined;
  /** Why the film cannot be seen. */
  declare private problem: string | undefined;

  /** Shows a film that was found. */
  async show(film: ListedFilm): Promise<void> {
    [this.shown, this.read, this.problem] = [film, undefined, undefined];
    // A dialog that is opened with its buttons in it gives one of them the focus.
    await this.updateComplete;
    this.renderRoot.querySelector("dialog")?.showModal();
    const { cases } = this.session.state;
    if (!cases) return;
    await this.session.attempt(
      KIND,
      () => this.show(film),
      async (options) => {
        const found = await cases.find(film.place);
        options.signal.throwIfAborted();
        if ("missing" in found) {
          this.problem = strings.missing[found.missing];
          return;
        }
        try {
          this.read = await this.session.call("read", { picture: found.source }, options);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          this.problem = error.message;
        }
      },
    );
  }

  close(): void {
    this.session.cancel(KIND);
    this.renderRoot.querySelector("dialog")?.close();
  }

  protected override render(): TemplateResult {
    const { shown, read, problem } = this;
    const { state } = this.session;
    const films = state.cases ? listedFilms(state.cases.state) : [];
    const item = selectedItem(state.list);
    const step = (name: string, film: ListedFilm | undefined): TemplateResult =>
      html`<button ?disabled=${!film} @click=${() => film && this.show(film)}>${name}</button>`;
    return html`<dialog aria-label=${shown ? captionOf(shown) : strings.cases} @keydown=${this.#key} @close=${() => this.session.cancel(KIND)}>
      ${
        shown && item
          ? html`<div class="bar">
                <h2>${captionOf(shown)}</h2>
                ${step(strings.nearer, films[shown.rank - 2])} ${step(strings.farther, films[shown.rank])}
                <button autofocus @click=${() => this.close()}>${strings.close}</button>
              </div>
              <div class="films">
                <figure>
                  <roentgen-film .film=${state.film?.film ?? []} .name=${item.name}></roentgen-film>
                  <figcaption>${item.name}</figcaption>
                </figure>
                <figure>
                  ${
                    problem === undefined
                      ? html`<roentgen-film .film=${read?.film ?? []} .name=${shown.name}></roentgen-film>`
                      : html`<div class="missing">${problem}</div>`
                  }
                  <figcaption>${detailsOf(shown)}</figcaption>
                </figure>
              </div>`
          : nothing
      }
    </dialog>`;
  }

  /** The viewer's own keys are for the film behind the dialog. */
  readonly #key = (event: KeyboardEvent): void => event.stopPropagation();
}

/** All that the index says of a film, its patient too, since the index is the person's own. */
const detailsOf = ({ item: { sha256: _, ...said } }: ListedFilm): string =>
  Object.entries(said)
    .map(([column, text]) => `${column} ${text}`)
    .join(" · ");

export const defineCompareDialog = (): void => {
  if (!customElements.get("roentgen-compare")) customElements.define("roentgen-compare", CompareDialog);
};
