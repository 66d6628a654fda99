/** `<roentgen-viewer>`: films, a model's scores and where they come from, in a page that sends nothing anywhere. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { ChosenFile } from "../../training/film-folder.ts";
import { chooseFiles } from "./choose-files.ts";
import { droppedFolder } from "./dropped-folder.ts";
import { defineFilmCanvas, FilmCanvas } from "./film-canvas.ts";
import { filmStage } from "./film-stage.ts";
import { picturesAmong } from "./folder-files.ts";
import { menuBar } from "./menu-bar.ts";
import { blindPanels, panels } from "./panels.ts";
import type { ModelFile } from "./protocol.ts";
import { type Session, session, type ViewerHost } from "./session.ts";
import { statusLine } from "./status-line.ts";
import { strings } from "./strings.ts";
import { trainingStage } from "./training-panel.ts";
import { viewerStyle } from "./viewer-style.ts";
import { worklistPanel } from "./worklist-panel.ts";

/**
 * Attributes: `model`, the URL of a file of weights or the name of one of `models`; `src`, URLs of pictures with blanks between them;
 * `explain`, the method of the heat map that is shown at first. Events: `ready` (what the model is), `progress`, `result` (a picture's name
 * and scores), `error` (an Error), each in `detail`. What the right column holds stands in `panels.ts`.
 */
export class Viewer extends LitElement implements ViewerHost {
  static override properties = {
    model: { type: String },
    src: { type: String },
    explain: { type: String },
    models: { attribute: false },
    lungModel: { attribute: false },
    example: { attribute: false },
  };

  static override styles = [viewerStyle];

  declare model: string;
  declare src: string;
  declare explain: string;
  /** The models that the menu offers. */
  declare models: readonly ModelFile[];
  /** The model that outlines lungs; without it none are. */
  declare lungModel: ModelFile | undefined;
  /** The URL of a picture to try. */
  declare example: string | undefined;

  readonly #session: Session = session(this);
  readonly #panels = panels.map((make) => ({ make, panel: make(this.#session) }));

  constructor() {
    super();
    this.model = "";
    this.src = "";
    this.explain = "";
    this.models = [];
    defineFilmCanvas();
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", () => this.classList.remove("dropping"));
    this.addEventListener("drop", this.#drop);
    this.addEventListener("keydown", this.#key);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { file } = this.#session.state;
    if (file) this.openModel(file);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("explain") && this.explain) {
      this.#session.set({ method: this.explain });
      this.#session.changed("method");
    }
    if (changed.has("src") && this.src) this.addPictures(this.src.split(/\s+/).filter(Boolean));
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("model") && this.model) this.openModel(this.models.find(({ name }) => name === this.model) ?? named(this.model));
  }

  /** Adds pictures to the end of the list, and scores them when their turn comes. */
  addPictures(pictures: readonly (File | string)[]): void {
    this.#session.addPictures(pictures.map((source) => ({ name: typeof source === "string" ? named(source).name : source.name, source })));
  }

  /** Opens another model, and scores all pictures by it. */
  openModel(file: ModelFile): Promise<void> {
    return this.#session.openModel(file);
  }

  protected override render(): TemplateResult {
    const { state, select, removePicture } = this.#session;
    const { blind } = state;
    const shown = this.#panels.filter(({ make }) => !blind || blindPanels.includes(make));
    return html`
      ${menuBar(this.#session, () => this.#ask("weights"))}
      ${
        blind
          ? html`<section class="list"><p>${strings.filmOf(blind.place, blind.total)}</p></section>`
          : worklistPanel({
              list: state.list,
              isProbability: state.opened?.isProbability ?? false,
              select,
              remove: removePicture,
              add: () => this.#ask("pictures"),
            })
      }
      ${filmStage(this.#session, {
        onCanvas: this.#onCanvas,
        askForPictures: () => this.#ask("pictures"),
        askForFolder: () => this.#addFound(chooseFiles({ folder: true })),
        tryExample: () => this.addPictures(this.example === undefined ? [] : [this.example]),
      })}
      ${state.cases?.state.index && !blind ? html`<roentgen-cases .session=${this.#session} .cases=${state.cases.state}></roentgen-cases>` : nothing}
      ${trainingStage(this.#session)}
      <section class="panel" aria-label=${strings.scores}>${shown.map(({ panel }) => panel())}</section>
      ${statusLine(state)}
      <div class="away" role="status">${blind ? "" : state.said}</div>
      <input id="pictures" type="file" multiple hidden @change=${this.#picked} />
      <input id="weights" type="file" hidden @change=${this.#pickedModel} />
    `;
  }

  readonly #onCanvas = (action: (canvas: FilmCanvas) => void): void => {
    const canvas = this.renderRoot.querySelector("roentgen-film");
    if (canvas instanceof FilmCanvas) action(canvas);
  };

  /** Opens a dialog of files. */
  #ask(kind: "pictures" | "weights"): void {
    this.renderRoot.querySelector<HTMLInputElement>(`#${kind}`)?.click();
  }

  readonly #picked = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    this.addPictures([...(target.files ?? [])]);
    // The same file may be chosen again.
    target.value = "";
  };

  /** Adds the pictures among files that may lie in folders; a folder without a picture is a failure. */
  #addFound(finding: Promise<ChosenFile[]>): void {
    const add = (): Promise<void> =>
      this.#session.attempt("find", add, async () => this.#session.addPictures(await picturesAmong(await finding)));
    add();
  }

  readonly #pickedModel = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const [file] = target.files ?? [];
    if (file) this.openModel({ name: file.name, source: file });
    target.value = "";
  };

  readonly #over = (event: DragEvent): void => {
    event.preventDefault();
    this.classList.add("dropping");
  };

  readonly #drop = (event: DragEvent): void => {
    event.preventDefault();
    this.classList.remove("dropping");
    if (event.dataTransfer && !this.#session.dropped(event)) this.#addFound(droppedFolder(event.dataTransfer));
  };

  /** The film's keys from anywhere in the viewer, and those that go through the list. */
  readonly #key = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (event.defaultPrevented || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "i") this.#onCanvas((canvas) => canvas.invert());
    else if (event.key === "r") this.#onCanvas((canvas) => canvas.reset());
    else if ((event.key === "PageDown" || event.key === "PageUp") && !this.#session.state.blind) {
      this.#session.step(event.key === "PageDown" ? 1 : -1);
      event.preventDefault();
    }
  };
}

/** A URL, and the last part of its path as a name; the engine in its worker resolves no relative ones. */
function named(address: string): { readonly name: string; readonly source: string } {
  const { href, pathname } = new URL(address, document.baseURI);
  return { name: decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1)) || href, source: href };
}

export const defineViewer = (): void => {
  if (!customElements.get("roentgen-viewer")) customElements.define("roentgen-viewer", Viewer);
};
