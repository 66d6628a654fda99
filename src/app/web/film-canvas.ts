/** `<roentgen-film>`: a film on a black canvas, with a radiology viewer's mouse and keys. */
import { css, html, LitElement, type PropertyValues } from "lit";
import type { ColourTable } from "../../imaging/colour-map.ts";
import { type GreyLevels, type HeatLevels, heatColours } from "./draw-film.ts";
import { drawOutlines } from "./draw-outlines.ts";
import { type FilmPainter, filmPainter, type Painting } from "./film-painter.ts";
import { type FilmView, fitted, panned, type Size, zoomed } from "./film-view.ts";
import { draggedWindow, type GreyWindow, greyTable, wholeScale, windowOf } from "./grey-window.ts";
import { strings } from "./strings.ts";

/** What a canvas draws at most, so that a drag stays smooth on any screen. */
const MAX_PIXELS = 1e6;

const KEY_STEP = 20;
const ZOOM_STEP = 1.25;
/** Of one notch of a wheel, 100 pixels. */
const WHEEL = 1.0015;

/** How a film is looked at; films side by side are looked at alike. */
export interface Look {
  readonly greyWindow: GreyWindow;
  readonly isInverted: boolean;
  /** In CSS pixels; undefined while the film is fitted. */
  readonly view?: FilmView;
}

const firstLook: Look = { greyWindow: wholeScale, isInverted: false };

/** What a drag does. */
type Drag = "window" | "pan";

/** Tells by the event `look` how it is looked at, when a person has changed that. */
export class FilmCanvas extends LitElement {
  static override properties = {
    film: { attribute: false },
    name: { attribute: false },
    colours: { attribute: false },
    heat: { attribute: false },
    heatShare: { attribute: false },
    opacity: { attribute: false },
    outlines: { attribute: false },
    look: { attribute: false },
  };

  static override styles = css`
    :host { display: block; position: relative; background: #000; overflow: hidden; touch-action: none; }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; cursor: crosshair; }
    canvas.drawing { pointer-events: none; }
    ::slotted(*) { position: absolute; inset: 0; }
    .film:focus-visible { outline: 2px solid #6cb6ff; outline-offset: -3px; }
    .reading { position: absolute; left: 12px; bottom: 10px; font: 12px/1.5 ui-monospace, "SF Mono", Menlo, monospace; color: #b8c1cc;
      padding: 1px 7px; border-radius: 5px; background: #000a; pointer-events: none; }
  `;

  declare film: readonly GreyLevels[];
  declare name: string;
  declare colours: ColourTable | undefined;
  declare heat: HeatLevels | undefined;
  /** See `Drawn`. */
  declare heatShare: number;
  declare opacity: number;
  /** Of each part: column and row of one point after the other, as shares of the film. */
  declare outlines: readonly Float32Array[];
  declare look: Look;

  #painter: FilmPainter | undefined;
  #resizes = new ResizeObserver(() => this.requestUpdate());
  /** Pointers that are down, by their id. */
  readonly #pointers = new Map<number, { x: number; y: number; drag: Drag }>();

  constructor() {
    super();
    this.film = [];
    this.name = "";
    this.heatShare = 1;
    this.opacity = 0.6;
    this.outlines = [];
    this.look = firstLook;
    // Not passive: the page would scroll under a wheel that zooms.
    this.addEventListener("wheel", this.#wheel, { passive: false });
    this.addEventListener("pointerdown", this.#through, { capture: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  invert(): void {
    this.#lookAnew({ isInverted: !this.look.isInverted });
  }

  /** Everything as it was when the film was opened. */
  reset(): void {
    this.#lookAnew({ ...firstLook, view: undefined });
  }

  autoWindow(): void {
    const smallest = this.film.at(-1);
    if (smallest) this.#lookAnew({ greyWindow: windowOf(smallest) });
  }

  zoomBy(factor: number): void {
    const { width, height } = this.#size();
    this.#zoom(factor, { x: width / 2, y: height / 2 });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("film")) this.look = firstLook;
  }

  #lookAnew(change: Partial<Look>): void {
    this.look = { ...this.look, ...change };
    this.dispatchEvent(new CustomEvent("look", { detail: this.look, bubbles: true }));
  }

  protected override render() {
    const [whole] = this.film;
    const { center, width } = this.look.greyWindow;
    const percent = (share: number): string => `${Math.round(100 * share)} %`;
    const scale = this.#view().scale;
    return html`
      <canvas class="film" tabindex="0" role="application" aria-roledescription=${strings.filmRole}
        aria-label=${whole ? strings.filmName(this.name, whole.width, whole.height) : strings.noFilm}
        aria-description=${strings.filmKeys}
        @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#up}
        @keydown=${this.#key} @dblclick=${this.reset} @auxclick=${(event: Event) => event.preventDefault()}></canvas>
      <canvas class="drawing" aria-hidden="true"></canvas>
      <slot></slot>
      ${
        whole
          ? html`<div class="reading" aria-hidden="true">
              ${strings.window} ${percent(width)}&ensp;${strings.level} ${percent(center)}&ensp;${strings.zoom} ${percent(scale)}
            </div>`
          : ""
      }
    `;
  }

  protected override updated(): void {
    const [film, drawing] = this.renderRoot.querySelectorAll("canvas");
    const { width, height } = this.#size();
    const ratio = Math.min(globalThis.devicePixelRatio, Math.sqrt(MAX_PIXELS / Math.max(1, width * height)));
    const size = { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) };
    if (drawing.width !== size.width || drawing.height !== size.height) Object.assign(drawing, size);
    this.#painter ??= filmPainter(film);
    this.#painter.paint(this.#painting(size, ratio));
    this.#drawOutlines(drawing, ratio);
    this.#tellWhere();
  }

