/** `<roentgen-viewer>`: films, a model's scores and where they come from, in a page that sends nothing anywhere. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { InputError } from "../../bytes.ts";
import type { Finding } from "../../imaging/quality.ts";
import { colourNames, coloursNamed } from "./colours.ts";
import { type EngineClient, engineClient } from "./engine-client.ts";
import { type FailureText, failureText } from "./failure-text.ts";
import { defineFilmCanvas, FilmCanvas } from "./film-canvas.ts";
import type { Explained, LungOutlines, ModelFile, OpenedModel, Progress, ReadFilm } from "./protocol.ts";
import { scorePanel } from "./score-panel.ts";
import { bytesText, MARGIN, millisecondsText, percentText } from "./score-text.ts";
import { strings } from "./strings.ts";
import { viewerStyle } from "./viewer-style.ts";
import {
  added,
  changed,
  type Item,
  nextWaiting,
  noPictures,
  removed,
  selectedItem,
  stepped,
  toScoreAgain,
  type Worklist,
} from "./worklist.ts";
import { stateText, worklistPanel } from "./worklist-panel.ts";

const ZOOM_STEP = 1.25;
const NO_METHOD = "";
const OWN_MODEL = "own";

/** What can be under way, one of each. */
type Kind = "open" | "read" | "predict" | "explain" | "segment";

/** Something computed of one picture of the list. */
type Of<T> = T & { readonly id: number };

/**
 * Attributes: `model`, the URL of a file of weights or the name of one of `models`; `src`, URLs of pictures with blanks between them;
 * `explain`, the method of the heat map that is shown at first. Events: `ready` (what the model is), `progress`, `result` (a picture's name
 * and scores), `error` (an Error), each in `detail`.
 */
export class Viewer extends LitElement {
  static override properties = {
    model: { type: String },
    src: { type: String },
    explain: { type: String },
    models: { attribute: false },
    lungModel: { attribute: false },
    example: { attribute: false },
    opened: { state: true },
    progress: { state: true },
    failure: { state: true },
    list: { state: true },
    film: { state: true },
    heat: { state: true },
    lungs: { state: true },
    label: { state: true },
    thresholds: { state: true },
    margin: { state: true },
    method: { state: true },
    opacity: { state: true },
    hasLungs: { state: true },
    colours: { state: true },
    gpuBytes: { state: true },
    said: { state: true },
  };

  static override styles = viewerStyle;

  declare model: string;
  declare src: string;
  declare explain: string;
  /** The models that the menu offers. */
  declare models: readonly ModelFile[];
  /** The model that outlines lungs; without it none are. */
  declare lungModel: ModelFile | undefined;
  /** The URL of a picture to try. */
  declare example: string | undefined;

  declare private opened: OpenedModel | undefined;
  declare private progress: Progress | undefined;
  declare private failure: (FailureText & { readonly kind: Kind; readonly again: () => void }) | undefined;
  declare private list: Worklist;
  declare private film: Of<ReadFilm> | undefined;
  declare private heat: Of<Explained> | undefined;
  declare private lungs: Of<LungOutlines> | undefined;
  declare private label: string | undefined;
  declare private thresholds: Readonly<Record<string, number>>;
  declare private margin: number;
  declare private method: string;
  declare private opacity: number;
  declare private hasLungs: boolean;
  declare private colours: string;
  declare private gpuBytes: number;
  /** What a screen reader is told. */
  declare private said: string;

  #worker: Worker | undefined;
  #engine: EngineClient | undefined;
  /** What is under way and can be cancelled. */
  readonly #running = new Map<Kind, AbortController>();
  #current: ModelFile | undefined;

