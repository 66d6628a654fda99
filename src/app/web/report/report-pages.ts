/** `<roentgen-report>`: a report as pages, seen before they are printed; a browser prints them on paper or as PDF. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { OpenedModel } from "../protocol.ts";
import { strings } from "../strings.ts";
import type { PrintedPicture } from "./gather-pictures.ts";
import { modelPage } from "./model-page.ts";
import { type PageOptions, picturePage } from "./picture-page.ts";
import type { ReportDocument } from "./report-document.ts";
import { documentStyle, reportStyle } from "./report-style.ts";

export interface ReportContents {
  readonly document: ReportDocument;
  readonly pictures: readonly PrintedPicture[];
  /** Pictures of the list that there was no room for. */
  readonly leftOut: number;
  readonly opened: OpenedModel;
  readonly heat: PageOptions["heat"];
  /** The model's card, Markdown. */
  readonly card?: string;
}

/** Shows a report over the whole page until it is closed. */
export function openReport(contents: ReportContents): void {
  if (!customElements.get("roentgen-report")) customElements.define("roentgen-report", ReportPages);
  const pages = new ReportPages();
  pages.contents = contents;
  document.body.append(pages);
}

export class ReportPages extends LitElement {
  static override properties = { contents: { attribute: false } };
  static override styles = reportStyle;

  declare contents: ReportContents;

  readonly #style = new CSSStyleSheet();
  /** What else the page holds, which can neither be reached nor read aloud meanwhile. */
  #behind: HTMLElement[] = [];
  #before: Element | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "dialog");
    this.setAttribute("aria-modal", "true");
    this.setAttribute("aria-label", strings.report);
    this.#style.replaceSync(documentStyle);
    document.adoptedStyleSheets.push(this.#style);
    this.#before = document.activeElement;
    this.#behind = [...document.body.children].filter((one) => one instanceof HTMLElement && one !== this && !one.inert) as HTMLElement[];
    for (const one of this.#behind) one.inert = true;
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#style);
    for (const one of this.#behind) one.inert = false;
    if (this.#before instanceof HTMLElement) this.#before.focus();
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("button.main")?.focus();
  }

  protected override render(): TemplateResult {
    const { document: report, pictures, leftOut, opened, heat, card } = this.contents;
    return html`
      <div class="bar">
        <span>${strings.printHint}</span>
        <button class="main" @click=${() => globalThis.print()}>${strings.print}</button>
        <button @click=${() => this.remove()}>${strings.close}</button>
      </div>
      <div class="paper">
        ${pictures.map((picture) => html`<article class="page">${this.#head()} ${picturePage(picture, { report, heat })}</article>`)}
        <section class="page">${this.#head()}
          ${leftOut > 0 ? html`<p class="box">${strings.pagesLeftOut(pictures.length, leftOut)}</p>` : nothing}
          ${modelPage(report, opened, card)}
        </section>
      </div>
    `;
  }

  /** What stands on the first page of every picture. */
  #head(): TemplateResult {
    const { created, version } = this.contents.document;
    const date = new Date(created).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
    return html`<header>
      <span>${strings.title} ${version}</span><strong>${strings.researchUse}</strong><time datetime=${created}>${date}</time>
    </header>`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.remove();
  };
}
