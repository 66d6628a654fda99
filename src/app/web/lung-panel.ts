/** The outlines of the lungs, by a model of their own, where the page names one. */
import { html, nothing } from "lit";
import type { Panel } from "./panel.ts";
import { millisecondsText, percentText } from "./score-text.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";
import { selectedItem } from "./worklist.ts";

const KIND = "segment";

export function lungPanel(session: Session): Panel {
  const { set, call, attempt, cancel } = session;

  const outline = (): void => {
    const item = selectedItem(session.state.list);
    const { lungModel } = session.host;
    set({ lungs: undefined });
    cancel(KIND);
    if (!item || !lungModel || !session.state.hasLungs) return;
    attempt(KIND, outline, async (options) => {
      const lungs = await call("segment", { picture: item.source, model: lungModel }, options);
      set({ lungs: { id: item.id, ...lungs } });
    });
  };
  session.watch((change) => {
    if (change === "picture") outline();
  });

  const toggle = ({ target }: Event): void => {
    set({ hasLungs: target instanceof HTMLInputElement && target.checked });
    outline();
  };
  return () => {
    const { hasLungs, lungs } = session.state;
    if (!session.host.lungModel) return nothing;
    return html`<section>
      <label class="field inline"><span>${strings.lungs}</span>
        <input type="checkbox" .checked=${hasLungs} @change=${toggle} /></label>
      ${lungs ? html`<p class="quiet small">${strings.lungShare(percentText(lungs.share))}, ${millisecondsText(lungs.elapsedMs)}</p>` : nothing}
    </section>`;
  };
}
