/// <reference types="vite/client" />
/**
 * `<roentgen-marks>`: marks over a film, drawn and changed with Annotorious by the pointer, and by keys. It lies in `<roentgen-film>`, which
 * tells by custom properties where the film is; what Annotorious takes for the picture is an empty canvas of the film's size, stretched
 * over the film as it is zoomed and panned.
 */
import { createImageAnnotator, type ImageAnnotator, UserSelectAction } from "@annotorious/annotorious";
import annotoriousStyle from "@annotorious/annotorious/annotorious.css?inline";
import { css, html, LitElement, nothing, type PropertyValues, svg, unsafeCSS } from "lit";
import type { FilmCanvas } from "../film-canvas.ts";
import type { Annotation } from "./annotation.ts";
import { authorColour } from "./author-colour.ts";
import type { Desk, Tool } from "./desk.ts";
import { type Aim, aimed, cornersShown, inMiddle, nudged } from "./layer-keys.ts";
import { isRegional, type Regional } from "./matching.ts";
import { boundsOf } from "./region.ts";
import { hasHandles, regionOf, shapeOf } from "./shapes.ts";
import { strings } from "./strings.ts";

const ZOOM_STEP = 1.25;

const isDrawing = (tool: Tool): tool is "box" | "outline" => tool === "box" || tool === "outline";

export class MarksLayer extends LitElement {
  static override properties = { desk: { attribute: false }, aim: { state: true } };

  static override styles = [
    unsafeCSS(annotoriousStyle),
    css`
      :host { position: absolute; inset: 0; overflow: hidden; touch-action: none; }
      :host(:focus-visible) { outline: 2px solid #6cb6ff; outline-offset: -3px; }
      :host([data-tool="look"]), :host([data-tool="look"]) * { pointer-events: none !important; }
      .plane, .tags, .aim { position: absolute; left: var(--film-left); top: var(--film-top); width: var(--film-width); height: var(--film-height); }
      .tags, .aim { pointer-events: none; overflow: visible; }
      .plane > div { width: 100%; height: 100%; }
      .plane canvas { width: 100%; height: 100%; visibility: hidden; }
      :host([data-tool="box"]) .plane, :host([data-tool="outline"]) .plane { cursor: crosshair; }
      /* Boxes lie along the film's rows and columns. */
      .a9s-rotation-handle, .a9s-rotation-handle-line-bg, .a9s-rotation-handle-line-fg { display: none; }
      .a9s-annotation .a9s-outer { stroke: #000a; stroke-width: 4px; }
      .a9s-annotation .a9s-inner { stroke-width: 2px; }
      .tag { position: absolute; translate: 0 -100%; max-width: 12rem; padding: 0 4px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
        font: 12px/1.5 system-ui, sans-serif; color: #000; background: var(--author); border-radius: 3px 3px 3px 0; }
      .tag.chosen { font-weight: 650; }
      .aim path { stroke: #6cb6ff; stroke-width: 1px; stroke-dasharray: 5 4; vector-effect: non-scaling-stroke; }
      .aim polygon { fill: #6cb6ff33; stroke: #6cb6ff; stroke-width: 2px; vector-effect: non-scaling-stroke; }
    `,
  ];

  declare desk: Desk;
  /** Where the crosshair of the keys is, while it is used. */
  declare private aim: Aim | undefined;

