/** Blind reading: films in random order, one answer each, and nothing that would give it away. */
import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import type { Session } from "../session.ts";
import { strings as viewerStrings } from "../strings.ts";
import { valueText } from "./agreement-panel.ts";
import type { Desk } from "./desk.ts";
import { download } from "./files-panel.ts";
import { filmHash } from "./film-hash.ts";
import type { RatingAgreement } from "./label-agreement.ts";
import { textOf } from "./marks-panel.ts";
import {
  answered,
  newSession,
  nextToRead,
  type ReadingSession,
  readerAgreement,
  readingsCsv,
  readReadings,
  withoutNext,
} from "./reading.ts";
import { stopwatch } from "./stopwatch.ts";
import { strings } from "./strings.ts";

/** In the middle: neither sure nor not. */
const UNDECIDED = 50;

export interface ReadingPanel {
  readonly render: () => TemplateResult;
  /** The film that is to be read is seen. */
  onFilm(): void;
  /** What a key does while films are read; whether it does something. */
  key(key: string): boolean;
}

export async function readingPanel(desk: Desk, session: Session, classes: () => readonly string[]): Promise<ReadingPanel> {
  const watch = stopwatch(document);
  /** The items of the list, by the hashes of their files. */
  const items = new Map<string, number>();
  let kept = await desk.store.sessions();
  let answers: string | undefined;
  let seed = crypto.getRandomValues(new Uint32Array(1))[0];
  let answer: string | undefined;
  let confidence = UNDECIDED;
  let agreement: RatingAgreement | undefined;
  /** Whoever has read finds the table open. */
  let hasRead = false;
  /** The film whose heading has had the focus. */
  let focused = "";

  const keep = async (reading: ReadingSession): Promise<void> => {
    await desk.store.keepSession(reading);
    kept = [...kept.filter(({ id }) => id !== reading.id), reading];
  };
  /** The films of the list that can be read, by what is in them. */
  const filmsToRead = async () => {
    const films: { picture: string; file: string }[] = [];
    for (const { id, name, source, status } of session.state.list.items) {
      if (status === "failed") continue;
      const picture = await filmHash(source);
      if (!items.has(picture)) items.set(picture, id);
      films.push({ picture, file: name });
    }
    return films;
  };
  const show = (reading: ReadingSession): void => {
    const film = nextToRead(reading);
    answer = undefined;
    confidence = UNDECIDED;
    watch.stop();
    const item = film && items.get(film.picture);
    if (!film) leave(strings.finished(reading.readings.length));
    else if (item === undefined) leave("", strings.missingFilm);
    else {
      const place = { place: reading.readings.length + 1, total: reading.order.length };
      desk.set({
        reading,
        showsOthers: false,
        selected: undefined,
        problem: undefined,
        said: viewerStrings.filmOf(place.place, place.total),
      });
      session.set({ blind: place });
      if (session.state.list.selected === item && session.state.film) watch.start();
      else session.select(item);
    }
  };
  const leave = (said: string, problem?: string): void => {
    watch.stop();
    focused = "";
    session.set({ blind: undefined });
    desk.set({ reading: undefined, said, problem });
  };
  const begin = (unfinished: ReadingSession | undefined): Promise<void> =>
    desk.attempt(async () => {
      const { author } = desk.state;
      if (author === "") return desk.set({ problem: strings.nameFirst });
      items.clear();
      const films = await filmsToRead();
      if (films.length === 0) return desk.set({ problem: strings.noFilmsToRead });
      const reading = unfinished ?? newSession(author, answersOf(answers ?? classes().join(", ")), films, seed, new Date());
      await keep(reading);
      hasRead = true;
      show(reading);
    });
  const next = (): Promise<void> =>
    desk.attempt(async () => {
      const { reading } = desk.state;
      const film = reading && nextToRead(reading);
      if (!film || answer === undefined || !session.state.film) return;
      const seconds = watch.stop();
      const after = answered(reading, { picture: film.picture, label: answer, confidence, seconds, answered: new Date().toISOString() });
      await keep(after);
      show(after);
    });
  const leaveOut = (): Promise<void> =>
    desk.attempt(async () => {
      if (!desk.state.reading) return;
      const after = withoutNext(desk.state.reading);
      await keep(after);
      show(after);
    });
  const choose = (label: string): void => {
    answer = label;
    session.set({});
  };
  const compare = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const files = [...(target.files ?? [])];
    target.value = "";
    desk.attempt(async () => {
      desk.set({ problem: undefined });
      const tables = await Promise.all(files.map(async (file) => readReadings(await file.text(), file.name)));
      agreement = readerAgreement(tables.flat());
      session.set({});
    });
  };

  /** Each film's heading has the focus first: the button before it is gone, and keys would go nowhere. */
  const focusOnce =
    ({ id, readings }: ReadingSession) =>
    (heading: Element | undefined) => {
      const film = `${id} ${readings.length}`;
      if (!(heading instanceof HTMLElement) || film === focused) return;
      focused = film;
      queueMicrotask(() => heading.focus());
    };
  const answering = (reading: ReadingSession): TemplateResult => {
    const isStuck = !session.state.film && !session.isRunning("read");
    return html`<section class="annotation">
      <h2 tabindex="-1" ${ref(focusOnce(reading))}>${viewerStrings.filmOf(reading.readings.length + 1, reading.order.length)}</h2>
      <div role="group" aria-label=${strings.answer} class="answers">
        ${reading.labels.map(
          (label, i) =>
            html`<button aria-pressed=${label === answer} @click=${() => choose(label)}>${label}<kbd aria-hidden="true">${i + 1}</kbd></button>`,
        )}
      </div>
      <label class="field"><span>${strings.confidence}</span>
        <input type="range" min="0" max="100" step="1" .value=${String(confidence)} aria-valuetext=${strings.confidenceValue(confidence)}
          @input=${({ target }: Event) => {
            if (target instanceof HTMLInputElement) confidence = target.valueAsNumber;
            session.set({});
          }} /></label>
      <p class="quiet small">${strings.confidenceValue(confidence)}</p>
      <div class="row">
        <button class="main" ?disabled=${answer === undefined || !session.state.film} @click=${next}>${strings.next}<kbd aria-hidden="true">enter</kbd></button>
        <button @click=${() => leave("")}>${strings.pause}</button>
      </div>
      ${isStuck ? html`<p class="problem" role="alert">${strings.cannotShow} <button @click=${leaveOut}>${strings.leaveOut}</button></p>` : nothing}
    </section>`;
  };
  const preparing = (): TemplateResult => {
    const unfinished = kept.find((one) => one.reader === desk.state.author && nextToRead(one));
    return html`<details ?open=${hasRead}>
      <summary>${strings.reading}</summary>
      <p class="quiet small">${strings.readingHint}</p>
      <label class="field"><span>${strings.answers}</span>
        <input type="text" autocomplete="off" .value=${answers ?? classes().join(", ")} @change=${(event: Event) => {
          answers = textOf(event) || undefined;
        }} /></label>
      <label class="field"><span>${strings.seed}</span>
        <input type="number" min="0" step="1" .value=${String(seed)} @change=${({ target }: Event) => {
          if (target instanceof HTMLInputElement && target.validity.valid && target.value !== "") seed = target.valueAsNumber;
        }} /></label>
      <div class="row">
        <button class="main" @click=${() => begin(undefined)}>${strings.start}</button>
        ${unfinished ? html`<button @click=${() => begin(unfinished)}>${strings.goOn(unfinished.readings.length, unfinished.order.length)}</button>` : nothing}
      </div>
      <p class="quiet small">${strings.sessions(kept.length)}</p>
      <button ?disabled=${kept.length === 0} @click=${() => download(new Blob([readingsCsv(kept)], { type: "text/csv" }), "readings.csv")}>${strings.readingsCsv}</button>
      <label class="file">${strings.readers}<input type="file" multiple accept=".csv" @change=${compare} /></label>
      ${agreement ? compared(agreement) : nothing}
    </details>`;
  };
  return {
    render: () => (desk.state.reading ? answering(desk.state.reading) : preparing()),
    onFilm() {
      if (desk.state.reading && session.state.film) watch.start();
    },
    key(key) {
      const { reading } = desk.state;
      if (!reading) return false;
      const label = reading.labels[Number(key) - 1];
      if (label !== undefined) choose(label);
      if (key === "Enter" && answer !== undefined) next();
      return label !== undefined || key === "Enter";
    },
  };
}

const answersOf = (text: string): string[] => [...new Set(text.split(",").map((one) => one.trim()))].filter(Boolean);

const compared = ({ pairs, all }: RatingAgreement): TemplateResult => html`<dl class="values">
  ${pairs.map(({ a, b, pictures, kappa }) => html`<dt>${strings.pair(a, b)}, ${pictures} ${strings.films}</dt><dd>${valueText(kappa)}</dd>`)}
  ${all ? html`<dt>${strings.fleissOf(all.pictures)}</dt><dd>${valueText(all.kappa)}</dd>` : nothing}
</dl>`;
