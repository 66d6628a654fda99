/** Marks out of the browser and into it. */
import { html, type TemplateResult } from "lit";
import { readBytes } from "../../../bytes.ts";
import type { AnnotationSet, Picture } from "./annotation.ts";
import { cocoText } from "./coco.ts";
import type { Desk } from "./desk.ts";
import { broughtIn, readMarks } from "./import-file.ts";
import { masksZip } from "./mask-files.ts";
import { strings } from "./strings.ts";
import { w3cText } from "./w3c.ts";

type Format = keyof typeof strings.format;

const written: Readonly<
  Record<Format, (marks: AnnotationSet) => { readonly content: BlobPart; readonly name: string; readonly type: string }>
> = {
  w3c: (marks) => ({ content: w3cText(marks), name: "annotations.json", type: "application/ld+json" }),
  coco: (marks) => ({ content: cocoText(marks), name: "coco.json", type: "application/json" }),
  masks: (marks) => ({ content: masksZip(marks), name: "masks.zip", type: "application/zip" }),
};

/** @param filmsIn - the films of the list that a file names, by their names. */
export function filesPanel(desk: Desk, filmsIn: (text: string) => Promise<readonly Picture[]>): () => TemplateResult {
  let isFilmOnly = false;
  const marks = async (): Promise<AnnotationSet> => {
    const all = await desk.store.all();
    const { film } = desk.state;
    if (!isFilmOnly || !film) return all;
    return { pictures: [film], annotations: all.annotations.filter(({ picture }) => picture === film.hash) };
  };
  const write = (format: Format): Promise<void> =>
    desk.attempt(async () => {
      const { content, name, type } = written[format](await marks());
      download(new Blob([content], { type }), name);
    });
  const read = ({ target }: Event): void => {
    if (!(target instanceof HTMLInputElement)) return;
    const files = [...(target.files ?? [])];
    // The same file may be chosen again.
    target.value = "";
    desk.attempt(async () => {
      desk.set({ problem: undefined });
      for (const file of files) await bringIn(desk, file, filmsIn);
    });
  };
  const setFilmOnly = ({ target }: Event): void => {
    isFilmOnly = target instanceof HTMLInputElement && target.checked;
  };
  return () => html`<details>
    <summary>${strings.files}</summary>
    <div class="row" role="group" aria-label=${strings.exportAs}>
      ${(Object.keys(written) as Format[]).map((format) => html`<button @click=${() => write(format)}>${strings.format[format]}</button>`)}
    </div>
    <label class="field inline"><span>${strings.ofThisFilm}</span><input type="checkbox" .checked=${isFilmOnly} @change=${setFilmOnly} /></label>
    <label class="file">${strings.importFile}<input type="file" multiple accept=".json,.jsonld,.zip,.png" @change=${read} /></label>
    <p class="quiet small">${strings.importHint}</p>
  </details>`;
}

async function bringIn(desk: Desk, file: File, filmsIn: (text: string) => Promise<readonly Picture[]>): Promise<void> {
  const bytes = await readBytes(file);
  const { film, author, label } = desk.state;
  const { pictures: stored, annotations: existing } = await desk.store.all();
  const open = await filmsIn(new TextDecoder().decode(bytes));
  const known = [...new Map([...stored, ...open].map((picture) => [picture.hash, picture])).values()];
  const { pictures, annotations } = readMarks({ bytes, file: file.name, known, film, author, label, now: new Date() });
  await desk.apply(broughtIn(existing, annotations), pictures);
  desk.set({ said: strings.imported(annotations.length, pictures.length) });
}

/** Hands a file to the person. */
export function download(content: Blob, name: string): void {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), download: name });
  link.click();
  // The browser has taken it once the click is over; it is let go later all the same, since some take their time.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
