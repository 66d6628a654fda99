/**
 * A panel of the viewer's right column. Each lies in a file of its own and stands in the list of `panels.ts`, in the order they are seen:
 *
 *     export function agePanel(session: Session): Panel { … return () => html`<section>…</section>`; }
 *
 * It is made once for a viewer. What it computes is asked of the engine by a call: its messages stand in `Calls` of `protocol.ts`, its
 * handler among those of `engine.ts`. It does so within `attempt`, which shows progress, a button to cancel and what fails; `watch` tells it
 * when the model, the picture, its scores or the class have changed. State of its own lies in its closure, and `set({})` draws it anew; what
 * others show too, such as a map over the film, belongs into `ViewerState`. Its texts stand in `strings.ts`.
 */
import type { nothing, TemplateResult } from "lit";
import type { Session } from "./session.ts";

/** What is seen of it; nothing where it has nothing to say. */
export type Panel = () => TemplateResult | typeof nothing;

export type MakePanel = (session: Session) => Panel;