  constructor() {
    super();
    this.model = "";
    this.src = "";
    this.explain = "";
    this.models = [];
    this.list = noPictures;
    this.thresholds = {};
    this.margin = MARGIN;
    this.method = NO_METHOD;
    this.opacity = 0.6;
    this.hasLungs = false;
    this.colours = colourNames[0];
    this.gpuBytes = 0;
    this.said = "";
    defineFilmCanvas();
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", () => this.classList.remove("dropping"));
    this.addEventListener("drop", this.#drop);
    this.addEventListener("keydown", this.#key);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#current) this.openModel(this.#current);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const controller of this.#running.values()) controller.abort();
    this.#stopEngine();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("explain") && this.explain) this.method = this.explain;
    if (changed.has("src") && this.src) this.addPictures(this.src.split(/\s+/).filter(Boolean));
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("model") && this.model) this.openModel(this.models.find(({ name }) => name === this.model) ?? named(this.model));
  }

  /** Adds pictures to the end of the list, and scores them when their turn comes. */
  addPictures(pictures: readonly (File | string)[]): void {
    if (pictures.length === 0) return;
    const before = this.list.selected;
    this.list = added(
      this.list,
      pictures.map((source) => ({ name: typeof source === "string" ? named(source).name : source.name, source })),
    );
    if (this.list.selected !== before) this.#look();
    this.#scoreAll();
  }

  /** Opens another model, and scores all pictures by it. */
  async openModel(file: ModelFile): Promise<void> {
    this.#current = file;
    this.#cancel("predict");
    this.#cancel("explain");
    this.opened = undefined;
    this.heat = undefined;
    this.thresholds = {};
    this.label = undefined;
    this.list = toScoreAgain(this.list);
    await this.#attempt(
      "open",
      () => this.openModel(file),
      async (options) => {
        const opened = await this.#call("open", { model: file }, options);
        this.opened = opened;
        this.thresholds = opened.thresholds;
        this.said = strings.ready(opened.name);
        this.#tell("ready", opened);
        this.#scoreAll();
      },
    );
  }