  #annotator: ImageAnnotator | undefined;
  /** The hash of the film that the annotator is for, and the marks that it has. */
  #film: string | undefined;
  #drawn: readonly Annotation[] = [];
  /** While the annotator is told what the desk has, and has nothing to tell. */
  #isShowing = false;
  #leave: (() => void) | undefined;
  readonly #colours = new CSSStyleSheet();

  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = 0;
    this.setAttribute("role", "application");
    this.setAttribute("aria-label", strings.layer);
    this.setAttribute("aria-roledescription", strings.layerRole);
    this.addEventListener("keydown", this.#key);
    this.addEventListener("pointerup", this.#keepShapes);
    this.addEventListener("blur", this.#endAim);
    // Annotorious takes back and makes again by itself, and knows nothing of labels.
    globalThis.addEventListener("keydown", this.#undoKeys, { capture: true });
    this.#leave = this.desk.watch(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    globalThis.removeEventListener("keydown", this.#undoKeys, { capture: true });
    this.#leave?.();
    this.#close();
  }

  protected override render() {
    const { film, tool, selected, people, showsOthers } = this.desk.state;
    if (!film) return html`<div class="plane"></div>`;
    const percent = (share: number): string => `${(100 * share).toFixed(3)}%`;
    const tags = this.#shown().map((mark) => {
      const { x, y } = boundsOf(mark.region);
      const style = `left: ${percent(x / film.width)}; top: ${percent(y / film.height)}; --author: ${authorColour(mark.author, people)}`;
      return html`<span class=${mark.id === selected ? "tag chosen" : "tag"} .style=${style}>${mark.label}${showsOthers ? ` · ${mark.author}` : nothing}</span>`;
    });
    return html`<div class="plane"></div><div class="tags" aria-hidden="true">${tags}</div>
      ${this.aim && isDrawing(tool) ? this.#crosshair(this.aim, tool) : nothing}`;
  }

  #crosshair(aim: Aim, tool: "box" | "outline") {
    const { width, height } = this.desk.state.film ?? { width: 0, height: 0 };
    const [x, y] = aim.at;
    return svg`<svg class="aim" aria-hidden="true" viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none">
      <path d=${`M${x} 0V${height}M0 ${y}H${width}`}></path>
      <polygon points=${cornersShown(aim, tool).join(" ")}></polygon>
    </svg>`;
  }

