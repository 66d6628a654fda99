/** The way to the training: a button of the right column, and the view that it opens over the film. Both load the rest when it is asked for. */
import { html, nothing, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import type { Panel } from "./panel.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";

export function trainingPanel(session: Session): Panel {
  const open = async (): Promise<void> => {
    const { defineTrainingView } = await import("./training-view.ts");
    defineTrainingView();
    session.set({ training: { text: session.state.training?.text ?? "", isShown: true } });
  };
  const opener = createRef<HTMLButtonElement>();
  let wasShown = false;
  return () => {
    const { training } = session.state;
    const isShown = training?.isShown ?? false;
    // Who closes the view stands where it was opened.
    if (wasShown && !isShown) queueMicrotask(() => opener.value?.focus());
    wasShown = isShown;
    return html`<section>
      <h2>${strings.training.title}</h2>
      ${training?.text ? html`<p class="quiet small">${training.text}</p>` : nothing}
      <button ${ref(opener)} aria-expanded=${isShown} @click=${open}>${training ? strings.training.show : strings.training.open}</button>
    </section>`;
  };
}

/** The view in the film's place, once it has been opened; a training goes on behind the film, and while films are read blind. */
export function trainingStage(session: Session): TemplateResult | typeof nothing {
  const { training, blind, opened } = session.state;
  if (!training) return nothing;
  // Hidden and not left out: the view would forget what is under way.
  const isShown = training.isShown && !blind;
  return html`<roentgen-training aria-label=${strings.training.title} role="region" .session=${session} .hasModel=${opened !== undefined}
    .isShown=${isShown} ?hidden=${!isShown}></roentgen-training>`;
}
