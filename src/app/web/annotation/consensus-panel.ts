/** Adjudication: what each person marked on the film side by side, to be accepted or merged into a consensus by somebody else. */
import { html, nothing, type TemplateResult } from "lit";
import { type Annotation, isConsensus } from "./annotation.ts";
import { authorColour } from "./author-colour.ts";
import { accepted, merged } from "./consensus.ts";
import type { Desk } from "./desk.ts";
import { grouped, isRegional, type Regional } from "./matching.ts";
import { strings } from "./strings.ts";

/** Marks that overlap even by a little are shown together: the adjudicator decides whether they are one finding. */
const TOGETHER = 0.1;

export function consensusPanel(desk: Desk): () => TemplateResult {
  // Grouping compares pixels: once for the same marks.
  let known: { readonly marks: readonly Annotation[]; readonly groups: readonly (readonly Annotation[])[] } = { marks: [], groups: [] };
  let isOpen = false;
  const groups = (): readonly (readonly Annotation[])[] => {
    const { marks, film } = desk.state;
    if (known.marks !== marks) known = { marks, groups: film ? findingsIn(marks, film) : [] };
    return known.groups;
  };
  const toggle = ({ target }: Event): void => {
    isOpen = target instanceof HTMLDetailsElement && target.open;
    desk.set(isOpen ? { showsOthers: true } : {});
  };
  return () => {
    const { author, film } = desk.state;
    const found = isOpen && film ? groups() : [];
    return html`<details @toggle=${toggle}>
      <summary>${strings.consensus}</summary>
      <p class="quiet small">${strings.consensusHint} ${author === "" ? nothing : strings.adjudicator(author)}</p>
      ${found.length === 0 ? html`<p class="quiet">${film ? strings.noFindings : strings.noFilm}</p>` : html`<ol class="findings">${found.map((group) => finding(desk, group))}</ol>`}
    </details>`;
  };
}

/** Everyone's marks on a film as findings: regions that overlap, and equal labels of the whole film. */
function findingsIn(marks: readonly Annotation[], film: Parameters<typeof grouped>[1]): Annotation[][] {
  const votes = marks.filter(({ author }) => !isConsensus(author));
  const whole = new Map<string, Annotation[]>();
  for (const mark of votes) if (!mark.region) whole.set(mark.label, [...(whole.get(mark.label) ?? []), mark]);
  return [...grouped(votes.filter(isRegional), film, TOGETHER), ...whole.values()];
}

function finding(desk: Desk, group: readonly Annotation[]): TemplateResult {
  const { marks, people, author, film } = desk.state;
  const isDone = marks.some((mark) => isConsensus(mark.author) && mark.derivedFrom?.some((id) => group.some((one) => one.id === id)));
  const keep = (mark: Annotation | undefined): void => {
    if (author === "") desk.set({ problem: strings.nameFirst });
    else if (!mark) desk.set({ problem: strings.notMerged });
    else desk.apply([{ after: mark }]);
  };
  const regional = group.filter(isRegional) as Regional[];
  const mergeAll = (): void => {
    if (film) keep(merged(regional, film, author, new Date()));
  };
  return html`<li>
    ${group.map(
      (mark) => html`<div class="row">
        <button class="pick" @click=${() => desk.set({ selected: mark.id, tool: mark.region ? "select" : desk.state.tool })}>
          <span class="dot" aria-hidden="true" .style=${`background: ${authorColour(mark.author, people)}`}></span>
          <span class="name">${mark.label} <span class="quiet">${strings.kind[mark.region?.kind ?? "film"]}</span></span>
          <span class="quiet small">${mark.author}</span>
        </button>
        <button aria-label=${strings.acceptOf(mark.label, mark.author)} @click=${() => keep(author === "" ? undefined : accepted(mark, author, new Date()))}>${strings.accept}</button>
      </div>`,
    )}
    ${regional.length > 1 ? html`<button aria-label=${strings.mergeOf(group[0].label)} @click=${mergeAll}>${strings.merge}</button>` : nothing}
    ${isDone ? html`<span class="small done">${strings.inConsensus}</span>` : nothing}
  </li>`;
}
