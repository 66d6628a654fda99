/** The training that a page keeps: the folder of the command line, in the page's own files, with what its films are. */
import { InputError } from "../../bytes.ts";
import { pageFiles } from "../../training/page-files.ts";
import type { Report } from "../../training/report.ts";
import { type StoredFiles, writeWhole } from "../../training/write-file.ts";
import { logIn } from "../train-folder.ts";
import type { KeptFilms, KeptTraining } from "./training-protocol.ts";

export interface TrainingStore {
  /** Where everything of it lies, and what its model is called. */
  readonly folder: string;
  readonly name: string;
  readonly files: StoredFiles;
  /** What is kept, if there is anything. */
  kept(): Promise<KeptTraining | undefined>;
  /** What to go on from, if there is anything. */
  checkpoint(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  begin(films: KeptFilms): Promise<void>;
  /** Keeps the test's result, or that there is none yet. */
  judged(report: Report | undefined): Promise<void>;
  /** @throws InputError for one that there is not. */
  file(name: string): Promise<File>;
  discard(): Promise<void>;
}

const FOLDER = "training";
const NAME = "model";
const LAST = "last.safetensors";

/** Files beside those of the command line. */
const FILMS = "films.json";
const REPORT = "report.json";

export function trainingStore(files = pageFiles()): TrainingStore {
  const pathOf = (name: string): string => `${FOLDER}/${name}`;
  const json = async <T>(name: string): Promise<T> => JSON.parse(new TextDecoder().decode(await files.read(pathOf(name))));
  const write = (name: string, value: unknown): Promise<void> =>
    writeWhole(pathOf(name), new TextEncoder().encode(JSON.stringify(value)), files);
  return {
    folder: FOLDER,
    name: NAME,
    files,
    async kept() {
      const names = await files.list(FOLDER);
      if (!names.includes(FILMS) || !names.includes("config.json")) return undefined;
      return {
        config: await json("config.json"),
        films: await json(FILMS),
        records: await logIn(FOLDER, files),
        canGoOn: names.includes(LAST),
        ...(names.includes(REPORT) && { report: await json<Report>(REPORT) }),
        files: names.filter((name) => /^(model|config|log|curve)\./.test(name)),
      };
    },
    checkpoint: async () => ((await files.list(FOLDER)).includes(LAST) ? files.read(pathOf(LAST)) : undefined),
    begin: (films) => write(FILMS, films),
    judged: (report) => (report ? write(REPORT, report) : files.remove(pathOf(REPORT))),
    async file(name) {
      if (!(await files.list(FOLDER)).includes(name)) throw new InputError(name, "there is no such file of a training");
      return new File([await files.read(pathOf(name))], name);
    },
    async discard() {
      for (const name of await files.list(FOLDER)) await files.remove(pathOf(name));
    },
  };
}
