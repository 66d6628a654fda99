/** How a training goes, and what came of it: progress, the table of its epochs, the test's result, and its files. */
import { html, nothing, type TemplateResult } from "lit";
import type { EpochRecord } from "../../training/log.ts";
import type { Report } from "../../training/report.ts";
import { percentText } from "./score-text.ts";
import { strings } from "./strings.ts";
import { clockText, secondsLeft, shareDone, type TrainingCourse } from "./training-course.ts";
import { countTable } from "./training-films-view.ts";
import type { KeptTraining } from "./training-protocol.ts";

const texts = strings.training;

export interface CourseView {
  readonly epochs: number;
  /** How it ended, where it has. */
  readonly ending: string;
  /** Ends it; nothing where it is not under way. */
  readonly stop: (() => void) | undefined;
  readonly isStopping: boolean;
}

/** The curves are drawn into their place by whoever shows this. */
export function courseView(course: TrainingCourse, { epochs, ending, stop, isStopping }: CourseView): TemplateResult {
  const { stage, classes, sets, records } = course;
  return html`<section class="whole">
    <h3>${texts.course}</h3>
    ${
      stop
        ? html`<progress aria-label=${texts.title} max="1" .value=${shareDone(course, epochs)}></progress>
            <p class="figures">${stageText(course, epochs)}</p>
            ${stage === "training" ? html`<p class="figures quiet">${figuresText(course, epochs)}</p>` : nothing}
            <div class="buttons">
              <button type="button" ?disabled=${isStopping} @click=${stop}>${isStopping ? texts.stopping : texts.stop}</button>
            </div>
            ${sets ? countTable(classes, sets) : nothing}`
        : nothing
    }
    ${ending && !stop ? html`<p><strong>${ending}</strong></p>` : nothing}
    <div class="curves"></div>
    ${records.length > 0 ? epochTable(records) : nothing}
  </section>`;
}

/** What is being done, in one line. */
export function stageText({ stage, checked, progress }: TrainingCourse, epochs: number): string {
  if (stage === "checking") return texts.stage.checking(checked?.done ?? 0, checked?.total ?? 0);
  if (stage !== "training" || !progress) return texts.stage[stage === "testing" ? "testing" : "compiling"];
  return texts.progress(progress.epoch + 1, epochs, progress.batch, progress.batches);
}

function figuresText(course: TrainingCourse, epochs: number): string {
  const { loss = Number.NaN, imagesPerSecond = Number.NaN } = course.progress ?? {};
  const left = secondsLeft(course, epochs);
  return texts.figures(numberText(loss), imagesPerSecond.toPrecision(3), left === undefined ? "–" : clockText(left));
}

/** What a training that has stopped a step can say of a number that there is not. */
export const numberText = (value: number | undefined): string => (value !== undefined && Number.isFinite(value) ? value.toFixed(4) : "–");

/** All that the curves show, in numbers. */
function epochTable(records: readonly EpochRecord[]): TemplateResult {
  const { columns } = texts;
  // Each was the best when it ended.
  const best = records.findLast(({ isBest }) => isBest);
  const rows = records.map((record) => ({
    name: `${record.epoch + 1}${record === best ? ` (${texts.best})` : ""}`,
    cells: [
      ...[record.train.loss, record.val?.loss, record.val?.accuracy, record.val?.balancedAccuracy].map(numberText),
      record.lr.toPrecision(3),
      record.imagesPerSecond.toPrecision(3),
    ],
  }));
  const names = [columns.loss, columns.valLoss, columns.accuracy, columns.balancedAccuracy, columns.lr, columns.speed];
  return html`<div class="wide" role="region" aria-label=${texts.course} tabindex="0"><table>
    <caption class="away">${texts.course}</caption>
    <thead><tr>${[columns.epoch, ...names].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(({ name, cells }) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

/** What the best epoch's model makes of the test films. */
function reportView({ films, metrics, confusion }: Report, classes: readonly string[]): TemplateResult {
  return html`<p>${texts.test(films, percentText(metrics.accuracy), percentText(metrics.balancedAccuracy))}</p>
    ${
      confusion
        ? html`<table>
            <thead><tr><th scope="col">${texts.isTaken}</th>${classes.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
            <tbody>${confusion.map((row, i) => html`<tr><th scope="row">${classes[i]}</th>${row.map((count) => html`<td>${count}</td>`)}</tr>`)}</tbody>
          </table>`
        : nothing
    }`;
}

/** What a browser keeps of a training that is not under way. */
export function keptNotice({ films, records, config, canGoOn }: KeptTraining, needsFilms: boolean, discard: () => void): TemplateResult {
  return html`<div class="kept">
    <p>${texts.kept(films.name, records.length, Number(config.epochs))} ${canGoOn && needsFilms ? texts.chooseSame : nothing}</p>
    <button type="button" @click=${discard}>${texts.discard}</button>
  </div>`;
}

export interface ResultView {
  /** Opens the model in the viewer. */
  use(): void;
  download(name: string): void;
}

/** What came of a training: the test's result, and its files. */
export function resultView({ films, files, report }: KeptTraining, { use, download }: ResultView): TemplateResult {
  return html`<section class="whole">
    <h3>${texts.result}</h3>
    ${report ? reportView(report, films.classes) : nothing}
    <div class="buttons">
      ${files.includes("model.safetensors") ? html`<button type="button" class="main" @click=${use}>${texts.use}</button>` : nothing}
      ${files.map((name) => html`<button type="button" @click=${() => download(name)}>${texts.download(name)}</button>`)}
    </div>
  </section>`;
}
