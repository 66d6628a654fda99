/** The reports that a viewer makes: two files, and pages for paper. */
import type { CallOptions } from "../engine-client.ts";
import type { OpenedModel } from "../protocol.ts";
import { saveFile } from "../save-file.ts";
import type { Session } from "../session.ts";
import { strings } from "../strings.ts";
import { version } from "../version.ts";
import type { Item } from "../worklist.ts";
import { printedPictures, reportedPictures } from "./gather-pictures.ts";
import { type Circumstances, type ReportDocument, reportDocument } from "./report-document.ts";
import { openReport } from "./report-pages.ts";
import { reportCsv } from "./report-table.ts";

export type ReportKind = "csv" | "json" | "pages";

/** Pictures that are drawn at most, each on a page or more: canvases take memory. */
const MOST_PAGES = 100;

const KIND = "report";

/** Makes a report of some pictures of the list. */
export function report(session: Session, items: readonly Item[], kind: ReportKind): Promise<void> {
  return session.attempt(
    KIND,
    () => report(session, items, kind),
    async (options) => {
      const { opened } = session.state;
      if (!opened) return;
      if (kind === "pages") await print(session, opened, items, options);
      else {
        const document = documentOf(session, opened, await reportedPictures(session, opened, items, options));
        const name = `roentgen-${document.created.replace(/[-:]|\.\d+/g, "")}.${kind}`;
        const text = kind === "csv" ? reportCsv(document) : `${JSON.stringify(document, undefined, 2)}\n`;
        saveFile(name, new Blob([text], { type: kind === "csv" ? "text/csv" : "application/json" }));
        session.set({ said: strings.saved(name) });
      }
    },
  );
}

async function print(session: Session, opened: OpenedModel, items: readonly Item[], options: CallOptions): Promise<void> {
  const pictures = await printedPictures(session, opened, items.slice(0, MOST_PAGES), options);
  const { file, opacity } = session.state;
  options.signal?.throwIfAborted();
  openReport({
    document: documentOf(session, opened, pictures),
    pictures,
    leftOut: Math.max(0, items.length - MOST_PAGES),
    opened,
    heat: { opacity },
    card: file?.card === undefined ? undefined : await cardText(file.card, options),
  });
}

function documentOf(session: Session, opened: OpenedModel, results: ReportDocument["results"]): ReportDocument {
  const { cases } = session.state;
  const { index, settings } = cases?.state ?? {};
  const about = index && settings && { name: index.name, items: index.items.length, ...index.description, settings };
  return reportDocument(circumstances(), opened, session.state, results, about);
}

const circumstances = (): Circumstances => ({ version, created: new Date().toISOString(), browser: navigator.userAgent });

/** A card that is not there is none: what the model's file says stands on the page too. */
async function cardText(address: string, { signal }: CallOptions): Promise<string | undefined> {
  const response = await fetch(address, { signal }).catch(() => undefined);
  signal?.throwIfAborted();
  return response?.ok ? response.text() : undefined;
}
