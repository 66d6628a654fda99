/** `<roentgen-training>`: a folder of labelled films, what is chosen of a training, how it goes, and what came of it. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { DeviceError } from "../../gpu/device-error.ts";
import type { ChosenFile } from "../../training/film-folder.ts";
import { dialogFolder, droppedFolder } from "./dropped-folder.ts";
import { failureText } from "./failure-text.ts";
import type { Session } from "./session.ts";
import { strings } from "./strings.ts";
import { beginning, epochsInView, type TrainingCourse, told } from "./training-course.ts";
import { courseView, keptNotice, numberText, resultView, stageText } from "./training-course-view.ts";
import { filmsView } from "./training-films-view.ts";
import { optionsIn, trainingForm, usualOptions } from "./training-form.ts";
import type { ChosenOptions, FilmsInput, FilmsSummary, KeptTraining, TrainingNews } from "./training-protocol.ts";
import { trainingStyle } from "./training-style.ts";

const texts = strings.training;

export class TrainingView extends LitElement {
  static override properties = {
    session: { attribute: false },
    hasModel: { attribute: false },
    isShown: { attribute: false },
    films: { state: true },
    isReading: { state: true },
    options: { state: true },
    kept: { state: true },
    course: { state: true },
    isUnderWay: { state: true },
    isStopping: { state: true },
    ending: { state: true },
    problem: { state: true },
  };

  static override styles = [trainingStyle];

  declare session: Session;
  /** Whether there is one to start from. */
  declare hasModel: boolean;
  declare isShown: boolean;
  declare private films: FilmsSummary | undefined;
  declare private isReading: boolean;
  declare private options: ChosenOptions;
  /** What this browser keeps of a training: the one that is under way, or that was. */
  declare private kept: KeptTraining | undefined;
  declare private course: TrainingCourse | undefined;
  declare private isUnderWay: boolean;
  declare private isStopping: boolean;
  /** How the last one ended. */
  declare private ending: string;
  declare private problem: string;

  #input: FilmsInput = { files: [] };

  constructor() {
    super();
    this.hasModel = false;
    this.isShown = false;
    this.isReading = false;
    this.options = usualOptions;
    this.isUnderWay = false;
    this.isStopping = false;
    this.ending = "";
    this.problem = "";
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.classList.add("dropping");
    });
    this.addEventListener("dragleave", () => this.classList.remove("dropping"));
    this.addEventListener("drop", this.#drop);
    this.addEventListener("keydown", (event) => {
      // The film's keys are for the film.
      event.stopPropagation();
      if (event.key === "Escape") this.#close();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    globalThis.addEventListener("beforeunload", this.#leave);
    if (!this.isUnderWay) this.#attempt(() => this.#look());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    globalThis.removeEventListener("beforeunload", this.#leave);
    // The engine stops with the viewer.
    this.isUnderWay = false;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("course")) this.#draw();
    if (changed.has("isShown") && this.isShown) this.renderRoot.querySelector("h2")?.focus();
  }

  protected override render(): TemplateResult {
    const { kept, course, isUnderWay, isStopping, problem, ending } = this;
    const { epochs } = this.options;
    return html`
      <div class="top">
        <h2 tabindex="-1">${texts.title}</h2>
        <strong class="quiet small">${strings.notClinical}</strong>
        <button type="button" @click=${this.#close}>${texts.close}</button>
      </div>
      <p class="quiet">${texts.about}</p>
      ${kept && !isUnderWay ? keptNotice(kept, this.films === undefined, this.#discard) : nothing}
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      <div class="parts">
        ${isUnderWay ? nothing : this.#setUp()}
        ${course ? courseView(course, { epochs, ending, stop: isUnderWay ? this.#stop : undefined, isStopping }) : nothing}
        ${
          kept && !isUnderWay && kept.records.length > 0
            ? resultView(kept, { use: this.#use, download: (name) => this.#attempt(() => this.#download(name)) })
            : nothing
        }
      </div>
      <input id="folder" type="file" webkitdirectory multiple hidden @change=${this.#picked} />
    `;
  }

  #setUp(): TemplateResult {
    const { films, kept, options, hasModel } = this;
    const isReady = films !== undefined && films.problem === undefined;
    const canGoOn = isReady && kept?.canGoOn === true;
    const submit = (event: Event): void => {
      event.preventDefault();
      this.#train(false);
    };
    return html`
      ${filmsView({
        films,
        isReading: this.isReading,
        ask: () => this.renderRoot.querySelector<HTMLInputElement>("#folder")?.click(),
        readAs: (change) => this.#read({ ...this.#input, label: undefined, ...change }),
      })}
      <form @submit=${submit}>
        <h3>${texts.options}</h3>
        ${trainingForm({ options, set: (change) => this.#set(change) })}
        <div class="buttons">
          <button class="main" ?disabled=${!isReady || !hasModel}>${texts.begin}</button>
          ${kept?.canGoOn ? html`<button type="button" ?disabled=${!canGoOn} @click=${() => this.#train(true)}>${texts.goOn}</button>` : nothing}
        </div>
        ${hasModel ? nothing : html`<p class="quiet small">${texts.needsModel}</p>`}
        ${kept ? html`<p class="quiet small">${texts.discards}</p>` : nothing}
      </form>
    `;
  }

  readonly #stop = (): void => {
    this.isStopping = true;
    this.session.call("stopTraining", {});
  };

  readonly #discard = (): void => {
    this.#attempt(async () => {
      await this.session.call("discardTraining", {});
      this.course = undefined;
      await this.#look();
    });
  };

  /** Opens the trained model in the viewer. */
  readonly #use = (): void => {
    this.#attempt(async () => {
      const { file } = await this.session.call("trainingFile", { name: "model.safetensors" });
      this.#close();
      await this.session.openModel({ name: texts.trainedOn(this.kept?.films.name ?? file.name), source: file });
    });
  };

  #set(change: Partial<ChosenOptions>): void {
    this.options = { ...this.options, ...change };
  }

  /** What is kept, as when the page was left. */
  async #look(): Promise<void> {
    const { kept } = await this.session.call("keptTraining", {});
    this.kept = kept;
    if (!kept) return;
    this.options = optionsIn(kept);
    this.course ??= { ...beginning(kept.records), classes: kept.films.classes };
  }

  async #read(input: FilmsInput): Promise<void> {
    this.#input = input;
    this.isReading = true;
    await this.#attempt(async () => {
      this.films = await this.session.call("readFilms", input);
    });
    this.isReading = false;
  }

  async #train(resume: boolean): Promise<void> {
    this.isUnderWay = true;
    this.isStopping = false;
    this.ending = "";
    this.course = beginning(resume ? this.kept?.records : []);
    const { options } = this;
    const onProgress = (news: TrainingNews): void => {
      this.course = told(this.course ?? beginning(), news);
      if (news.kind === "epoch") this.#say(epochText(news));
      this.#note(stageText(this.course, options.epochs));
    };
    await this.#attempt(async () => {
      const { isStopped, kept } = await this.session.call("train", { options, resume }, { onProgress });
      this.kept = kept;
      const epochs = kept?.records.length ?? 0;
      this.ending = isStopped ? texts.stopped(epochs) : texts.done(epochs);
      this.#say(this.ending);
    });
    // A failure leaves what was kept until then.
    if (this.problem) this.kept = (await this.session.call("keptTraining", {}).catch(() => undefined))?.kept;
    this.isUnderWay = false;
    this.#note(this.ending);
  }

  async #download(name: string): Promise<void> {
    const { file } = await this.session.call("trainingFile", { name });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    // The browser has taken the file by the time of the next task, and keeps it.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async #draw(): Promise<void> {
    const { course } = this;
    if (!course || (course.losses.length === 0 && course.records.length === 0)) return;
    const { trainingCurves } = await import("./training-curve.ts");
    const place = this.renderRoot.querySelector(".curves");
    // Another one may have been drawn meanwhile.
    if (!place || course !== this.course) return;
    const epochs = epochsInView(course, this.options.epochs);
    place.replaceChildren(...trainingCurves({ ...course, epochs, width: Math.max(300, Math.min(720, place.clientWidth)) }));
  }

  /** Does something with the engine; what fails is shown. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    this.problem = "";
    try {
      await work();
    } catch (error) {
      this.problem = problemText(error);
    }
  }

  /** Says where the training stands, for the button that shows it. */
  #note(text: string, isShown = this.session.state.training?.isShown ?? true): void {
    this.session.set({ training: { text, isShown } });
  }

  /** Tells a screen reader. */
  #say(said: string): void {
    this.session.set({ said });
  }

  readonly #close = (): void => this.#note(this.session.state.training?.text ?? "", false);

  readonly #picked = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const files: readonly ChosenFile[] = dialogFolder(target.files ?? []);
    target.value = "";
    if (files.length > 0) this.#read({ files });
  };

  readonly #drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    this.classList.remove("dropping");
    if (!event.dataTransfer || this.isUnderWay) return;
    const files = await droppedFolder(event.dataTransfer);
    if (files.length > 0) this.#read({ files });
  };

  /** A training ends with its page; what it has saved stays. */
  readonly #leave = (event: BeforeUnloadEvent): void => {
    if (this.isUnderWay) event.preventDefault();
  };
}

/** What keeps the GPU from computing is told with what can be done; a batch that does not fit says itself what would. */
function problemText(error: unknown): string {
  const { heading, detail } = failureText(error) ?? { heading: "", detail: "" };
  const isOfGpu = error instanceof DeviceError && error.reason !== "out-of-memory" && error.reason !== "failed";
  return isOfGpu ? `${heading}: ${detail}` : detail;
}

const epochText = ({ record: { epoch, val } }: Extract<TrainingNews, { readonly kind: "epoch" }>): string =>
  texts.epochSaid(epoch + 1, numberText(val?.loss), numberText(val?.balancedAccuracy));

export const defineTrainingView = (): void => {
  if (!customElements.get("roentgen-training")) customElements.define("roentgen-training", TrainingView);
};
