/** Which models are kept on the device for use offline, how large they are, and more of them. */
import { html, nothing, type TemplateResult } from "lit";
import { forgetWeights, keptSizes } from "./kept-weights.ts";
import type { Panel } from "./panel.ts";
import type { ModelFile } from "./protocol.ts";
import { bytesText } from "./score-text.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";

export function offlinePanel(session: Session): Panel {
  let kept: ReadonlyMap<string, number> = new Map();
  /** Of those that are not, as far as the server says. */
  const sizes = new Map<string, number>();
  let isPageKept = false;
  let isOpen = false;

  const keepable = (): readonly ModelFile[] => {
    const { models, lungModel } = session.host;
    return [...models, ...(lungModel ? [lungModel] : [])].filter((model) => model.keep);
  };
  const look = async (): Promise<void> => {
    if (!isOpen) return;
    kept = await keptSizes();
    isPageKept = (await navigator.serviceWorker?.getRegistration())?.active != null;
    session.set({});
    for (const { source } of keepable()) if (!kept.has(String(source))) sizes.set(String(source), await sizeAt(String(source)));
    session.set({});
  };
  session.host.addEventListener("ready", look);
  navigator.serviceWorker?.ready.then(look);

  const keep = (model: ModelFile): void => {
    session.attempt(
      "keep",
      () => keep(model),
      async (options) => {
        // A browser that is asked so does not clear what is kept when its disk gets full.
        await navigator.storage?.persist?.();
        await session.call("keep", { model }, options);
        await look();
      },
    );
  };
  const forget = async ({ source }: ModelFile): Promise<void> => {
    await forgetWeights(String(source));
    await look();
  };

  const row = (model: ModelFile): TemplateResult => {
    const { name } = model;
    const size = kept.get(String(model.source));
    const remote = sizes.get(String(model.source)) ?? 0;
    const [text, button, label, action] =
      size === undefined
        ? [remote > 0 ? bytesText(remote) : "", strings.keep, strings.keepModel(name), () => keep(model)]
        : [strings.kept(bytesText(size)), strings.forget, strings.forgetModel(name), () => forget(model)];
    return html`<li class="field inline">
      <span>${name}<br /><span class="quiet small">${text}</span></span>
      <button aria-label=${label} @click=${action}>${button}</button>
    </li>`;
  };
  const toggled = ({ target }: Event): void => {
    isOpen = target instanceof HTMLDetailsElement && target.open;
    look();
  };
  return () => {
    const models = keepable();
    if (models.length === 0) return nothing;
    const total = models.reduce((sum, { source }) => sum + (kept.get(String(source)) ?? 0), 0);
    return html`<section><details @toggle=${toggled}>
      <summary>${strings.offline}</summary>
      ${isPageKept ? html`<p class="quiet small">${strings.keptPage}</p>` : nothing}
      <ul>${models.map(row)}</ul>
      <p class="quiet small">${strings.keptInAll(bytesText(total))}</p>
    </details></section>`;
  };
}

/** 0 where a server does not say, or cannot be reached. */
async function sizeAt(address: string): Promise<number> {
  const response = await fetch(address, { method: "HEAD" }).catch(() => undefined);
  return response?.ok ? Number(response.headers.get("content-length") ?? 0) : 0;
}