  /** Where the film is, as custom properties for what lies over it in the slot. */
  #tellWhere(): void {
    const [whole] = this.film;
    const { scale, x, y } = this.#view();
    const lengths = { left: x, top: y, width: scale * (whole?.width ?? 0), height: scale * (whole?.height ?? 0) };
    for (const [name, length] of Object.entries(lengths)) this.style.setProperty(`--film-${name}`, `${length}px`);
  }

  /** Waits until the film is drawn, too. */
  protected override async getUpdateComplete(): Promise<boolean> {
    const isComplete = await super.getUpdateComplete();
    await this.#painter?.done();
    return isComplete;
  }

  #painting(size: Size, ratio: number): Painting | undefined {
    const { film, colours, heat, opacity, heatShare: share, look } = this;
    const [whole] = film;
    if (!whole) return undefined;
    const { scale, x, y } = this.#view();
    return {
      size,
      view: { scale: scale * ratio, x: x * ratio, y: y * ratio },
      drawn: () => ({
        film,
        grey: greyTable(look.greyWindow, whole.bitDepth, look.isInverted),
        colours,
        heat: heat && { levels: heat, colours: heatColours(heat), opacity, share },
      }),
    };
  }

  #drawOutlines(canvas: HTMLCanvasElement, ratio: number): void {
    const context = canvas.getContext("2d");
    const [whole] = this.film;
    if (!context) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!whole) return;
    const { scale, x, y } = this.#view();
    drawOutlines(context, this.outlines, { scale: ratio * scale, x: ratio * x, y: ratio * y }, whole, 1.5 * ratio);
  }

  #size = (): Size => ({ width: this.clientWidth, height: this.clientHeight });

  #view(): FilmView {
    const [whole] = this.film;
    return this.look.view ?? (whole ? fitted(whole, this.#size()) : { scale: 1, x: 0, y: 0 });
  }

  #zoom(factor: number, about: { readonly x: number; readonly y: number }): void {
    const [whole] = this.film;
    if (whole) this.#lookAnew({ view: zoomed(this.#view(), factor, about, whole, this.#size()) });
  }

  #pan(dx: number, dy: number): void {
    const [whole] = this.film;
    if (whole) this.#lookAnew({ view: panned(this.#view(), dx, dy, whole, this.#size()) });
  }

  /** What lies over the film may have the left button for itself; the middle one pans through it. */
  #through = (event: PointerEvent): void => {
    if (event.button !== 1 || !event.composedPath().some((target) => target instanceof Element && target.parentElement === this)) return;
    event.stopPropagation();
    this.#down(event);
  };

  #down = (event: PointerEvent): void => {
    // The browser's own drag of a middle button would scroll the page.
    if (event.button === 1) event.preventDefault();
    if (event.button > 1) return;
    this.renderRoot.querySelector("canvas")?.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, drag: event.button === 1 ? "pan" : "window" });
  };

  #move = (event: PointerEvent): void => {
    const pointer = this.#pointers.get(event.pointerId);
    if (!pointer) return;
    const [dx, dy] = [event.clientX - pointer.x, event.clientY - pointer.y];
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#pinch(pointer, other, dx, dy);
    else if (pointer.drag === "pan") this.#pan(dx, dy);
    else this.#lookAnew({ greyWindow: draggedWindow(this.look.greyWindow, dx, dy) });
    pointer.x = event.clientX;
    pointer.y = event.clientY;
  };

  /** Two fingers move the film by half of each one's way, and zoom it by their distance. */
  #pinch(
    moved: { readonly x: number; readonly y: number },
    other: { readonly x: number; readonly y: number },
    dx: number,
    dy: number,
  ): void {
    const before = Math.hypot(moved.x - other.x, moved.y - other.y);
    const after = Math.hypot(moved.x + dx - other.x, moved.y + dy - other.y);
    const { left, top } = this.getBoundingClientRect();
    this.#pan(dx / 2, dy / 2);
    if (before > 0) this.#zoom(after / before, { x: (moved.x + dx + other.x) / 2 - left, y: (moved.y + dy + other.y) / 2 - top });
  }

  #up = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
  };

  #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { left, top } = this.getBoundingClientRect();
    // Lines and pages, where a wheel counts in them, as pixels.
    const pixels = event.deltaY * [1, 16, 400][event.deltaMode];
    this.#zoom(WHEEL ** -pixels, { x: event.clientX - left, y: event.clientY - top });
  };

  #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const directions: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const actions: Readonly<Record<string, () => void>> = {
      "+": () => this.zoomBy(ZOOM_STEP),
      "=": () => this.zoomBy(ZOOM_STEP),
      "-": () => this.zoomBy(1 / ZOOM_STEP),
      i: () => this.invert(),
      r: () => this.reset(),
    };
    if (Object.hasOwn(directions, event.key)) {
      const [dx, dy] = directions[event.key].map((step) => step * KEY_STEP);
      if (event.shiftKey) this.#lookAnew({ greyWindow: draggedWindow(this.look.greyWindow, dx, dy) });
      else this.#pan(-dx, -dy);
    } else if (Object.hasOwn(actions, event.key)) actions[event.key]();
    else return;
    // The viewer around it has the same keys, for when its focus is elsewhere.
    event.preventDefault();
    event.stopPropagation();
  };
}

export const defineFilmCanvas = (): void => {
  if (!customElements.get("roentgen-film")) customElements.define("roentgen-film", FilmCanvas);
};
