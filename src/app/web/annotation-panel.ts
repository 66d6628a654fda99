/** The way into the annotation, whose own parts are loaded when it is first opened. */
import { html, nothing } from "lit";
import type { Panel } from "./panel.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";

export function annotationPanel(session: Session): Panel {
  let opened: Panel | undefined;
  let problem: string | undefined;
  let isOpening = false;
  const open = async (): Promise<void> => {
    isOpening = true;
    session.set({});
    try {
      const { openAnnotation } = await import("./annotation/open.ts");
      opened = await openAnnotation(session);
      problem = undefined;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    isOpening = false;
    session.set({});
  };
  return () =>
    opened?.() ??
    html`<section>
      <button ?disabled=${isOpening} @click=${open}>${strings.annotate}</button>
      ${problem === undefined ? nothing : html`<p role="alert">${strings.annotationProblem(problem)}</p>`}
    </section>`;
}
