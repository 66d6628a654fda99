/** The scores of the picture that is looked at, or why there are none. */
import { html } from "lit";
import type { Panel } from "./panel.ts";
import { scorePanel } from "./score-panel.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";
import { selectedItem } from "./worklist.ts";

export function scoresPanel(session: Session): Panel {
  return () => {
    const { opened, label, thresholds, margin, list } = session.state;
    const item = selectedItem(list);
    return html`<section>
      <h2>${strings.scores}</h2>
      ${
        opened && item?.result
          ? scorePanel({
              result: item.result,
              isProbability: opened.isProbability,
              thresholds,
              margin,
              label,
              hasThresholds: Object.keys(opened.thresholds).length > 0,
              choose: session.choose,
              setThreshold: (name, threshold) => session.set({ thresholds: { ...thresholds, [name]: threshold } }),
              setMargin: (wanted) => session.set({ margin: wanted }),
            })
          : html`<p class="quiet">${item?.problem ?? strings.noScores}</p>`
      }
    </section>`;
  };
}