  #shown(): Regional[] {
    return this.desk.shown().filter(isRegional);
  }

  protected override updated(_: PropertyValues): void {
    const { film, tool, people } = this.desk.state;
    this.dataset.tool = tool;
    this.tabIndex = tool === "look" ? -1 : 0;
    this.ariaDescription = strings.toolHint[tool];
    this.#isShowing = true;
    if (film?.hash !== this.#film) this.#open();
    const shown = this.#shown();
    if (this.#annotator) this.#show(this.#annotator, shown);
    this.#isShowing = false;
    const colours = shown.map(
      ({ id, author }) => `[data-id="${CSS.escape(id)}"] .a9s-inner { stroke: ${authorColour(author, people)} !important; }`,
    );
    this.#colours.replaceSync(colours.join("\n"));
  }

  #show(annotator: ImageAnnotator, shown: readonly Regional[]): void {
    const { tool, selected } = this.desk.state;
    this.#draw(annotator, shown);
    this.#setTool(annotator, tool);
    const chosen = annotator.getSelected()[0]?.id;
    const wanted = tool === "select" && shown.some(({ id }) => id === selected) ? selected : undefined;
    if (chosen !== wanted) annotator.setSelected(wanted);
  }

  /** One by one: of changes that come together, Annotorious gives handles to all, whichever is chosen. */
  #draw(annotator: ImageAnnotator, shown: readonly Regional[]): void {
    const before = new Map(this.#drawn.map((mark) => [mark.id, mark]));
    for (const mark of shown) {
      if (before.get(mark.id) !== mark) annotator.setAnnotations([shapeOf(mark.id, mark.region)], false);
      before.delete(mark.id);
    }
    for (const id of before.keys()) annotator.removeAnnotation(id);
    this.#drawn = shown;
  }

  #setTool(annotator: ImageAnnotator, tool: Tool): void {
    const name = tool === "outline" ? "polygon" : "rectangle";
    if (annotator.getDrawingTool() !== name) {
      annotator.setDrawingTool(name);
      // Of an outline each corner is a click of its own, of a box the second is where the drag ends.
      annotator.setDrawingMode(tool === "outline" ? "click" : "drag");
    }
    if (annotator.isDrawingEnabled() !== isDrawing(tool)) annotator.setDrawingEnabled(isDrawing(tool));
  }

  #open(): void {
    this.#close();
    const { film } = this.desk.state;
    this.#film = film?.hash;
    const plane = this.renderRoot.querySelector(".plane");
    if (!film || !plane) return;
    const canvas = Object.assign(document.createElement("canvas"), { width: film.width, height: film.height });
    plane.replaceChildren(canvas);
    const annotator = createImageAnnotator(canvas, {
      drawingEnabled: false,
      userSelectAction: ({ id }) => this.#selectAction(id),
    });
    this.#annotator = annotator;
    annotator.state.store.observe(({ origin, changes }) => {
      if (origin !== "LOCAL") return;
      // Not before Annotorious has chosen what it has just made.
      for (const { id, target } of changes.created ?? []) queueMicrotask(() => this.#take(id, regionOf(target.selector)));
    });
    // As it happens: Annotorious tells of it by an event a while later, when a key may have chosen another mark.
    annotator.state.selection.subscribe(({ selected: [chosen] }) => {
      if (this.#isShowing || this.desk.state.tool !== "select") return;
      if (chosen?.id !== this.desk.state.selected) this.desk.set({ selected: chosen?.id });
    });
    const drawing = annotator.element.querySelector("svg");
    if (!drawing) return;
    // The layer itself takes the keys; what Annotorious would put in their way has no name.
    const leaveOut = (): void => {
      for (const handle of [drawing, ...drawing.querySelectorAll("[tabindex]")]) {
        handle.removeAttribute("tabindex");
        handle.setAttribute("role", "presentation");
      }
    };
    leaveOut();
    new MutationObserver(leaveOut).observe(drawing, { childList: true, subtree: true });
    const root = this.renderRoot;
    if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(this.#colours)) root.adoptedStyleSheets.push(this.#colours);
  }

  #close(): void {
    this.#annotator?.destroy();
    this.#annotator = undefined;
    this.#film = undefined;
    this.#drawn = [];
    this.aim = undefined;
  }

  #selectAction(id: string): UserSelectAction {
    const mark = this.#drawn.find((one) => one.id === id);
    if (this.desk.state.tool !== "select" || !mark) return UserSelectAction.NONE;
    return this.desk.isOwn(mark) && hasHandles(mark) ? UserSelectAction.EDIT : UserSelectAction.SELECT;
  }

  /** What was drawn is a mark of this person's, with an id and a time of ours. */
  #take(id: string, region: ReturnType<typeof regionOf>): void {
    this.#annotator?.setSelected();
    this.#annotator?.removeAnnotation(id);
    if (region) this.desk.draw(region);
  }

  /** What a drag has changed, once it is over. */
  readonly #keepShapes = (): void => {
    for (const { id, target } of this.#annotator?.getSelected() ?? []) {
      const region = regionOf(target.selector);
      if (region) this.desk.change(id, { region });
    }
  };

  readonly #endAim = (): void => {
    this.aim = undefined;
  };

  readonly #key = (event: KeyboardEvent): void => {
    const { film, tool } = this.desk.state;
    if (!film || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(isDrawing(tool) ? this.#drawByKey(event, tool) : this.#changeByKey(event)) && !this.#zoom(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #drawByKey({ key, shiftKey }: KeyboardEvent, tool: "box" | "outline"): boolean {
    const { film } = this.desk.state;
    const next = film && aimed(this.aim ?? inMiddle(film), key, shiftKey, tool, film);
    if (key === "Escape") this.#annotator?.cancelDrawing();
    if (!next) return false;
    this.aim = next.aim;
    const [x, y] = next.aim.at;
    this.desk.set({ said: strings.crosshair(x, y, next.aim.corners.length) });
    if (next.region) this.desk.draw(next.region);
    return true;
  }

  #changeByKey({ key, shiftKey }: KeyboardEvent): boolean {
    const { film, selected } = this.desk.state;
    const shown = this.#shown();
    const place = shown.findIndex(({ id }) => id === selected);
    if ((key === "n" || key === "p") && shown.length > 0) {
      const next = shown[(key === "n" ? place + 1 : Math.max(place, 0) + shown.length - 1) % shown.length];
      this.desk.set({ selected: next.id, said: strings.chosen(next.label, next.author) });
      return true;
    }
    const mark = shown[place];
    if (!mark || !film) return false;
    if (key === "Escape") this.desk.set({ selected: undefined });
    const region = nudged(mark.region, key, shiftKey, film);
    if (region) this.desk.change(mark.id, { region });
    return region !== undefined || key === "Escape";
  }

  #zoom(key: string): boolean {
    const factor = { "+": ZOOM_STEP, "=": ZOOM_STEP, "-": 1 / ZOOM_STEP }[key];
    if (factor !== undefined) this.closest<FilmCanvas>("roentgen-film")?.zoomBy(factor);
    return factor !== undefined;
  }

  readonly #undoKeys = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.stopPropagation();
    const [target] = event.composedPath();
    // A text field takes back what was typed.
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.desk.redo();
    else this.desk.undo();
  };
}

export const defineMarksLayer = (): void => {
  if (!customElements.get("roentgen-marks")) customElements.define("roentgen-marks", MarksLayer);
};
