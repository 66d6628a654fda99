/** The viewer's page, built once for all tests of a process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { web } from "../../vite.web.ts";

let built: Promise<string> | undefined;

/** The folder that holds what `npm run build:web` makes. */
export const webFolder = (): Promise<string> => (built ??= make());

async function make(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "roentgen-web-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build({ ...web(folder), logLevel: "warn", configFile: false });
  return folder;
}
