/** The tools of the annotation, above the film. */
import { html, type TemplateResult } from "lit";
import type { Desk, Tool } from "./desk.ts";
import { strings } from "./strings.ts";

const tools: readonly Tool[] = ["look", "select", "box", "outline"];

export function toolBar(desk: Desk): TemplateResult {
  const { tool, film, history, selected, marks } = desk.state;
  const chosen = marks.find(({ id }) => id === selected);
  return html`<div class="tools" role="toolbar" aria-label=${strings.tools}>
    ${tools.map(
      (
        one,
      ) => html`<button aria-pressed=${one === tool} title=${strings.toolHint[one]} ?disabled=${!film} @click=${() => desk.set({ tool: one })}>
        ${strings.tool[one]}<kbd aria-hidden="true">${strings.toolKey[one]}</kbd></button>`,
    )}
    <button ?disabled=${history.done.length === 0} @click=${desk.undo}>${strings.undo}<kbd aria-hidden="true">ctrl z</kbd></button>
    <button ?disabled=${history.undone.length === 0} @click=${desk.redo}>${strings.redo}<kbd aria-hidden="true">ctrl y</kbd></button>
    <button ?disabled=${!chosen || !desk.isOwn(chosen)} @click=${() => chosen && desk.remove(chosen.id)}>${strings.remove}<kbd aria-hidden="true">del</kbd></button>
  </div>`;
}

/** What a key does from anywhere in the viewer; whether it does something. */
export function toolKey(desk: Desk, event: KeyboardEvent): boolean {
  const tool = tools.find((one) => strings.toolKey[one] === event.key);
  if (tool) desk.set({ tool });
  const { selected } = desk.state;
  // With corners chosen, Annotorious removes those.
  const hasCorners = event.composedPath().some((target) => target instanceof Element && target.querySelector(".a9s-handle-dot.selected"));
  const isRemoval = (event.key === "Delete" || event.key === "Backspace") && selected !== undefined && !hasCorners;
  if (isRemoval) desk.remove(selected);
  return tool !== undefined || isRemoval;
}
