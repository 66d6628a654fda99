/** How an index is searched: how many films are found, by which distance, without whom, and what they vote on. */
import { html, nothing, type TemplateResult } from "lit";
import { metrics } from "../../../retrieval/embedding-index.ts";
import { chooseFiles } from "../choose-files.ts";
import { millisecondsText } from "../score-text.ts";
import type { Session } from "../session.ts";
import { strings } from "../strings.ts";
import type { OpenedIndex } from "./cases-protocol.ts";
import { nameIn } from "./film-finder.ts";
import { type Cases, labelColumns } from "./similar-cases.ts";

const LEFT_OUT = [undefined, "same-file", "same-patient"] as const;
const WEIGHTS = ["uniform", "distance"] as const;

export function casesSettings(session: Session, cases: Cases): TemplateResult | typeof nothing {
  const { index, settings, found, remarks } = cases.state;
  if (!index) return nothing;
  const { items, description, name } = index;
  const hasPatients = items.some(({ patient }) => patient);
  const setCount = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const wanted = Math.round(target.valueAsNumber);
    const k = Math.min(items.length, Math.max(1, Number.isFinite(wanted) ? wanted : settings.k));
    target.value = String(k);
    cases.change({ k });
  };
  const showFilms = async (): Promise<void> => cases.giveFilms(await chooseFiles({ folder: true }));
  return html`
    <p class="small">${strings.indexFacts(name, items.length, description.layer, nameIn(description.model))}</p>
    ${remarks.length === 0 ? nothing : html`<ul class="remarks">${remarks.map((text) => html`<li>${text}</li>`)}</ul>`}
    ${itsModel(session, cases, index)}
    <label class="field"><span>${strings.neighbourCount}</span>
      <input type="number" min="1" max=${items.length} step="1" .value=${String(settings.k)} @change=${setCount} /></label>
    ${menu(
      strings.metric,
      metrics,
      settings.metric,
      (metric) => metric,
      (metric) => cases.change({ metric }),
    )}
    ${menu(
      strings.leaveOut,
      LEFT_OUT.filter((one) => one !== "same-patient" || hasPatients),
      settings.leftOut,
      (one) => strings.leftOut[one ?? "none"],
      (leftOut) => cases.change({ leftOut }),
    )}
    ${found?.isPatientUnknown || (settings.leftOut === "same-patient" && cases.patient() !== undefined) ? patientField(cases) : nothing}
    ${menu(
      strings.labelColumn,
      [undefined, ...labelColumns(items)],
      settings.label,
      (column) => column ?? strings.noLabel,
      (label) => cases.change({ label }),
    )}
    ${
      settings.label === undefined
        ? nothing
        : menu(
            strings.votes,
            WEIGHTS,
            settings.weights,
            (one) => strings.voteWeights[one],
            (weights) => cases.change({ weights }),
          )
    }
    <div class="row">
      <button @click=${showFilms}>${strings.chooseFilms}</button>
      <button @click=${() => cases.save()}>${strings.saveIndex}</button>
      <button @click=${() => cases.close()}>${strings.closeIndex}</button>
    </div>
    ${found ? html`<p class="quiet small">${strings.searchTime(millisecondsText(found.elapsedMs))}</p>` : nothing}
  `;
}

/** Where the index is another model's and the viewer has that one: a button that opens it. */
function itsModel({ host, state, openModel }: Session, { state: { problem } }: Cases, { description }: OpenedIndex) {
  const model = host.models.find(({ name }) => name === description.model);
  if (problem === undefined || !model || !state.opened || state.opened.hash === description.modelHash) return nothing;
  return html`<button @click=${() => openModel(model)}>${strings.openItsModel(model.name)}</button>`;
}

function patientField(cases: Cases): TemplateResult {
  const name = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) cases.namePatient(target.value.trim());
  };
  return html`${cases.state.found?.isPatientUnknown ? html`<p class="quiet small">${strings.patientUnknown}</p>` : nothing}
    <label class="field"><span>${strings.patient}</span><input type="text" autocomplete="off" .value=${cases.patient() ?? ""} @change=${name} /></label>`;
}

function menu<T extends string | undefined>(
  name: string,
  options: readonly T[],
  chosen: T,
  textOf: (option: T) => string,
  choose: (option: T) => void,
): TemplateResult {
  const change = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) choose(options[target.selectedIndex]);
  };
  return html`<label class="field"><span>${name}</span>
    <select @change=${change}>
      ${options.map((one) => html`<option .selected=${one === chosen}>${textOf(one)}</option>`)}
    </select></label>`;
}
