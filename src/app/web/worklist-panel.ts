/** The list of pictures, with what became of each. */
import { html, type TemplateResult } from "lit";
import { percentText, valueText } from "./score-text.ts";
import { strings } from "./strings.ts";
import type { Item, Worklist } from "./worklist.ts";

export interface WorklistPanel {
  readonly list: Worklist;
  readonly isProbability: boolean;
  select(id: number): void;
  remove(id: number): void;
  add(): void;
}

export function worklistPanel({ list, isProbability, select, remove, add }: WorklistPanel): TemplateResult {
  return html`<section class="list" aria-label=${strings.worklist}>
    <h2>${strings.worklist}${list.items.length > 0 ? ` (${list.items.length})` : ""}</h2>
    <ul>
      ${list.items.map(
        (item) => html`<li>
          <button class="pick" aria-current=${item.id === list.selected} title=${item.name} @click=${() => select(item.id)}>
            <span class="name">${item.name}</span>
            <span class=${`state ${item.result?.withheld ? "withheld" : item.status}`}>${stateText(item, isProbability)}</span>
          </button>
          <button class="away-button" aria-label=${strings.remove(item.name)} @click=${() => remove(item.id)}>×</button>
        </li>`,
      )}
    </ul>
    <button @click=${add}>${strings.add}</button>
  </section>`;
}

/** The highest score, or why there is none. */
export function stateText({ status, result, problem }: Item, isProbability: boolean): string {
  if (result?.withheld) return strings.noAnswer;
  const [best] = result?.predictions ?? [];
  if (best) return `${best.label} ${isProbability ? percentText(best.score) : valueText(best.score)}`;
  return problem ?? strings.status[status];
}
