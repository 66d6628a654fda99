/** Similar cases: opens an index, and then how it is searched. What does it is loaded when an index is first asked for. */
import { html, nothing, type TemplateResult } from "lit";
import type { ChosenFile } from "../../../training/film-folder.ts";
import { chooseFiles } from "../choose-files.ts";
import { dialogFolder, droppedFolder } from "../dropped-folder.ts";
import type { Panel } from "../panel.ts";
import type { Session } from "../session.ts";
import { strings } from "../strings.ts";
import type { Cases } from "./similar-cases.ts";

/** An index's two files, or one archive of them. */
const ENDINGS = ".safetensors,.jsonl,.zip";

/** Whether names are an index's: of lines and of vectors. */
const isIndex = (names: readonly string[]): boolean =>
  [/\.jsonl$/i, /\.safetensors$/i].every((kind) => names.some((name) => kind.test(name)));

export function casesPanel(session: Session): Panel {
  let settings: ((cases: Cases) => TemplateResult | typeof nothing) | undefined;
  const load = async (): Promise<Cases> => {
    const [{ similarCases }, { casesSettings }] = await Promise.all([
      import("./similar-cases.ts"),
      import("./cases-settings.ts"),
      import("./cases-strip.ts").then(({ defineCasesStrip }) => defineCasesStrip()),
    ]);
    settings = (cases) => casesSettings(session, cases);
    const cases = session.state.cases ?? similarCases(session);
    if (!session.state.cases) session.set({ cases });
    return cases;
  };
  const open = async (files: readonly ChosenFile[]): Promise<void> => {
    if (files.length > 0) await (await load()).open(files);
  };
  /** The two files wherever they are dropped; a folder or an archive, and an index's films, on what is about like films. */
  const take = async (single: readonly ChosenFile[], below: Promise<readonly ChosenFile[]>): Promise<void> => {
    // What is dragged out of some programs has files and no entries that could be folders.
    const found = await below;
    const files = found.length > 0 ? found : single;
    const { cases } = session.state;
    if (cases?.state.index && !isIndex(files.map(({ path }) => path)) && !/\.zip$/i.test(files[0]?.path ?? "")) cases.giveFilms(files);
    else await open(files);
  };
  session.onDrop((event) => {
    const { dataTransfer } = event;
    const isHere = event.composedPath().some((one) => one instanceof Element && one.matches(".cases, roentgen-cases"));
    if (!dataTransfer || !(isHere || isIndex(Array.from(dataTransfer.files, ({ name }) => name)))) return false;
    take(dialogFolder(dataTransfer.files), droppedFolder(dataTransfer));
    return true;
  });

  const openFolder = async (): Promise<void> => open(await chooseFiles({ folder: true }));
  const openFiles = async (): Promise<void> => open(await chooseFiles({ accept: ENDINGS }));
  const build = async (): Promise<void> => (await load()).build();

  return () => {
    const { cases, opened, list } = session.state;
    const problem = cases?.state.problem;
    return html`<section class="cases" aria-label=${strings.cases}>
      <h2>${strings.cases}</h2>
      ${
        cases?.state.index && settings
          ? settings(cases)
          : html`<p class="quiet small">${strings.casesHint}</p>
              <div class="row">
                <button @click=${openFolder}>${strings.openIndexFolder}</button>
                <button @click=${openFiles}>${strings.openIndexFiles}</button>
                <button ?disabled=${!opened || list.items.length === 0} @click=${build}>${strings.buildIndex}</button>
              </div>`
      }
      ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
    </section>`;
  };
}
