/** The annotation of a viewer, loaded when it is first asked for: its tools, what lies over the film, its panel and its keys. */
import { html, LitElement, nothing } from "lit";
import type { Panel } from "../panel.ts";
import type { Session } from "../session.ts";
import { selectedItem } from "../worklist.ts";
import { agreementPanel } from "./agreement-panel.ts";
import type { Picture } from "./annotation.ts";
import { consensusPanel } from "./consensus-panel.ts";
import { type Desk, desk } from "./desk.ts";
import { filesPanel } from "./files-panel.ts";
import { filmHash } from "./film-hash.ts";
import { defineMarksLayer } from "./marks-layer.ts";
import { marksPanel } from "./marks-panel.ts";
import { readingPanel } from "./reading-panel.ts";
import { openStore } from "./store.ts";
import { style } from "./style.ts";
import { toolBar, toolKey } from "./tool-bar.ts";

/** @throws Error where the browser keeps nothing, or the page is not secure. */
export async function openAnnotation(session: Session): Promise<Panel> {
  const store = await openStore();
  const marks = desk(store, await store.lastAuthor());
  const redraw = (): void => session.set({});
  const classes = (): readonly string[] => session.state.opened?.classes ?? [];
  const reading = await readingPanel(marks, session, classes);
  const agreement = agreementPanel(marks, redraw);
  const consensus = consensusPanel(marks);
  const files = filesPanel(marks, (text) => filmsNamed(session, text));
  const look = async (): Promise<void> => {
    reading.onFilm();
    await marks.attempt(async () => marks.look(await filmShown(session)));
  };
  session.watch((change) => {
    if (change === "film" || (change === "picture" && !session.state.film)) look();
  });
  marks.watch(redraw);
  session.host.addEventListener("keydown", (event) => {
    if (event instanceof KeyboardEvent) key(event, marks, reading.key);
  });
  defineMarksLayer();
  adopt(session);
  session.set({
    stageTools: () => toolBar(marks),
    overFilm: () => html`<roentgen-marks .desk=${marks}></roentgen-marks>`,
  });
  await look();
  // The button that opened all this is gone, and the focus would be lost with it.
  let isNew = true;
  const focusOnce = (field: Element | undefined): void => {
    if (isNew && field instanceof HTMLElement) queueMicrotask(() => field.focus());
    isNew = false;
  };
  return () => html`${marks.state.reading ? reading.render() : nothing} ${marksPanel(marks, classes(), focusOnce)}
    ${marks.state.reading ? nothing : html`${agreement()} ${consensus()} ${reading.render()} ${files()}`}`;
}

/** The film that is looked at; undefined while it is read. */
async function filmShown({ state }: Session): Promise<Picture | undefined> {
  const { film, list } = state;
  const item = selectedItem(list);
  if (!film || film.id !== item?.id) return undefined;
  const [{ width, height }] = film.film;
  return { hash: await filmHash(item.source), name: item.name, width, height };
}

/** The films of the list whose names a text has, with their sizes. */
async function filmsNamed(session: Session, text: string): Promise<Picture[]> {
  const found: Picture[] = [];
  for (const { name, source, status } of session.state.list.items) {
    if (status === "failed" || !(text.includes(name) || text.includes(encodeURIComponent(name)))) continue;
    const { film } = await session.call("read", { picture: source });
    const [{ width, height }] = film;
    found.push({ hash: await filmHash(source), name, width, height });
  }
  return found;
}

function key(event: KeyboardEvent, marks: Desk, readingKey: (key: string) => boolean): void {
  const [target] = event.composedPath();
  const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
  if (event.defaultPrevented || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const isButton = target instanceof HTMLButtonElement && event.key === "Enter";
  if (!isButton && (readingKey(event.key) || toolKey(marks, event))) event.preventDefault();
}

/** The style goes into the viewer's own tree, once. */
function adopt({ host }: Session): void {
  const root = host instanceof LitElement ? host.renderRoot : undefined;
  if (root instanceof ShadowRoot && style.styleSheet) root.adoptedStyleSheets.push(style.styleSheet);
}
