/** The heat map of the class that is chosen: by which method it is made, and how much of the film it covers. */
import { html, nothing } from "lit";
import type { Panel } from "./panel.ts";
import { millisecondsText } from "./score-text.ts";
import { NO_METHOD, type Session } from "./session.ts";
import { strings } from "./strings.ts";
import { selectedItem } from "./worklist.ts";

const KIND = "explain";

export function heatMapPanel(session: Session): Panel {
  const { set, call, attempt, cancel, choose } = session;

  const explain = (): void => {
    const { list, label, method, opened } = session.state;
    const item = selectedItem(list);
    forget();
    if (!item?.result || label === undefined || method === NO_METHOD || !opened?.methods.includes(method)) return;
    attempt(KIND, explain, async (options) => {
      const heat = await call("explain", { picture: item.source, method, label }, options);
      set({ heat: { id: item.id, ...heat } });
    });
  };
  const forget = (): void => {
    set({ heat: undefined });
    cancel(KIND);
  };
  session.watch((change) => {
    if (change === "model") forget();
    else if (change !== "film") explain();
  });

  const setMethod = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) set({ method: target.value });
    session.changed("method");
  };
  const setLabel = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) choose(target.value);
  };
  const setOpacity = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) set({ opacity: target.valueAsNumber });
  };
  return () => {
    const { opened, heat, method, label, opacity } = session.state;
    if (!opened || opened.methods.length === 0) return nothing;
    return html`<section>
      <h2>${strings.heatmap}</h2>
      <label class="field"><span>${strings.method}</span>
        <select @change=${setMethod}>
          <option value=${NO_METHOD} .selected=${method === NO_METHOD}>${strings.noHeatmap}</option>
          ${opened.methods.map((name) => html`<option .selected=${name === method}>${name}</option>`)}
        </select></label>
      ${
        method === NO_METHOD
          ? nothing
          : html`<label class="field"><span>${strings.className}</span>
                <select @change=${setLabel}>${opened.classes.map((name) => html`<option .selected=${name === label}>${name}</option>`)}</select></label>
              <label class="field"><span>${strings.opacity}</span>
                <input type="range" min="0" max="1" step="0.05" .value=${String(opacity)} @input=${setOpacity} /></label>`
      }
      ${heat ? html`<p class="quiet small">${[heat.layer, millisecondsText(heat.elapsedMs)].filter(Boolean).join(", ")}</p>` : nothing}
    </section>`;
  };
}
