/** What a person should know of how the film was read, and what speaks against it. */
import { html, nothing } from "lit";
import type { Finding } from "../../imaging/quality.ts";
import type { Panel } from "./panel.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";
import { selectedItem } from "./worklist.ts";

export function remarksPanel(session: Session): Panel {
  return () => {
    const { film, heat, lungs, list } = session.state;
    const result = selectedItem(list)?.result;
    const findings: readonly Finding[] = result?.findings ?? film?.findings ?? [];
    const texts = new Set([
      ...findings.map(({ message }) => message),
      ...(result?.notes ?? []),
      ...(film?.notes ?? []),
      ...(heat?.notes ?? []),
    ]);
    if (lungs?.problem) texts.add(strings.lungProblem(lungs.problem));
    if (texts.size === 0) return nothing;
    return html`<section class="remarks"><h2>${strings.remarks}</h2><ul>${[...texts].map((text) => html`<li>${text}</li>`)}</ul></section>`;
  };
}
