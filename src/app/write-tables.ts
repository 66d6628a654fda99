/** Tables as files: CSV, a file each. */
import { join } from "node:path";
import { csvOf, type Tables } from "../systems/table.ts";
import { makeFolder, writeWhole } from "../training/write-file.ts";

/**
 * Writes `NAME.csv` for every table into a folder.
 * @returns the paths, in the tables' order.
 * @throws InputError where a file cannot be written.
 */
export async function writeTables(folder: string, tables: Tables): Promise<string[]> {
  await makeFolder(folder);
  const paths: string[] = [];
  for (const [name, table] of Object.entries(tables)) {
    const path = join(folder, `${name}.csv`);
    await writeWhole(path, new TextEncoder().encode(csvOf(table)));
    paths.push(path);
  }
  return paths;
}
