/** A browser's own dialog for files or for a folder. */
import type { ChosenFile } from "../../training/film-folder.ts";
import { dialogFolder } from "./dropped-folder.ts";

export interface ChooseOptions {
  /** A folder with all that it holds, in place of files. */
  readonly folder?: boolean;
  /** Endings of files that are offered, with commas between them. */
  readonly accept?: string;
}

/** What was chosen; nothing where the dialog was cancelled. To be called while a click is handled. */
export const chooseFiles = ({ folder = false, accept = "" }: ChooseOptions = {}): Promise<ChosenFile[]> =>
  new Promise((resolve) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", multiple: true, webkitdirectory: folder, accept });
    input.addEventListener("change", () => resolve(dialogFolder(input.files ?? [])));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  });