  #startEngine(): EngineClient {
    this.#worker = new Worker(new URL("./engine-worker.ts", import.meta.url), { type: "module", name: "roentgen-engine" });
    this.#engine = engineClient(this.#worker);
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      const client = this.#engine;
      this.#stopEngine();
      client?.fail(new Error(`${strings.engineStopped} ${event.message ?? ""}`.trimEnd()));
    });
    return this.#engine;
  }

  #stopEngine(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#engine = undefined;
    this.opened = undefined;
  }

  readonly #call: EngineClient["call"] = (name, input, options) => (this.#engine ?? this.#startEngine()).call(name, input, options);

  /** Does one thing of a kind, in place of the one before; what fails is shown and told. */
  async #attempt(
    kind: Kind,
    again: () => void,
    work: (options: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void }) => Promise<void>,
  ): Promise<void> {
    this.#cancel(kind);
    const controller = new AbortController();
    this.#running.set(kind, controller);
    // What kept a model from opening is still true when a picture comes.
    if (this.failure?.kind === kind || kind === "open") this.failure = undefined;
    const onProgress = (progress: Progress): void => {
      this.progress = progress;
      this.#tell("progress", progress);
    };
    try {
      await work({ signal: controller.signal, onProgress });
    } catch (error) {
      const text = failureText(error);
      if (text && this.#running.get(kind) === controller) {
        this.failure = { ...text, kind, again };
        this.#tell("error", error);
      }
    } finally {
      if (this.#running.get(kind) === controller) {
        this.#running.delete(kind);
        if (this.#running.size === 0) this.progress = undefined;
        this.#measure();
      }
    }
  }

  #cancel(kind: Kind): void {
    this.#running.get(kind)?.abort(new DOMException("cancelled", "AbortError"));
    this.#running.delete(kind);
  }

  async #measure(): Promise<void> {
    const memory = await this.#engine?.call("memory", {}).catch(() => undefined);
    if (memory) this.gpuBytes = memory.gpuBytes;
  }

  /** One picture after the other, the one that is looked at first. */
  async #scoreAll(): Promise<void> {
    if (!this.opened || this.#running.has("predict")) return;
    await this.#attempt(
      "predict",
      () => this.#scoreAll(),
      async (options) => {
        for (let item = nextWaiting(this.list); item; item = nextWaiting(this.list)) {
          if (options.signal.aborted) return;
          await this.#score(item, options);
        }
      },
    );
  }

  async #score({ id, name, source }: Item, options: { readonly signal: AbortSignal }): Promise<void> {
    this.list = changed(this.list, id, { status: "working" });
    try {
      const result = await this.#call("predict", { picture: source }, options);
      this.list = changed(this.list, id, { status: "done", result });
      const done = this.list.items.find((item) => item.id === id);
      if (done) this.said = strings.scored(name, stateText(done, this.opened?.isProbability ?? false));
      this.#tell("result", { picture: name, ...result });
      if (id === this.list.selected) this.#chosen();
    } catch (error) {
      if (!(error instanceof InputError)) {
        this.list = changed(this.list, id, { status: "waiting" });
        throw error;
      }
      const problem = withoutName(error.message, name);
      this.list = changed(this.list, id, { status: "failed", problem });
      this.said = strings.scored(name, problem);
      this.#tell("error", error);
    }
  }

  /** Reads the selected picture to look at, and what lies over it. */
  #look(): void {
    const item = selectedItem(this.list);
    this.film = undefined;
    this.heat = undefined;
    this.lungs = undefined;
    this.#cancel("read");
    if (!item) return;
    this.#attempt(
      "read",
      () => this.#look(),
      async (options) => {
        try {
          const film = await this.#call("read", { picture: item.source }, options);
          this.film = { id: item.id, ...film };
        } catch (error) {
          // The list says so too, when its turn comes.
          if (!(error instanceof InputError)) throw error;
        }
      },
    );
    this.#chosen();
    this.#outline();
  }

  /** Makes the heat map of the class that is chosen, the best one at first. */
  #chosen(): void {
    const item = selectedItem(this.list);
    const [best] = item?.result?.predictions ?? [];
    this.label = item?.result?.predictions.some(({ label }) => label === this.label) ? this.label : best?.label;
    this.heat = undefined;
    this.#cancel("explain");
    const { label, method } = this;
    if (!item || !label || method === NO_METHOD || !this.opened?.methods.includes(method)) return;
    this.#attempt(
      "explain",
      () => this.#chosen(),
      async (options) => {
        const heat = await this.#call("explain", { picture: item.source, method, label }, options);
        this.heat = { id: item.id, ...heat };
      },
    );
  }

  #outline(): void {
    const item = selectedItem(this.list);
    this.lungs = undefined;
    this.#cancel("segment");
    const { lungModel } = this;
    if (!item || !lungModel || !this.hasLungs) return;
    this.#attempt(
      "segment",
      () => this.#outline(),
      async (options) => {
        const lungs = await this.#call("segment", { picture: item.source, model: lungModel }, options);
        this.lungs = { id: item.id, ...lungs };
      },
    );
  }

  #select(id: number | undefined): void {
    if (id === this.list.selected) return;
    this.list = { ...this.list, selected: id };
    this.#look();
  }

  #remove(id: number): void {
    const before = this.list.selected;
    this.list = removed(this.list, id);
    if (this.list.selected !== before) this.#look();
  }

  #tell(type: "ready" | "progress" | "result" | "error", detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  protected override render(): TemplateResult {
    const { opened, list } = this;
    return html`
      ${this.#header()}
      ${worklistPanel({
        list,
        isProbability: opened?.isProbability ?? false,
        select: (id) => this.#select(id),
        remove: (id) => this.#remove(id),
        add: () => this.#ask("pictures"),
      })}
      ${this.#stage()}
      <section class="panel" aria-label=${strings.scores}>${this.#scores()} ${this.#remarks()} ${this.#heatmap()} ${this.#lungOutline()} ${this.#display()}</section>
      ${this.#footer()}
      <div class="away" role="status">${this.said}</div>
      <input id="pictures" type="file" multiple hidden @change=${this.#picked} />
      <input id="weights" type="file" hidden @change=${this.#pickedModel} />
    `;
  }

  #header(): TemplateResult {
    const name = this.#current?.name;
    const others = name !== undefined && !this.models.some((model) => model.name === name) ? [name] : [];
    return html`<header>
      <h1>${strings.title}</h1>
      <label>${strings.model}
        <select @change=${this.#pickModel}>
          ${[...this.models.map((model) => model.name), ...others].map((one) => html`<option .selected=${one === name}>${one}</option>`)}
          <option value=${OWN_MODEL}>${strings.ownModel}</option>
        </select>
      </label>
      <span class="stays">${strings.stays}</span>
      <strong class="clinical">${strings.notClinical}</strong>
    </header>`;
  }

  #stage(): TemplateResult {
    const { film, list, heat, lungs } = this;
    const item = selectedItem(list);
    const tools: readonly (readonly [name: string, key: string, action: (canvas: FilmCanvas) => void])[] = [
      [strings.invert, "i", (canvas) => canvas.invert()],
      [strings.reset, "r", (canvas) => canvas.reset()],
      [strings.autoWindow, "", (canvas) => canvas.autoWindow()],
      [strings.zoomIn, "+", (canvas) => canvas.zoomBy(ZOOM_STEP)],
      [strings.zoomOut, "−", (canvas) => canvas.zoomBy(1 / ZOOM_STEP)],
    ];
    return html`<section class="stage" aria-label=${strings.film}>
      <div class="tools" role="group" aria-label=${strings.display}>
        ${tools.map(
          ([name, key, action]) =>
            html`<button ?disabled=${!film} @click=${() => this.#onCanvas(action)}>${name}${key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>`,
        )}
      </div>
      <roentgen-film .film=${film?.film ?? []} .name=${item?.name ?? ""} .colours=${coloursNamed(this.colours)}
        .heat=${heat && heat.id === film?.id ? heat.levels : undefined} .opacity=${this.opacity}
        .outlines=${lungs && lungs.id === film?.id ? lungs.outlines : []}></roentgen-film>
      ${list.items.length === 0 ? this.#empty() : nothing}
      ${this.progress && !this.failure ? this.#progressBar(this.progress) : nothing} ${this.#failure()}
    </section>`;
  }

  #empty(): TemplateResult {
    const { example } = this;
    return html`<div class="empty">
      <p class="big">${strings.drop}</p>
      <p class="small">${strings.dropDetail}</p>
      <div class="buttons">
        <button class="main" @click=${() => this.#ask("pictures")}>${strings.choose}</button>
        ${example === undefined ? nothing : html`<button @click=${() => this.addPictures([example])}>${strings.example}</button>`}
      </div>
    </div>`;
  }

  #progressBar({ stage, name, done, total }: Progress): TemplateResult {
    const [doneText, totalText] = [done, total].map((count) =>
      stage === "download" ? (count > 0 ? bytesText(count) : "") : String(count),
    );
    return html`<div class="progress">
      <progress aria-label=${strings.opening} max="1" .value=${total > 0 ? done / total : 0}></progress>
      <span>${strings.progress[stage](name, doneText, totalText)}</span>
      ${this.#running.has("open") ? nothing : html`<button @click=${() => this.#cancelAll()}>${strings.cancel}</button>`}
    </div>`;
  }

  #failure(): TemplateResult | typeof nothing {
    const { failure } = this;
    if (!failure) return nothing;
    const dismiss = (): void => {
      this.failure = undefined;
    };
    return html`<div class="failure" role="alert">
      <strong>${failure.heading}</strong>
      <p>${failure.detail}</p>
      <div class="buttons">
        <button @click=${failure.again}>${strings.tryAgain}</button>
        <button @click=${dismiss}>${strings.dismiss}</button>
      </div>
    </div>`;
  }

  #scores(): TemplateResult {
    const { opened, label, thresholds, margin } = this;
    const result = selectedItem(this.list)?.result;
    return html`<section>
      <h2>${strings.scores}</h2>
      ${
        opened && result
          ? scorePanel({
              result,
              isProbability: opened.isProbability,
              thresholds,
              margin,
              label,
              hasThresholds: Object.keys(opened.thresholds).length > 0,
              choose: (chosen) => {
                this.label = chosen;
                this.#chosen();
              },
              setThreshold: (name, threshold) => {
                this.thresholds = { ...this.thresholds, [name]: threshold };
              },
              setMargin: (wanted) => {
                this.margin = wanted;
              },
            })
          : html`<p class="quiet">${selectedItem(this.list)?.problem ?? strings.noScores}</p>`
      }
    </section>`;
  }

  /** What a person should know of how the film was read, and what speaks against it. */
  #remarks(): TemplateResult | typeof nothing {
    const { film, heat, lungs } = this;
    const result = selectedItem(this.list)?.result;
    const findings: readonly Finding[] = result?.findings ?? film?.findings ?? [];
    const texts = new Set([
      ...findings.map(({ message }) => message),
      ...(result?.notes ?? []),
      ...(film?.notes ?? []),
      ...(heat?.notes ?? []),
    ]);
    if (lungs?.problem) texts.add(strings.lungProblem(lungs.problem));
    if (texts.size === 0) return nothing;
    return html`<section class="remarks"><h2>${strings.remarks}</h2><ul>${[...texts].map((text) => html`<li>${text}</li>`)}</ul></section>`;
  }

  #heatmap(): TemplateResult | typeof nothing {
    const { opened, heat } = this;
    if (!opened || opened.methods.length === 0) return nothing;
    const setMethod = ({ target }: Event): void => {
      if (target instanceof HTMLSelectElement) this.method = target.value;
      this.#chosen();
    };
    const setLabel = ({ target }: Event): void => {
      if (target instanceof HTMLSelectElement) this.label = target.value;
      this.#chosen();
    };
    const setOpacity = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement) this.opacity = target.valueAsNumber;
    };
    return html`<section>
      <h2>${strings.heatmap}</h2>
      <label class="field"><span>${strings.method}</span>
        <select @change=${setMethod}>
          <option value=${NO_METHOD} .selected=${this.method === NO_METHOD}>${strings.noHeatmap}</option>
          ${opened.methods.map((name) => html`<option .selected=${name === this.method}>${name}</option>`)}
        </select></label>
      ${
        this.method === NO_METHOD
          ? nothing
          : html`<label class="field"><span>${strings.className}</span>
                <select @change=${setLabel}>${opened.classes.map((name) => html`<option .selected=${name === this.label}>${name}</option>`)}</select></label>
              <label class="field"><span>${strings.opacity}</span>
                <input type="range" min="0" max="1" step="0.05" .value=${String(this.opacity)} @input=${setOpacity} /></label>`
      }
      ${heat ? html`<p class="quiet small">${[heat.layer, millisecondsText(heat.elapsedMs)].filter(Boolean).join(", ")}</p>` : nothing}
    </section>`;
  }

  #lungOutline(): TemplateResult | typeof nothing {
    if (!this.lungModel) return nothing;
    const toggle = ({ target }: Event): void => {
      this.hasLungs = target instanceof HTMLInputElement && target.checked;
      this.#outline();
    };
    return html`<section>
      <label class="field inline"><span>${strings.lungs}</span>
        <input type="checkbox" .checked=${this.hasLungs} @change=${toggle} /></label>
      ${this.lungs ? html`<p class="quiet small">${strings.lungShare(percentText(this.lungs.share))}, ${millisecondsText(this.lungs.elapsedMs)}</p>` : nothing}
    </section>`;
  }

  #display(): TemplateResult {
    const setColours = ({ target }: Event): void => {
      if (target instanceof HTMLSelectElement) this.colours = target.value;
    };
    return html`<section>
      <h2>${strings.display}</h2>
      <label class="field"><span>${strings.colours}</span>
        <select @change=${setColours}>${colourNames.map((name) => html`<option .selected=${name === this.colours}>${name}</option>`)}</select></label>
    </section>`;
  }

  #footer(): TemplateResult {
    const { opened, film } = this;
    const milliseconds = selectedItem(this.list)?.result?.milliseconds;
    const filmBytes = film?.film.reduce((sum, { data }) => sum + data.byteLength, 0) ?? 0;
    return html`<footer>
      <span>${strings.adapter}: ${opened?.adapter ?? "–"}</span>
      ${
        milliseconds
          ? html`<span>${strings.times(millisecondsText(milliseconds.decode), millisecondsText(milliseconds.preprocess), millisecondsText(milliseconds.run))}</span>`
          : nothing
      }
      ${this.gpuBytes > 0 ? html`<span>${strings.memory(bytesText(this.gpuBytes), bytesText(filmBytes))}</span>` : nothing}
      ${opened ? html`<span>${opened.arch}, ${bytesText(opened.sizeBytes)}, ${opened.hash.slice(0, 12)}</span>` : nothing}
    </footer>`;
  }

  #cancelAll(): void {
    for (const kind of ["explain", "segment", "read"] as const) this.#cancel(kind);
    this.progress = undefined;
  }

  #onCanvas(action: (canvas: FilmCanvas) => void): void {
    const canvas = this.renderRoot.querySelector("roentgen-film");
    if (canvas instanceof FilmCanvas) action(canvas);
  }

  /** Opens a dialog of files. */
  #ask(kind: "pictures" | "weights"): void {
    this.renderRoot.querySelector<HTMLInputElement>(`#${kind}`)?.click();
  }

  #picked = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    this.addPictures([...(target.files ?? [])]);
    // The same file may be chosen again.
    target.value = "";
  };

  #pickModel = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement)) return;
    const model = this.models.find(({ name }) => name === target.value);
    if (model) this.openModel(model);
    else {
      // The dialog may be cancelled; the menu keeps saying what is open.
      this.requestUpdate();
      if (target.value === OWN_MODEL) this.#ask("weights");
    }
  };

  #pickedModel = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const [file] = target.files ?? [];
    if (file) this.openModel({ name: file.name, source: file });
    target.value = "";
  };

  #over = (event: DragEvent): void => {
    event.preventDefault();
    this.classList.add("dropping");
  };

  #drop = (event: DragEvent): void => {
    event.preventDefault();
    this.classList.remove("dropping");
    this.addPictures([...(event.dataTransfer?.files ?? [])]);
  };

  /** The film's keys from anywhere in the viewer, and those that go through the list. */
  #key = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (event.defaultPrevented || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "i") this.#onCanvas((canvas) => canvas.invert());
    else if (event.key === "r") this.#onCanvas((canvas) => canvas.reset());
    else if (event.key === "PageDown" || event.key === "PageUp") {
      this.#select(stepped(this.list, event.key === "PageDown" ? 1 : -1).selected);
      event.preventDefault();
    }
  };
}

/** A URL, and the last part of its path as a name; the engine in its worker resolves no relative ones. */
function named(address: string): { readonly name: string; readonly source: string } {
  const { href, pathname } = new URL(address, document.baseURI);
  return { name: decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1)) || href, source: href };
}

const withoutName = (message: string, name: string): string => (message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message);

export const defineViewer = (): void => {
  if (!customElements.get("roentgen-viewer")) customElements.define("roentgen-viewer", Viewer);
};
