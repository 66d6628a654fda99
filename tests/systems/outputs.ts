/** What a run of `train --system` has left in its folder. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCsv } from "../../src/loaders/csv.ts";
import { decodePng } from "../../src/loaders/png.ts";

export interface Output {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** A table of the folder, whose rows all fill its columns in number. */
export function tableOf(out: string, name: string): Output {
  const path = join(out, "tables", `${name}.csv`);
  const { columns, rows } = readCsv(readFileSync(path, "utf8"), path);
  return { columns, rows: rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]]))) };
}

/** The paths of the plots and pictures, such as "charts/roc.svg", every one of which can be read and shows something. */
export function picturesOf(out: string): string[] {
  const folders = ["charts", "pictures"].filter((folder) => existsSync(join(out, folder)));
  return folders.flatMap((folder) =>
    readdirSync(join(out, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(png|svg)$/.test(path))
      .map((path) => {
        const bytes = readFileSync(join(out, folder, path));
        const shows = path.endsWith(".png") ? new Set(decodePng(bytes, path).data).size > 1 : /<(path|rect|circle)/.test(bytes.toString());
        if (!shows) throw new Error(`${folder}/${path} shows nothing`);
        return join(folder, path);
      }),
  );
}
