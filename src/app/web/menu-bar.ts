/** The bar on top: which model is open, and what a person must know of all that is below. */
import { html, type TemplateResult } from "lit";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";

/** The menu's entry for a file of one's own. */
const OWN_MODEL = "own";

/** @param askForModel - opens a dialog of files. */
export function menuBar({ host, state, openModel }: Session, askForModel: () => void): TemplateResult {
  const name = state.file?.name;
  const names = host.models.map((model) => model.name);
  const others = name !== undefined && !names.includes(name) ? [name] : [];
  const pick = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement)) return;
    const model = host.models.find((one) => one.name === target.value);
    if (model) openModel(model);
    else {
      // The dialog may be cancelled; the menu keeps saying what is open.
      host.requestUpdate();
      if (target.value === OWN_MODEL) askForModel();
    }
  };
  return html`<header>
    <h1>${strings.title}</h1>
    <label>${strings.model}
      <select @change=${pick}>
        ${[...names, ...others].map((one) => html`<option .selected=${one === name}>${one}</option>`)}
        <option value=${OWN_MODEL}>${strings.ownModel}</option>
      </select>
    </label>
    <span class="stays">${strings.stays}</span>
    <strong class="clinical">${strings.notClinical}</strong>
  </header>`;
}
