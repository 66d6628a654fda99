/** Reports of the picture that is looked at, or of all: a table, a document for programs, and pages for paper. */
import { html, nothing } from "lit";
import type { Panel } from "../panel.ts";
import type { Session } from "../session.ts";
import { strings } from "../strings.ts";
import { selectedItem } from "../worklist.ts";
import type { ReportKind } from "./reporting.ts";

const KINDS: readonly ReportKind[] = ["pages", "csv", "json"];

export function reportPanel(session: Session): Panel {
  let isOfAll = false;
  const make = async (kind: ReportKind): Promise<void> => {
    const { report } = await import("./reporting.ts");
    const { list } = session.state;
    const item = selectedItem(list);
    await report(session, isOfAll || !item ? list.items : [item], kind);
  };
  const setScope = ({ target }: Event): void => {
    isOfAll = target instanceof HTMLSelectElement && target.selectedIndex === 1;
  };
  return () => {
    const { list, opened } = session.state;
    if (list.items.length === 0) return nothing;
    const isBusy = !opened || session.isRunning("report");
    return html`<section aria-label=${strings.report}>
      <h2>${strings.report}</h2>
      <label class="field"><span>${strings.reportOf}</span>
        <select @change=${setScope}>
          <option>${strings.thisPicture}</option>
          <option>${strings.allPictures(list.items.length)}</option>
        </select></label>
      <div class="row">${KINDS.map(
        (kind) => html`<button ?disabled=${isBusy} @click=${() => make(kind)}>${strings.reportKind[kind]}</button>`,
      )}</div>
    </section>`;
  };
}
