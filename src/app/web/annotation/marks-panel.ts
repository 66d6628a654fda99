/** What is marked on the film, by whom and when; labels of the whole film. */
import { html, nothing, type TemplateResult } from "lit";
import { type RefOrCallback, ref } from "lit/directives/ref.js";
import { type Annotation, NO_FINDING } from "./annotation.ts";
import { authorColour } from "./author-colour.ts";
import type { Desk } from "./desk.ts";
import { strings } from "./strings.ts";

/**
 * @param classes - those of the model, offered as labels beside those in use.
 * @param nameField - given the field of the annotator's name.
 */
export function marksPanel(desk: Desk, classes: readonly string[], nameField: RefOrCallback): TemplateResult {
  const { author, label, film, reading, showsOthers, said, problem, unkept } = desk.state;
  const offered = [...new Set([...desk.state.labels, ...classes, ...strings.commonLabels, NO_FINDING])];
  const setAuthor = (event: Event): void => {
    const name = textOf(event);
    desk.set({ author: name, problem: undefined });
    desk.attempt(() => desk.store.keepAuthor(name));
  };
  return html`<section class="annotation">
    <h2>${strings.heading}</h2>
    <label class="field"><span>${strings.annotator}</span>
      <input type="text" autocomplete="off" placeholder=${strings.nameHint} .value=${author} ?disabled=${reading !== undefined} @change=${setAuthor} ${ref(nameField)} /></label>
    <label class="field"><span>${strings.label}</span>
      <input type="text" list="annotation-labels" autocomplete="off" .value=${label} @change=${(event: Event) => desk.set({ label: textOf(event) })} /></label>
    <datalist id="annotation-labels">${offered.map((one) => html`<option value=${one}></option>`)}</datalist>
    <div class="field"><span>${strings.wholeFilm}</span>
      <span class="row"><button ?disabled=${!film} @click=${() => desk.draw()}>${strings.addToFilm} “${label}”</button>
        <button ?disabled=${!film} @click=${() => desk.draw(undefined, NO_FINDING)}>${NO_FINDING}</button></span></div>
    ${film ? markList(desk) : html`<p class="quiet">${strings.noFilm}</p>`}
    ${
      reading
        ? nothing
        : html`<label class="field inline"><span>${strings.showOthers}</span>
            <input type="checkbox" .checked=${showsOthers} @change=${({ target }: Event) => desk.set({ showsOthers: target instanceof HTMLInputElement && target.checked })} /></label>`
    }
    ${
      problem === undefined
        ? nothing
        : html`<p class="problem" role="alert">${problem}
            ${unkept.length > 0 ? html`<button @click=${desk.keep}>${strings.keepAgain}</button>` : nothing}</p>`
    }
    <div class="away" role="status">${said}</div>
  </section>`;
}

function markList(desk: Desk): TemplateResult {
  const shown = desk.shown();
  return html`<h3>${strings.marks(shown.length)}</h3>
    ${shown.length === 0 ? html`<p class="quiet">${strings.noMarks}</p>` : html`<ul class="marks">${shown.map((mark) => markRow(desk, mark))}</ul>`}`;
}

function markRow(desk: Desk, mark: Annotation): TemplateResult {
  const { selected, people } = desk.state;
  const { id, label, region, author, created, modified, comment = "" } = mark;
  const isChosen = id === selected;
  const isOwn = desk.isOwn(mark);
  const when = modified ?? created;
  const choose = (): void => desk.set({ selected: id, tool: region ? "select" : desk.state.tool });
  return html`<li class=${isChosen ? "chosen" : ""}>
    <div class="row">
      <button class="pick" aria-pressed=${isChosen} @click=${choose}>
        <span class="dot" aria-hidden="true" .style=${`background: ${authorColour(author, people)}`}></span>
        <span class="name">${label} <span class="quiet">${strings.kind[region?.kind ?? "film"]}</span></span>
        <span class="quiet small">${author}, <time datetime=${when}>${timeText(when)}</time></span>
      </button>
      ${isOwn ? html`<button class="away-button" aria-label=${strings.removeMark(label)} @click=${() => desk.remove(id)}>×</button>` : nothing}
    </div>
    ${
      isChosen && isOwn
        ? html`<label class="field"><span>${strings.label}</span>
              <input type="text" list="annotation-labels" autocomplete="off" .value=${label} @change=${(event: Event) => desk.change(id, { label: textOf(event) || label })} /></label>
            <label class="field"><span>${strings.comment}</span>
              <input type="text" .value=${comment} @change=${(event: Event) => desk.change(id, { comment: textOf(event) || undefined })} /></label>`
        : comment === ""
          ? nothing
          : html`<p class="small">${comment}</p>`
    }
  </li>`;
}

const timeText = (time: string): string => new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/** What a text field holds, without blanks at its ends. */
export const textOf = ({ target }: Event): string => (target instanceof HTMLInputElement ? target.value.trim() : "");
