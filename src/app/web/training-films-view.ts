/** The films of a training: where they come from, and what is in them. */
import { html, nothing, type TemplateResult } from "lit";
import { strings } from "./strings.ts";
import type { FilmsSummary, SetCounts } from "./training-protocol.ts";

const texts = strings.training;

export interface FilmsView {
  readonly films: FilmsSummary | undefined;
  readonly isReading: boolean;
  /** Opens a dialog of folders. */
  ask(): void;
  /** Reads the same folder by another table, or another of its columns. */
  readAs(change: { readonly table?: string; readonly label?: string }): void;
}

export function filmsView({ films, isReading, ask, readAs }: FilmsView): TemplateResult {
  return html`<section>
    <h3>${texts.films}</h3>
    <p class="quiet">${texts.folderHint}</p>
    <button type="button" class=${films ? "" : "main"} ?disabled=${isReading} @click=${ask}>${texts.chooseFolder}</button>
    ${isReading ? html`<p class="quiet" role="status">${texts.reading}</p>` : nothing}
    ${films ? summary(films, readAs) : nothing}
  </section>`;
}

function summary(films: FilmsSummary, readAs: FilmsView["readAs"]): TemplateResult {
  const { name, tables, table, columns, label, classes, counts, hasSets, problem, patients } = films;
  const setTable = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) readAs({ table: target.value });
  };
  const setLabel = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) readAs({ table, label: target.value });
  };
  return html`
    ${
      tables.length > 0
        ? html`<label class="field"><span>${texts.from}</span>
            <select @change=${setTable}>
              ${tables.map((path) => html`<option .selected=${path === table}>${path}</option>`)}
              <option value="none" .selected=${table === undefined}>${texts.folders}</option>
            </select></label>`
        : nothing
    }
    ${
      columns.length > 0
        ? html`<label class="field"><span>${texts.labelColumn}</span>
            <select @change=${setLabel}>
              ${label !== undefined && !columns.includes(label) ? html`<option .selected=${true}>${label}</option>` : nothing}
              ${columns.map((column) => html`<option .selected=${column === label}>${column}</option>`)}
            </select></label>`
        : nothing
    }
    ${
      problem === undefined
        ? html`<p><strong>${texts.found(name, films.films, patients)}</strong></p>
            ${countTable(classes, counts)} ${hasSets ? nothing : html`<p class="quiet small">${texts.willDeal}</p>`}`
        : html`<p class="problem" role="alert">${problem}</p>`
    }
  `;
}

/** How many films of each class are in each set. */
export const countTable = (classes: readonly string[], sets: SetCounts): TemplateResult => html`<table>
  <thead><tr><th scope="col">${texts.class}</th>${Object.keys(sets).map((set) => html`<th scope="col">${texts.set[set] ?? set}</th>`)}</tr></thead>
  <tbody>
    ${classes.map(
      (name, place) => html`<tr><th scope="row">${name}</th>${Object.values(sets).map((counts) => html`<td>${counts[place]}</td>`)}</tr>`,
    )}
  </tbody>
</table>`;
