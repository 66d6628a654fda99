/** In which colours the film is shown. */
import { html } from "lit";
import { colourNames } from "./colours.ts";
import type { Panel } from "./panel.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";

export function displayPanel(session: Session): Panel {
  const setColours = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) session.set({ colours: target.value });
  };
  return () => html`<section>
    <h2>${strings.display}</h2>
    <label class="field"><span>${strings.colours}</span>
      <select @change=${setColours}>${colourNames.map((name) => html`<option .selected=${name === session.state.colours}>${name}</option>`)}</select></label>
  </section>`;
}
