/** The film's place: its tools, the film with what lies over it, and what is under way or has failed. */
import { html, nothing, type TemplateResult } from "lit";
import { coloursNamed } from "./colours.ts";
import { scaleOf } from "./compare-panel.ts";
import { FilmCanvas } from "./film-canvas.ts";
import type { Explained, Progress } from "./protocol.ts";
import { bytesText } from "./score-text.ts";
import { NO_METHOD, type Of, type Session } from "./session.ts";
import { strings } from "./strings.ts";
import { selectedItem } from "./worklist.ts";

const ZOOM_STEP = 1.25;

const tools: readonly (readonly [name: string, key: string, action: (canvas: FilmCanvas) => void])[] = [
  [strings.invert, "i", (canvas) => canvas.invert()],
  [strings.reset, "r", (canvas) => canvas.reset()],
  [strings.autoWindow, "", (canvas) => canvas.autoWindow()],
  [strings.zoomIn, "+", (canvas) => canvas.zoomBy(ZOOM_STEP)],
  [strings.zoomOut, "−", (canvas) => canvas.zoomBy(1 / ZOOM_STEP)],
];

/** Always the same, so that the film is not drawn anew. */
const NOTHING: readonly never[] = [];

export interface StageActions {
  onCanvas(action: (canvas: FilmCanvas) => void): void;
  askForPictures(): void;
  askForFolder(): void;
  tryExample(): void;
}

export function filmStage(session: Session, actions: StageActions): TemplateResult {
  const { heat, list, film, progress, failure, compared, method, stageTools, overFilm, blind } = session.state;
  return html`<section class="stage" aria-label=${strings.film}>
    <div class="tools" role="group" aria-label=${strings.display}>
      ${tools.map(
        ([name, key, action]) =>
          html`<button ?disabled=${!film} @click=${() => actions.onCanvas(action)}>${name}${key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>`,
      )}
    </div>
    ${stageTools?.() ?? nothing}
    <div class="films" @look=${lookAlike}>
      ${filmWith(session, heat, session.state.file?.name, overFilm?.() ?? nothing)}
      ${compared && method !== NO_METHOD && !blind ? filmWith(session, compared.heat, compared.file.name, nothing) : nothing}
      ${list.items.length === 0 ? empty(session, actions) : nothing}
    </div>
    ${progress && !failure ? progressBar(session, progress) : nothing} ${failureBox(session)}
  </section>`;
}

/** The film under one model's heat map, of two maps both on one scale; and what else lies over it. */
function filmWith(
  { state }: Session,
  heat: Of<Explained> | undefined,
  model: string | undefined,
  over: TemplateResult | typeof nothing,
): TemplateResult {
  const { film, list, lungs, colours, opacity, compared, method, blind } = state;
  const isOfFilm = heat !== undefined && heat.id === film?.id && !blind;
  const scale = scaleOf(state);
  const caption = compared && method !== NO_METHOD && !blind ? model : undefined;
  const name = blind ? strings.filmOf(blind.place, blind.total) : [selectedItem(list)?.name, caption].filter(Boolean).join(", ");
  return html`<figure>
    ${caption === undefined ? nothing : html`<figcaption>${caption}</figcaption>`}
    <roentgen-film .film=${film?.film ?? NOTHING} .name=${name} .colours=${coloursNamed(colours)}
      .heat=${isOfFilm ? heat.levels : undefined} .opacity=${opacity} .heatShare=${isOfFilm && scale ? heat.limit / scale : 1}
      .outlines=${lungs && lungs.id === film?.id && !blind ? lungs.outlines : NOTHING}>${over}</roentgen-film>
  </figure>`;
}

/** What is done to one film is done to the other beside it. */
function lookAlike({ currentTarget, target, detail }: CustomEvent): void {
  if (!(currentTarget instanceof Element)) return;
  for (const film of currentTarget.querySelectorAll("roentgen-film")) if (film instanceof FilmCanvas && film !== target) film.look = detail;
}

function empty({ host }: Session, { askForPictures, askForFolder, tryExample }: StageActions): TemplateResult {
  return html`<div class="empty">
    <p class="big">${strings.drop}</p>
    <p class="small">${strings.dropDetail}</p>
    <div class="buttons">
      <button class="main" @click=${askForPictures}>${strings.choose}</button>
      <button @click=${askForFolder}>${strings.chooseFolder}</button>
      ${host.example === undefined ? nothing : html`<button @click=${tryExample}>${strings.example}</button>`}
    </div>
  </div>`;
}

/** What no button ends: without a model nothing can be done, and pictures that wait are scored all the same. */
const NEEDED: readonly string[] = ["open", "predict"];

function progressBar({ set, cancel, running, isRunning }: Session, { stage, name, done, total }: Progress): TemplateResult {
  const [doneText, totalText] = [done, total].map((count) => (stage === "download" ? (count > 0 ? bytesText(count) : "") : String(count)));
  const cancelAll = (): void => {
    for (const kind of running()) if (!NEEDED.includes(kind)) cancel(kind);
    set({ progress: undefined });
  };
  return html`<div class="progress">
    <progress aria-label=${strings.opening} max="1" .value=${total > 0 ? done / total : 0}></progress>
    <span>${strings.progress[stage](name, doneText, totalText)}</span>
    ${isRunning("open") ? nothing : html`<button @click=${cancelAll}>${strings.cancel}</button>`}
  </div>`;
}

function failureBox({ state: { failure }, set }: Session): TemplateResult | typeof nothing {
  if (!failure) return nothing;
  return html`<div class="failure" role="alert">
    <strong>${failure.heading}</strong>
    <p>${failure.detail}</p>
    <div class="buttons">
      <button @click=${failure.again}>${strings.tryAgain}</button>
      <button @click=${() => set({ failure: undefined })}>${strings.dismiss}</button>
    </div>
  </div>`;
}
